# Which addresses sent and received most bytes.
#
#   vcnflow -q -m net.lut -l none --keep data logs | jq -nc -f top-talkers.jq
#
# A record holds the bytes that its source sent. Traffic between two VNICs of one
# VCN may be logged at both; then it counts twice.
#
#   --argjson top 20          only the first 20 (20)

def records: (. // empty), inputs;

def need_data:
  if .data | type == "object" then .
  else "top-talkers.jq: records lack 'data'; give vcnflow --keep data\n"
       | halt_error(2) end;

def number: . // 0 | tonumber? // 0;

# Two of these for each record: an address, and what to add to it: sent,
# received, packets, flows.
def shares:
  (.data.bytesOut | number) as $bytes
  | (.data.packets | number) as $packets
  | [(.sourceAddress | tojson), $bytes, 0, $packets, 1],
    [(.destinationAddress | tojson), 0, $bytes, $packets, 1];

# One flat object and setpath, since jq 1.6 copies the result of += at each step.
reduce (records | need_data | shares) as [$key, $sent, $received, $packets, $n]
  ({};
   getpath([$key]) as $old
   | setpath([$key]; [$old[0] + $sent, $old[1] + $received,
                      $old[2] + $packets, $old[3] + $n]))
| to_entries
| map({address: (.key | fromjson), bytes: (.value[0] + .value[1]),
       sent: .value[0], received: .value[1], packets: .value[2],
       flows: .value[3]})
| sort_by([-.bytes, .address])
| .[:($ARGS.named.top // 20 | tonumber)][]
