"""A large world for pages: world.py FOLDER SUBNETS RULES.

Writes dump.json, for "vcnmeta build", and conversations.ndjson: SUBNETS subnets
in six VCNs, RULES rules in lists of 20, and conversations of 40 days among the
subnets and with the internet. The same each time. Names are of some length, and
some are hostile.
"""

import json
import os
import random
import sys

VCNS = ("production", "staging", "shared-services", "data-platform",
        "partners", "sandbox")
ROLES = ("web", "app", "db", "cache", "queue", "batch", "admin", "monitoring",
         "load-balancers-public", "kubernetes-workers-pool-a")
PORTS = (22, 53, 80, 443, 1521, 3306, 3389, 5432, 6379, 8080, 8443, 9090)
HOSTILE = ("<script>alert(1)</script>", "\"><img src=x onerror=alert(2)>",
           "a\u202egnp.exe\u2066", "line\nfeed\ttab\u0007bell", "&amp;&#60;b&gt;",
           "</table></style><h1>out</h1>", "' onmouseover='alert(3)",
           "${7*7}`id`", "日本語のサブネット", "x" * 200)


def main():
    folder, subnet_count, rule_count = (
        sys.argv[1], int(sys.argv[2]), int(sys.argv[3]))
    chance = random.Random(15)
    lists = rule_count // 20
    with open(os.path.join(folder, "dump.json"), "w", encoding="utf-8") as file:
        json.dump(list(objects(chance, subnet_count, lists)), file)
    with open(os.path.join(folder, "conversations.ndjson"), "w",
              encoding="utf-8") as file:
        for line in conversations(chance, subnet_count):
            file.write(json.dumps(line, separators=(",", ":")) + "\n")


def block(number):
    """VCNs have a block each, subnets a /24 of it."""
    return "10.%d.%d" % (number % len(VCNS), number // len(VCNS))


def name(number):
    if number % 30 < len(HOSTILE) and number < 60:
        return HOSTILE[number % 30]
    return "%s-%d" % (ROLES[number % len(ROLES)], number)


def objects(chance, subnet_count, lists):
    for number, vcn in enumerate(VCNS):
        yield {"id": "ocid1.vcn.oc1..v%d" % number, "displayName": vcn,
               "compartmentId": "ocid1.compartment.oc1..c",
               "cidrBlocks": ["10.%d.0.0/16" % number]}
    for number in range(subnet_count):
        yield {"id": "ocid1.subnet.oc1..s%d" % number, "displayName": name(number),
               "vcnId": "ocid1.vcn.oc1..v%d" % (number % len(VCNS)),
               "compartmentId": "ocid1.compartment.oc1..c",
               "cidrBlock": block(number) + ".0/24",
               "securityListIds": ["ocid1.securitylist.oc1..l%d" % (number % lists)]}
    for number in range(lists):
        ingress = [rule(chance, "source") for _ in range(15)]
        egress = [rule(chance, "destination") for _ in range(5)]
        egress[0].update(protocol="all", tcpOptions=None, destination="0.0.0.0/0")
        yield {"id": "ocid1.securitylist.oc1..l%d" % number,
               "displayName": name(number) + " rules",
               "vcnId": "ocid1.vcn.oc1..v%d" % (number % len(VCNS)),
               "ingressSecurityRules": ingress, "egressSecurityRules": egress}


def rule(chance, side):
    low = chance.choice(PORTS)
    high = 65535 if chance.random() < 0.05 else low
    peer = chance.choice(
        ["0.0.0.0/0", "10.0.0.0/8", "203.0.113.0/24"]
        + ["10.%d.0.0/16" % chance.randrange(6) for _ in range(3)])
    return {"protocol": "6", "isStateless": chance.random() < 0.03, side: peer,
            side + "Type": "CIDR_BLOCK",
            "description": chance.choice(HOSTILE) if chance.random() < 0.1
            else "ticket NET-%d" % chance.randrange(9999),
            "tcpOptions": {"destinationPortRange": {"min": low, "max": high}}}


def conversations(chance, subnet_count):
    for number in range(subnet_count):
        for _ in range(40):
            other = chance.randrange(subnet_count)
            peer = chance.choice((
                block(other) + ".%d" % chance.randrange(2, 250),
                block(number) + ".%d" % chance.randrange(2, 250),
                "203.0.113.%d" % chance.randrange(2, 250),
                "198.51.100.%d" % chance.randrange(2, 250),
                "192.168.7.%d" % chance.randrange(2, 250)))
            began = chance.choice(("peer", "local"))
            port = chance.choice(PORTS)
            size = int(10 ** chance.uniform(2, 9)) // (1 + number)
            client = sorted(chance.sample(range(32768, 60999), 2))
            yield {
                "subnet": "ocid1.subnet.oc1..s%d" % number, "vnic": None,
                "local": block(number) + ".%d" % chance.randrange(2, 250),
                "peer": peer, "protocol": 6,
                "local_port": port if began == "peer" else None,
                "peer_port": port if began == "local" else None,
                "client_ports": client, "began": began, "action": "ACCEPT",
                "in": {"records": 9, "packets": chance.choice((2, 90)), "bytes": size},
                "out": {"records": 9, "packets": 9, "bytes": size // 3},
                "first": "2026-10-01T00:00:00Z", "last": "2026-11-10T00:00:00Z"}


main()
