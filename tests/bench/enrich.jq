# What vcnflow does with its defaults to records that are all in order:
#
#   vcnmeta show net.lut > subnets.ndjson
#   jq -cn --slurpfile subnets subnets.ndjson -f enrich.jq x.log
#
# IPv4 only, which spares jq work: the records have no other addresses.

def address: split(".") | map(tonumber)
  | ((.[0] * 256 + .[1]) * 256 + .[2]) * 256 + .[3];

# A block as its first address and its number of addresses.
def block: split("/")
  | {first: .[0] | address, size: pow(2; 32 - (.[1] | tonumber))};

def holds(address): any(.[]; .first <= address and address < .first + .size);

def side(address):
  if holds(address) then "internal" else "external" end;

( ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"] | map(block)
) as $internal
| ( reduce $subnets[] as $subnet ({}; .[$subnet.subnet_ocid] =
      { security_lists: $subnet.security_lists,
        blocks: $subnet.cidr_blocks
          | map(select(contains(":") | not) | block) })
  ) as $known
| inputs
| select(.type | startswith("com.oraclecloud.vcn.flowlogs."))
| select(.data.action == "ACCEPT")
| $known[.oracle.vnicsubnetocid] as $subnet
| (.data.sourceAddress | address) as $source
| (.data.destinationAddress | address) as $destination
| ($internal | side($source)) as $source_side
| ($internal | side($destination)) as $destination_side
| { destinationAddress: (.data.destinationAddress // "N/A"),
    destinationPort: (.data.destinationPort // "N/A"),
    protocol: (.data.protocol // "N/A"),
    protocolName: (.data.protocolName // "N/A"),
    sourceAddress: (.data.sourceAddress // "N/A"),
    internal_or_external_source: $source_side,
    internal_or_external_destination: $destination_side,
    traffic_direction:
      (if $subnet == null then "N/A"
       elif $subnet.blocks | holds($source) then "egress"
       elif $subnet.blocks | holds($destination) then "ingress"
       else "N/A" end),
    traffic_type:
      (if $source_side == "internal" and $destination_side == "internal"
       then "internal traffic" else "external traffic" end),
    security_lists: ($subnet.security_lists // []),
    oracle }
