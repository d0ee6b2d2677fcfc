# How much each subnet sent to each other one, and to and from what lies outside.
#
#   vcnmeta show net.lut > subnets.ndjson
#   vcnflow -q -m net.lut --conversations logs |
#     jq -nc --slurpfile subnets subnets.ndjson -f subnet-to-subnet.jq
#
# Subnets have their display names, without --slurpfile their OCIDs. An address
# that no conversation is of is "internet", or "other" where it is private. Each
# way is counted where it is sent, or else where it came in; never twice.

def conversations: (. // empty), inputs;

def outside:
  if test("^(10|192\\.168|172\\.(1[6-9]|2[0-9]|3[01]))\\.|^f[cd]") then "other"
  else "internet" end;

($ARGS.named.subnets // [] | map({(.subnet_ocid): .display_name}) | add) as $names
| reduce (conversations | select(.action == "ACCEPT")) as $one ({};
    "\([$one.subnet, $one.peer])" as $key
    | getpath([$key]) as $old
    | setpath([$key]; [$old[0] + $one.in.bytes, $old[1] + $one.out.bytes])
    # which subnet an address is of: addresses do not begin with a bracket
    | setpath([$one.local]; $one.subnet))
| . as $all
| reduce (to_entries[] | select(.value | type == "array")) as {$key, $value} ({};
    ($key | fromjson) as [$subnet, $peer]
    | getpath(["\([$subnet, $all[$peer] // ($peer | outside)])"]) as $sent
    | setpath(["\([$subnet, $all[$peer] // ($peer | outside)])"]; $sent + $value[1])
    | if $all[$peer] then . else
        "\([($peer | outside), $subnet])" as $back
        | setpath([$back]; getpath([$back]) + $value[0])
      end)
| to_entries
| map((.key | fromjson | map($names[.]? // .)) as [$from, $to]
      | select(.value > 0) | {from: $from, to: $to, bytes: .value})
| sort_by([-.bytes, .from, .to])[]
