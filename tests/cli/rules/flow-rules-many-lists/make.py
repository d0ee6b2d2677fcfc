"""A subnet with COUNT lists, each of one rule for a port of its own."""

import json
import sys

COUNT = int(sys.argv[1])
NAMES = [f"ocid1.securitylist.oc1.iad.{i:04}" for i in range(COUNT)]
SUBNET = {"id": "ocid1.subnet.oc1.iad.a", "vcnId": "ocid1.vcn.oc1.iad.v",
          "cidrBlock": "10.0.0.0/24", "securityListIds": NAMES}
LISTS = [{"id": name, "displayName": None, "egressSecurityRules": [],
          "ingressSecurityRules": [{
              "protocol": "6", "source": "0.0.0.0/0",
              "tcpOptions": {"destinationPortRange": {"min": port,
                                                      "max": port}}}]}
         for port, name in enumerate(NAMES, start=1)]
print(json.dumps([SUBNET, *LISTS, {
    "id": "ocid1.networksecuritygroup.oc1.iad.n",
    "vcnId": "ocid1.vcn.oc1.iad.v"}]))
