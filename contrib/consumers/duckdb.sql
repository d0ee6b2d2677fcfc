-- Conversations as a table of DuckDB, and as Parquet:
--   vcnflow -q -m net.lut --conversations logs > talk.ndjson
--   duckdb talk.db < duckdb.sql
-- Addresses are texts; what lies in a block, the extension inet tells:
--   INSTALL inet; LOAD inet;
--   FROM talk WHERE peer::INET <<= '198.51.100.0/24'::INET;

CREATE OR REPLACE TABLE talk AS
  SELECT * FROM read_json('talk.ndjson', format = 'newline_delimited', columns = {
    period: 'TIMESTAMP', subnet: 'VARCHAR', vnic: 'VARCHAR',
    local: 'VARCHAR', peer: 'VARCHAR',
    protocol: 'UTINYINT', local_port: 'USMALLINT', peer_port: 'USMALLINT',
    client_ports: 'USMALLINT[2]', began: 'VARCHAR', action: 'VARCHAR',
    'in': 'STRUCT(records BIGINT, packets BIGINT, bytes BIGINT)',
    'out': 'STRUCT(records BIGINT, packets BIGINT, bytes BIGINT)',
    'first': 'TIMESTAMP', 'last': 'TIMESTAMP'});

COPY talk TO 'talk.parquet';

-- the same question in its words: who served what to most addresses?
SELECT local, protocol, local_port, count(DISTINCT peer) AS clients,
  sum("in".bytes + "out".bytes) AS bytes
FROM talk
WHERE began = 'peer' AND action = 'ACCEPT' AND local_port <= 32767
GROUP BY ALL ORDER BY clients DESC, bytes DESC LIMIT 20;
