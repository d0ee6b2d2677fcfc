# What was rejected, by the address that sent it: how many records, to how many
# addresses and on which ports; the most frequent first.
#
#   vcnflow -q -m net.lut --conversations -a reject logs | jq -nc -f rejected.jq
#
#   --argjson top 20          only the first 20 (all)

def conversations: (. // empty), inputs;

# How often each key occurs, as $count adds up.
def tally(pairs):
  reduce pairs as [$key, $count]
    ({}; setpath(["\($key)"]; getpath(["\($key)"]) + $count));

def name:
  {"1": "icmp", "6": "tcp", "17": "udp", "58": "icmpv6"}["\(.)"] // "\(.)";

# A conversation has both ways: what came in, and what went out.
tally(
  conversations
  | select(.action == "REJECT")
  | (select(.in.records > 0)
     | [[.peer, .local, .protocol, .local_port], .in.records]),
    (select(.out.records > 0)
     | [[.local, .peer, .protocol, .peer_port], .out.records]))
| to_entries | map([(.key | fromjson), .value]) | group_by(.[0][0])
| map({source: .[0][0][0], records: (map(.[1]) | add),
       destinations: (map(.[0][1]) | unique | length),
       ports: (group_by(.[0][2:])
               | map({records: (map(.[1]) | add),
                      port: "\(.[0][0][2] | name)\(.[0][0][3] // "" | tostring
                              | if . == "" then . else " " + . end)"})
               | sort_by([-.records, .port]) | map(.port))})
| sort_by([-.records, .source])
| .[:($ARGS.named.top // length | tonumber)][]
