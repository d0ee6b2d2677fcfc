"""One list and subnet with each text for a name, and as what rules say."""

import json

from texts import TEXTS

objects = []
for number, text in enumerate(TEXTS):
    block = "10.0.%d.0/24" % number
    rule = {"protocol": "6", "isStateless": False, "source": "0.0.0.0/0",
            "sourceType": "CIDR_BLOCK", "description": text}
    objects += [
        {"id": "ocid1.vcn.oc1..v%d" % number, "displayName": text},
        {"id": "ocid1.subnet.oc1..s%d" % number, "displayName": text,
         "vcnId": "ocid1.vcn.oc1..v%d" % number, "cidrBlock": block,
         "securityListIds": ["ocid1.securitylist.oc1..l%d" % number]},
        {"id": "ocid1.securitylist.oc1..l%d" % number, "displayName": text,
         "egressSecurityRules": [],
         "ingressSecurityRules": [
             rule, rule, dict(rule, source=text, sourceType="SERVICE_CIDR_BLOCK")]}]
with open("dump.json", "w", encoding="utf-8") as file:
    json.dump(objects, file)
with open("log", "w", encoding="utf-8") as file:
    for number in range(len(TEXTS)):
        file.write(json.dumps({
            "subnet": "ocid1.subnet.oc1..s%d" % number, "vnic": None,
            "local": "10.0.%d.5" % number, "peer": "198.51.100.7", "protocol": 6,
            "local_port": 443, "peer_port": None, "client_ports": [50000, 50001],
            "began": "peer", "action": "ACCEPT",
            "in": {"records": 9, "packets": 90, "bytes": 900},
            "out": {"records": 9, "packets": 90, "bytes": 900},
            "first": "2026-10-01T00:00:00Z", "last": "2026-11-10T00:00:00Z"}) + "\n")
