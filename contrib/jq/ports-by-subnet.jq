# Which TCP and UDP ports are in use, per subnet, by where the other side is.
#
#   vcnflow -q -m net.lut logs | jq -nc -f ports-by-subnet.jq
#
# One object a subnet, sorted by OCID. "ports" has the busiest first, "ranges"
# joins neighbours, for a rule to be written from.
#
#   --arg direction egress    ports that the subnet uses elsewhere (ingress)
#   --argjson max 32767       only ports up to this one (65535)

def records: (. // empty), inputs;

def protocol: {"6": "tcp", "17": "udp"}[.protocol | tostring];

def port: .destinationPort | tonumber? // empty;

# ["22", "8000-8002"] from the sorted numbers 22, 8000, 8001, 8002
def ranges:
  reduce .[] as $port ([];
    if length > 0 and .[-1][1] + 1 == $port
    then .[-1][1] = $port
    else . + [[$port, $port]] end)
  | map(if .[0] == .[1] then "\(.[0])" else "\(.[0])-\(.[1])" end);

def side:
  (. // {}) | to_entries | map({port: (.key | tonumber), flows: .value})
  | {flows: (map(.flows) | add // 0),
     ranges: (map(.port) | sort | ranges),
     ports: sort_by([-.flows, .port])};

($ARGS.named.direction // "ingress") as $direction
| ($ARGS.named.max // 65535 | tonumber) as $max
| (if $direction == "egress"
   then "internal_or_external_destination"
   else "internal_or_external_source" end) as $other
| reduce (records | select(.traffic_direction == $direction)) as $flow ({};
    ($flow | protocol) as $protocol
    | [$flow | port | select(. <= $max)] as $ports
    | if $protocol and ($ports | length) == 1 then
        .[$flow.oracle.vnicsubnetocid | tostring][$protocol]
          [if $flow[$other] == "internal" then "internal" else "external" end]
          [$ports[0] | tostring] += 1
      else . end)
| to_entries | sort_by(.key) | .[]
| {subnet: .key, direction: $direction}
  + (.value | {tcp, udp}
     | map_values({internal: (.internal | side),
                   external: (.external | side)}))
