# Who talks to whom: client, server and its port, and how much, the most bytes
# first. Where nobody is known to have begun, both ports are given.
#
#   vcnflow -q -m net.lut --conversations logs | jq -nc -f pairs.jq
#
#   --argjson top 20          only the first 20 (all)
#   --argjson max 65535       ports of servers up to this one (32767); above it are
#                             mostly replies whose request is not logged
#
# What two VNICs of yours say to each other may be logged at both; then it is
# counted as each of them saw it, by the greater number.

def conversations: (. // empty), inputs;

def protocol:
  {"1": "icmp", "6": "tcp", "17": "udp", "47": "gre", "50": "esp",
   "58": "icmpv6"}["\(.protocol)"] // .protocol;

# The two sides, the client first.
def sides:
  {address: .local, port: .local_port} as $local
  | {address: .peer, port: .peer_port} as $peer
  | if .began == "local" then [$local, $peer]
    elif .began == "peer" then [$peer, $local]
    else [$local, $peer] | sort end;

($ARGS.named.max // 32767 | tonumber) as $max
| reduce (
    conversations
    | select(.action == "ACCEPT")
    | sides as [$client, $server]
    | select($server.port == null or $server.port <= $max)
    | [([$client.address, $client.port, $server.address, protocol, $server.port]
        | tojson),
       .local, .in.bytes + .out.bytes, .in.packets + .out.packets]
  ) as [$key, $seen, $bytes, $packets]
    ({}; getpath([$key, $seen]) as $old
     | setpath([$key, $seen]; [$old[0] + $bytes, $old[1] + $packets]))
| to_entries
| map((.key | fromjson) as $key | (.value | map(.) | max) as $most
      | {client: $key[0], client_port: $key[1], server: $key[2],
         protocol: $key[3], port: $key[4], bytes: $most[0], packets: $most[1]}
      | if .client_port == null then del(.client_port) else . end)
| sort_by([-.bytes, .client, .server, .port])
| .[:($ARGS.named.top // length | tonumber)][]
