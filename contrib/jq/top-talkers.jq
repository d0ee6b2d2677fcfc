# Which of your addresses sent and received most bytes, and with how many others.
#
#   vcnflow -q -m net.lut --conversations logs | jq -nc -f top-talkers.jq
#
#   --arg side peer           the addresses that they talked to (local)
#   --argjson top 20          only the first 20 (20)

def conversations: (. // empty), inputs;

# Flat objects and setpath, since jq 1.6 copies the result of += at each step.
($ARGS.named.side // "local") as $side
| reduce (conversations | select(.action == "ACCEPT")) as $one ({};
    [$one.local, $one.peer] as $ends
    | (if $side == "local" then $ends else $ends[1:] + $ends[:1] end) as $ends
    | (if $side == "local" then [$one.out, $one.in]
       else [$one.in, $one.out] end) as [$sent, $received]
    | getpath([$ends[0]]) as $old
    | getpath(["\($ends)"]) as $is_known
    | setpath(["\($ends)"]; 1)
    | setpath([$ends[0]];
        [$old[0] + $sent.bytes, $old[1] + $received.bytes,
         $old[2] + $sent.packets + $received.packets,
         $old[3] + 1 - ($is_known // 0)]))
| to_entries
| map(select(.value | type == "array")
      | {address: .key, bytes: (.value[0] + .value[1]), sent: .value[0],
         received: .value[1], packets: .value[2], others: .value[3]})
| sort_by([-.bytes, .address])
| .[:($ARGS.named.top // 20 | tonumber)][]
