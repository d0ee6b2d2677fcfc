import json
import random

record = json.loads('{"data":{"action":"ACCEPT","destinationAddress":"8.8.8.8","destinationPort":443,"protocol":6,"protocolName":"TCP","sourceAddress":"10.1.0.5","sourcePort":1},"oracle":{"ingestedtime":"2026-05-01T00:00:00Z","vnicsubnetocid":"ocid1.subnet.oc1.iad.one"},"type":"com.oraclecloud.vcn.flowlogs.DataEvent"}')
random.seed(1)


def shuffled(value):
    if not isinstance(value, dict):
        return value
    items = [(key, shuffled(inner)) for key, inner in value.items()]
    random.shuffle(items)
    return dict(items)


record["source"] = "-"
record["extra"] = {"action": "REJECT", "data": {"x": [1, 2]}, "oracle": {}}
for _ in range(1000):
    print(json.dumps(shuffled(record), separators=(",", ":")))
