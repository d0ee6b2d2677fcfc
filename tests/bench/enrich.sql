-- What vcnflow does with its defaults to records that are all in order, for
-- DuckDB; the variables name the output of "vcnmeta show" and the flow logs.
-- The join mixes the order of the records up, and DuckDB is told that it may.
-- IPv4 only, which spares it work: the records have no other addresses.

SET threads = 2;
SET preserve_insertion_order = false;

CREATE MACRO address(text) AS
  list_reduce(list_transform(string_split(text, '.'), lambda x: x::UBIGINT),
              lambda x, y: x * 256 + y);

CREATE MACRO is_internal(address) AS
  address >> 24 = 10                    -- 10.0.0.0/8
  OR address >> 20 = 172 * 16 + 1       -- 172.16.0.0/12
  OR address >> 16 = 192 * 256 + 168;   -- 192.168.0.0/16

CREATE MACRO side(address) AS
  CASE WHEN is_internal(address) THEN 'internal' ELSE 'external' END;

CREATE MACRO holds(blocks, address) AS
  len(list_filter(blocks, lambda block:
        address >= block.begin AND address < block.behind)) > 0;

CREATE TABLE subnet AS
  SELECT subnet_ocid, security_lists,
    list_transform(
      list_filter(cidr_blocks, lambda text: NOT contains(text, ':')),
      lambda text: {
        'begin': address(split_part(text, '/', 1)),
        'behind': address(split_part(text, '/', 1))
          + (1::UBIGINT << (32 - split_part(text, '/', 2)::INTEGER))
      }) AS blocks
  FROM read_json(getvariable('subnets'), format = 'newline_delimited',
    columns = {
      'subnet_ocid': 'VARCHAR',
      'cidr_blocks': 'VARCHAR[]',
      'security_lists': 'JSON'
    });

COPY (
  WITH flow AS (
    SELECT data.*, oracle, oracle->>'vnicsubnetocid' AS subnet_ocid,
      address(data.sourceAddress) AS source,
      address(data.destinationAddress) AS destination
    FROM read_json(getvariable('records'), format = 'newline_delimited',
      columns = {
        'type': 'VARCHAR',
        'oracle': 'JSON',
        'data': 'STRUCT(action VARCHAR, destinationAddress VARCHAR,
                        destinationPort INTEGER, protocol INTEGER,
                        protocolName VARCHAR, sourceAddress VARCHAR)'
      })
    WHERE starts_with(type, 'com.oraclecloud.vcn.flowlogs.')
      AND data.action = 'ACCEPT'
  )
  SELECT destinationAddress, destinationPort, protocol, protocolName,
    sourceAddress,
    side(source) AS internal_or_external_source,
    side(destination) AS internal_or_external_destination,
    CASE WHEN holds(blocks, source) THEN 'egress'
         WHEN holds(blocks, destination) THEN 'ingress'
         ELSE 'N/A' END AS traffic_direction,
    CASE WHEN is_internal(source) AND is_internal(destination)
         THEN 'internal traffic'
         ELSE 'external traffic' END AS traffic_type,
    coalesce(security_lists, '[]'::JSON) AS security_lists,
    oracle
  FROM flow LEFT JOIN subnet USING (subnet_ocid)
) TO '/dev/stdout' (FORMAT json);
