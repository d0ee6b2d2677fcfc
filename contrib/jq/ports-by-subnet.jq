# Which TCP and UDP ports are in use, per subnet, with internal and external peers.
#
#   vcnflow -q -m net.lut -l none logs | jq -nc -f ports-by-subnet.jq
#
# One object a subnet, sorted by OCID. "ports" has the busiest first; "ranges"
# joins adjacent ones, to write a rule from.
#
#   --arg direction egress    ports that the subnet uses elsewhere (ingress)
#   --argjson max 32767       only ports up to this one (65535)

def records: (. // empty), inputs;

# Counts how often each key occurs. One flat object and setpath, since jq 1.6
# copies nested objects, and the result of +=, at each step.
def tally(keys):
  reduce (keys | tojson) as $key ({}; setpath([$key]; getpath([$key]) + 1));

def protocol: {"6": "tcp", "17": "udp"}[.protocol | tostring] // empty;

def port: .destinationPort | tonumber? // empty;

# ["22", "8000-8002"] from the sorted numbers 22, 8000, 8001, 8002
def ranges:
  reduce .[] as $port ([];
    if length > 0 and .[-1][1] + 1 == $port
    then .[-1][1] = $port
    else . + [[$port, $port]] end)
  | map(if .[0] == .[1] then "\(.[0])" else "\(.[0])-\(.[1])" end);

# The result for one protocol on one side: from pairs of port and count.
def side($protocol; $side):
  map(select(.key[1] == $protocol and .key[2] == $side)
      | {port: .key[3], flows: .value})
  | {flows: (map(.flows) | add // 0),
     ranges: (map(.port) | sort | ranges),
     ports: sort_by([-.flows, .port])};

def sides($protocol):
  {internal: side($protocol; "internal"),
   external: side($protocol; "external")};

($ARGS.named.direction // "ingress") as $direction
| ($ARGS.named.max // 65535 | tonumber) as $max
| (if $direction == "egress"
   then "internal_or_external_destination"
   else "internal_or_external_source" end) as $other
| tally(
    records
    | select(.traffic_direction == $direction)
    | protocol as $protocol
    | port as $port
    | select($port <= $max)
    | [.oracle.vnicsubnetocid, $protocol,
       (if .[$other] == "internal" then "internal" else "external" end),
       $port])
| to_entries | map({key: (.key | fromjson), value})
| group_by(.key[0])[]
| {subnet: .[0].key[0], direction: $direction,
   tcp: sides("tcp"), udp: sides("udp")}
