# Who talks to whom: pairs of source and destination, with port and number of
# records, the most frequent first.
#
#   vcnflow -q -m net.lut -l none logs | jq -nc -f pairs.jq
#
#   --arg direction ingress   only this direction (all)
#   --argjson top 20          only the first 20 (all)

def records: (. // empty), inputs;

# Counts how often each key occurs. One flat object and setpath, since jq 1.6
# copies nested objects, and the result of +=, at each step.
def tally(keys):
  reduce (keys | tojson) as $key ({}; setpath([$key]; getpath([$key]) + 1));

def number: tonumber? // .;

def protocol:
  (.protocol | tostring) as $number
  | {"1": "icmp", "6": "tcp", "17": "udp", "47": "gre", "50": "esp",
     "58": "icmpv6"}[$number] // $number;

$ARGS.named.direction as $direction
| tally(
    records
    | select($direction == null or .traffic_direction == $direction)
    | [.sourceAddress, .destinationAddress, protocol,
       (.destinationPort | number)])
| to_entries | map([-.value, (.key | fromjson)]) | sort
| .[:($ARGS.named.top // length | tonumber)][]
| (-.[0]) as $flows | .[1]
| {source: .[0], destination: .[1], protocol: .[2], port: .[3],
   flows: $flows}
