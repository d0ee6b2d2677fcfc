-- Conversations as a table of Athena (or Hive), from objects that each run of
-- "vcnflow --conversations -z -o NAME.ndjson.gz" left in one folder of a bucket.
-- They need not be summed up first: queries add the parts up.
CREATE EXTERNAL TABLE talk (
  `period` string,
  `subnet` string,
  `vnic` string,
  `local` string,
  `peer` string,
  `protocol` smallint,
  `local_port` int,
  `peer_port` int,
  `client_ports` array<int>,
  `began` string,
  `action` string,
  `in` struct<records:bigint,packets:bigint,bytes:bigint>,
  `out` struct<records:bigint,packets:bigint,bytes:bigint>,
  `first` string,
  `last` string
)
ROW FORMAT SERDE 'org.openx.data.jsonserde.JsonSerDe'
LOCATION 's3://BUCKET/talk/';

-- SELECT peer, sum("in".bytes) AS bytes, min(from_iso8601_timestamp("first")) AS since
-- FROM talk WHERE action = 'REJECT' GROUP BY peer ORDER BY bytes DESC LIMIT 20;
