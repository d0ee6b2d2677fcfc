"""Makes subnets as dumps have them of what vcnmeta show writes."""

import json
import sys

for line in sys.stdin:
    subnet = json.loads(line)
    print(json.dumps({
        "id": subnet["subnet_ocid"], "vcnId": subnet["vcn_ocid"],
        "cidrBlock": subnet["cidr_blocks"][0],
        "securityListIds": [s["security_list_ocid"] for s in subnet["security_lists"]]}))
