# What was refused, by direction, protocol and port: how often, and from and to
# how many addresses; the most frequent first.
#
#   vcnflow -q -m net.lut --action reject logs | jq -nc -f rejected.jq
#
# Of records that have their action along (--action all --keep data) the
# refused ones count.
#
#   --argjson top 20          only so many (all)

def records: (. // empty), inputs;

def number: tonumber? // .;

def protocol:
  (.protocol | tostring) as $number
  | {"1": "icmp", "6": "tcp", "17": "udp", "47": "gre", "50": "esp",
     "58": "icmpv6"}[$number] // $number;

reduce (records | select((.data.action? // "REJECT") == "REJECT")) as $flow ({};
  ($flow | [.traffic_direction, protocol, (.destinationPort | number)]
   | tojson) as $key
  | .[$key].flows += 1
  | .[$key].sources[$flow.sourceAddress | tojson] = true
  | .[$key].destinations[$flow.destinationAddress | tojson] = true)
| to_entries | map([-.value.flows, (.key | fromjson), .value]) | sort_by(.[:2])
| .[:($ARGS.named.top // length | tonumber)][]
| .[1] as [$direction, $protocol, $port] | .[2]
| {direction: $direction, protocol: $protocol, port: $port, flows: .flows,
   sources: (.sources | length), destinations: (.destinations | length)}
