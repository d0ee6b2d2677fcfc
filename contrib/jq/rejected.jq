# What was rejected, by direction, protocol and port: how often, and from and to
# how many addresses; the most frequent first.
#
#   vcnflow -q -m net.lut -l none --action reject logs | jq -nc -f rejected.jq
#
# Of records that carry their action (--action all --keep data) only the rejected
# ones are counted.
#
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

tally(
  records
  | select((.data.action? // "REJECT") == "REJECT")
  | [.traffic_direction, protocol, (.destinationPort | number)] as $what
  | ["flows", $what], ["source", $what, .sourceAddress],
    ["destination", $what, .destinationAddress])
| to_entries | map({key: (.key | fromjson), value})
| group_by(.key[1])
| map({direction: .[0].key[1][0], protocol: .[0].key[1][1],
       port: .[0].key[1][2],
       flows: (map(select(.key[0] == "flows").value) | add),
       sources: (map(select(.key[0] == "source")) | length),
       destinations: (map(select(.key[0] == "destination")) | length)})
| sort_by([-.flows, .direction, .protocol, .port])
| .[:($ARGS.named.top // length | tonumber)][]
