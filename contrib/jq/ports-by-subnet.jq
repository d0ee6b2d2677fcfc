# Which TCP and UDP ports each subnet offers, to internal and to external clients.
#
#   vcnflow -q -m net.lut --conversations logs | jq -nc -f ports-by-subnet.jq
#
# One object a subnet, sorted by OCID. "ports" has those of most clients first;
# "ranges" joins adjacent ones, to write a rule from.
#
#   --arg began local       ports that the subnet uses elsewhere (peer)
#   --argjson max 65535     ports up to this one (32767); what seems to serve on a
#                           higher one is mostly a reply whose request is not logged

def conversations: (. // empty), inputs;

# Counts how often each key occurs. One flat object and setpath, since jq 1.6
# copies nested objects, and the result of +=, at each step.
def tally(keys):
  reduce (keys | tojson) as $key ({}; setpath([$key]; getpath([$key]) + 1));

def side:
  if test("^(10|192\\.168|172\\.(1[6-9]|2[0-9]|3[01]))\\.") then "internal"
  else "external" end;

# ["22", "8000-8002"] from the sorted numbers 22, 8000, 8001, 8002
def ranges:
  reduce .[] as $port ([];
    if length > 0 and .[-1][1] + 1 == $port
    then .[-1][1] = $port
    else . + [[$port, $port]] end)
  | map(if .[0] == .[1] then "\(.[0])" else "\(.[0])-\(.[1])" end);

# The result for one protocol on one side: from keys of one subnet.
def ports($protocol; $side):
  map(select(.[1] == $protocol and .[2] == $side)[3]) | group_by(.)
  | map({port: .[0], clients: length})
  | {ranges: (map(.port) | ranges), ports: sort_by([-.clients, .port])};

def sides($protocol):
  {internal: ports($protocol; "internal"),
   external: ports($protocol; "external")};

($ARGS.named.began // "peer") as $began
| ($ARGS.named.max // 32767 | tonumber) as $max
| tally(
    conversations
    | select(.action == "ACCEPT" and .began == $began)
    | (.local_port // .peer_port) as $port
    | select($port != null and $port <= $max)
    | [.subnet, .protocol, (.peer | side), $port,
       if $began == "peer" then .peer else .local end])
| keys_unsorted | map(fromjson) | group_by(.[0])[]
| {subnet: .[0][0], tcp: sides(6), udp: sides(17)}
