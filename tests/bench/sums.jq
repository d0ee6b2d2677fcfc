# What "vcnflow --conversations" does to records that are all in order, in two
# steps with sort between them, since jq alone takes ever longer over each record:
#
#   vcnmeta show net.lut > subnets.ndjson
#   jq -cn --arg step rows --slurpfile subnets subnets.ndjson -f sums.jq x.log |
#     LC_ALL=C sort | jq -cn --arg step sums --argjson subnets [] -f sums.jq
#
# Who began is told by the ports alone, and IPv4 only, as in sums.sql.

def address: split(".") | map(tonumber)
  | ((.[0] * 256 + .[1]) * 256 + .[2]) * 256 + .[3];

def block: split("/")
  | {first: .[0] | address, size: pow(2; 32 - (.[1] | tonumber))};

def holds(address): any(.[]; .first <= address and address < .first + .size);

def class: if . < 1024 then 0 elif . < 32768 then 1 else 2 end;

# The nine members of the key, and what is summed.
def rows:
  ( reduce $subnets[] as $subnet ({}; .[$subnet.subnet_ocid] =
      ($subnet.cidr_blocks | map(select(contains(":") | not) | block)))
  ) as $known
  | inputs
  | select(.type | startswith("com.oraclecloud.vcn.flowlogs."))
  | . as {$data, $oracle}
  | ($known[$oracle.vnicsubnetocid]
     | holds($data.sourceAddress | address)) as $is_egress
  | ($data.protocol == 6 or $data.protocol == 17) as $has_ports
  | (($data.sourcePort | class) - ($data.destinationPort | class)) as $lower
  | (if ($has_ports | not) or $lower == 0 then null
     elif ($lower > 0) == $is_egress then "local"
     else "peer" end) as $began
  | (if $is_egress then [$data.sourceAddress, $data.destinationAddress,
                         $data.sourcePort, $data.destinationPort]
     else [$data.destinationAddress, $data.sourceAddress,
           $data.destinationPort, $data.sourcePort] end) as
    [$local, $peer, $local_port, $peer_port]
  | [$oracle.vnicsubnetocid, $oracle.vnicocid, $local, $peer, $data.protocol,
     (if $has_ports and $began != "local" then $local_port else null end),
     (if $has_ports and $began != "peer" then $peer_port else null end),
     $began, $data.action,
     (if $began == "local" then $local_port else $peer_port end), $is_egress,
     $data.packets, $data.bytesOut, $data.startTime, $data.endTime];

def none: {records: 0, packets: 0, bytes: 0};

def begin($row):
  { subnet: $row[0], vnic: $row[1], local: $row[2], peer: $row[3],
    protocol: $row[4], local_port: $row[5], peer_port: $row[6],
    client_ports: (if $row[7] == null then null else [$row[9], $row[9]] end),
    began: $row[7], action: $row[8], in: none, out: none,
    first: $row[13], last: $row[14] };

def add($row):
  (if $row[7] == null then . else .client_ports |=
     [([.[0], $row[9]] | min), ([.[1], $row[9]] | max)] end)
  | .[if $row[10] then "out" else "in" end] |=
      {records: (.records + 1), packets: (.packets + $row[11]),
       bytes: (.bytes + $row[12])}
  | .first |= ([., $row[13]] | min)
  | .last |= ([., $row[14]] | max);

def sums:
  foreach (inputs, null) as $row ({};
    if $row != null and .key == $row[:9]
    then .whole = null | .sum |= add($row)
    else {whole: .sum, key: $row[:9]?}
      | if $row == null then . else .sum = (begin($row) | add($row)) end
    end;
    .whole // empty)
  | .first |= todate | .last |= todate;

if $step == "rows" then rows else sums end
