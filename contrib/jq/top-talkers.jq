# Which addresses moved most bytes, sent and received.
#
#   vcnflow -q -m net.lut --keep data logs | jq -nc -f top-talkers.jq
#
# A record has the bytes that its source sent. Traffic between two VNICs of a
# VCN may be logged at both; it then counts twice.
#
#   --argjson top 20          so many (20)

def records: (. // empty), inputs;

def need_data:
  if .data | type == "object" then .
  else "top-talkers.jq: records lack 'data'; give vcnflow --keep data\n"
       | halt_error(2) end;

def number: . // 0 | tonumber? // 0;

reduce (records | need_data) as $flow ({};
  ($flow.data.bytesOut | number) as $bytes
  | ($flow.data.packets | number) as $packets
  | .[$flow.sourceAddress | tojson] |=
      (.sent += $bytes | .packets += $packets | .flows += 1)
  | .[$flow.destinationAddress | tojson] |=
      (.received += $bytes | .packets += $packets | .flows += 1))
| to_entries
| map({address: (.key | fromjson), bytes: (.value.sent + .value.received),
       sent: (.value.sent // 0), received: (.value.received // 0)}
      + (.value | {packets, flows}))
| sort_by([-.bytes, .address])
| .[:($ARGS.named.top // 20 | tonumber)][]
