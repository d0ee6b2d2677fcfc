-- What "vcnflow --conversations" does to records that are all in order, for
-- DuckDB; the variables name the output of "vcnmeta show" and the flow logs.
-- Who began is told by the ports alone, which spares DuckDB the rules: where the
-- records' services are let in and all is let out, these say the same.
-- IPv4 only, as in enrich.sql.

SET threads = 2;
SET preserve_insertion_order = false;

CREATE MACRO address(text) AS
  list_reduce(list_transform(string_split(text, '.'), lambda x: x::UBIGINT),
              lambda x, y: x * 256 + y);

CREATE MACRO holds(blocks, address) AS
  len(list_filter(blocks, lambda block:
        address >= block.begin AND address < block.behind)) > 0;

CREATE MACRO class(port) AS
  CASE WHEN port < 1024 THEN 0 WHEN port < 32768 THEN 1 ELSE 2 END;

CREATE MACRO utc(seconds) AS
  strftime(make_timestamp(seconds * 1000000), '%Y-%m-%dT%H:%M:%SZ');

CREATE TABLE subnet AS
  SELECT subnet_ocid,
    list_transform(
      list_filter(cidr_blocks, lambda text: NOT contains(text, ':')),
      lambda text: {
        'begin': address(split_part(text, '/', 1)),
        'behind': address(split_part(text, '/', 1))
          + (1::UBIGINT << (32 - split_part(text, '/', 2)::INTEGER))
      }) AS blocks
  FROM read_json(getvariable('subnets'), format = 'newline_delimited',
    columns = {'subnet_ocid': 'VARCHAR', 'cidr_blocks': 'VARCHAR[]'});

COPY (
  WITH flow AS (
    SELECT data.*, subnet_ocid AS subnet, oracle.vnicocid AS vnic,
      holds(blocks, address(data.sourceAddress)) AS is_egress,
      data.protocol IN (6, 17) AS has_ports,
      class(data.sourcePort) - class(data.destinationPort) AS lower
    FROM read_json(getvariable('records'), format = 'newline_delimited',
      columns = {
        'type': 'VARCHAR',
        'oracle': 'STRUCT(vnicsubnetocid VARCHAR, vnicocid VARCHAR)',
        'data': 'STRUCT(action VARCHAR, destinationAddress VARCHAR,
                        destinationPort INTEGER, protocol INTEGER,
                        sourceAddress VARCHAR, sourcePort INTEGER,
                        packets BIGINT, bytesOut BIGINT, startTime BIGINT,
                        endTime BIGINT)'
      })
      JOIN subnet ON subnet_ocid = oracle.vnicsubnetocid
    WHERE starts_with(type, 'com.oraclecloud.vcn.flowlogs.')
  ), told AS (
    SELECT *,
      CASE WHEN is_egress THEN sourceAddress
           ELSE destinationAddress END AS local,
      CASE WHEN is_egress THEN destinationAddress
           ELSE sourceAddress END AS peer,
      CASE WHEN is_egress THEN sourcePort
           ELSE destinationPort END AS local_one,
      CASE WHEN is_egress THEN destinationPort
           ELSE sourcePort END AS peer_one,
      CASE WHEN NOT has_ports OR lower = 0 THEN NULL
           WHEN (lower > 0) = is_egress THEN 'local'
           ELSE 'peer' END AS began
    FROM flow
  ), keyed AS (
    SELECT *,
      CASE WHEN has_ports AND began IS DISTINCT FROM 'local'
           THEN local_one END AS local_port,
      CASE WHEN has_ports AND began IS DISTINCT FROM 'peer'
           THEN peer_one END AS peer_port,
      CASE began WHEN 'local' THEN local_one
                 WHEN 'peer' THEN peer_one END AS client
    FROM told
  )
  SELECT subnet, vnic, local, peer, protocol, local_port, peer_port,
    CASE WHEN began IS NOT NULL
         THEN [min(client), max(client)] END AS client_ports,
    began, action,
    {'records': count(*) FILTER (NOT is_egress),
     'packets': coalesce(sum(packets) FILTER (NOT is_egress), 0)::BIGINT,
     'bytes': coalesce(sum(bytesOut) FILTER (NOT is_egress), 0)::BIGINT
    } AS "in",
    {'records': count(*) FILTER (is_egress),
     'packets': coalesce(sum(packets) FILTER (is_egress), 0)::BIGINT,
     'bytes': coalesce(sum(bytesOut) FILTER (is_egress), 0)::BIGINT} AS out,
    utc(min(startTime)) AS first, utc(max(endTime)) AS last
  FROM keyed
  GROUP BY subnet, vnic, local, peer, protocol, local_port, peer_port, began,
    action
) TO '/dev/stdout' (FORMAT json);
