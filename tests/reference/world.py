"""A seeded cloud network and the flow-log records that it would send.

64 subnets in 8 VCNs, 1,000 VNICs, 48 security lists of 3 to 15 rules. Record
shapes and key orders are those of real exports, of 2020 to 2024 and of 2026.
"""

import calendar
import ipaddress
import json
import random
import time

SUBNETS = 64
VNICS = 1000
LISTS = 48
UNKNOWN = 4          # subnets that the dumps lack
BEGIN = calendar.timegm((2026, 8, 1, 0, 0, 0))
SPAN = 30 * 86400    # records are spread over so many seconds
REGION = "iad"
FLOW = "com.oraclecloud.vcn.flowlogs.DataEvent"
_LETTERS = "abcdefghijklmnopqrstuvwxyz234567"
_DESCRIPTIONS = (
    None, "ssh from the office", "zürich \u2192 bastion", "a \"quoted\" word",
    "back\\slash", "tab\tand\nnewline", "bell\u0007 and \u001f", "\U0001f600",
    "", "PMTU", "\u2028 separator", "\u007f delete", "</script>")
_PORTS = (22, 53, 80, 123, 443, 1521, 3306, 3389, 5432, 6443, 8080, 9200)


def ocid(rng, kind, region=REGION):
    """A new OCID as the service makes them."""
    tail = "".join(rng.choices(_LETTERS, k=52))
    return f"ocid1.{kind}.oc1.{region}.aaaaaaaa{tail}"


class World:
    """Everything that stays the same from record to record."""

    def __init__(self, seed):
        rng = random.Random(f"world {seed}")
        self.tenancy = ocid(rng, "tenancy", "")
        self.compartments = [ocid(rng, "compartment", "") for _ in range(6)]
        self.groups = [(ocid(rng, "loggroup"), ocid(rng, "log"))
                       for _ in range(4)]
        self.vcns = [ocid(rng, "vcn") for _ in range(SUBNETS // 8)]
        self.lists = [_security_list(rng, number, self)
                      for number in range(LISTS)]
        self.subnets = [self._subnet(rng, number) for number in range(SUBNETS)]
        self.vnics = [self._vnic(rng) for _ in range(VNICS)]
        self.absent_list = ocid(rng, "securitylist")

    def _subnet(self, rng, number):
        vcn, inside = divmod(number, 8)
        block = f"10.{vcn}.{inside * 16}.0/20"
        blocks = [block]
        if number % 7 == 3:
            blocks.append(f"172.{16 + vcn}.{inside}.0/24")
        if number % 11 == 5:
            blocks.append(f"100.64.{number}.0/24")
        six = []
        if number % 3 == 0:
            six.append(f"2603:c020:{vcn:x}:{inside:x}00::/64")
        if number % 9 == 0:
            six.append(f"fd12:3456:{number:x}::/64")
        lists = rng.sample(self.lists, rng.choice((1, 1, 1, 2, 2, 3, 5)))
        return {"ocid": ocid(rng, "subnet"), "vcn": vcn, "number": number,
                "ipv4": blocks, "ipv6": six,
                "compartment": rng.choice(self.compartments),
                "lists": [each["id"] for each in lists]}

    def _vnic(self, rng):
        subnet = rng.choice(self.subnets)
        group, log = rng.choice(self.groups)
        net = ipaddress.ip_network(subnet["ipv4"][0])
        address = str(net[rng.randrange(2, net.num_addresses - 1)])
        six = [str(ipaddress.ip_network(block)[rng.getrandbits(32)])
               for block in subnet["ipv6"]]
        early = {"compartmentid": subnet["compartment"], "ingestedtime": "@",
                 "loggroupid": group, "logid": log, "tenantid": self.tenancy,
                 "vcnOcid": self.vcns[subnet["vcn"]],
                 "vniccompartmentocid": subnet["compartment"],
                 "vnicocid": ocid(rng, "vnic"),
                 "vnicsubnetocid": subnet["ocid"]}
        late = dict(early)
        if rng.random() < 0.5:
            late.update(managed="true", publicIpv4=f"150.136.215.{inside(rng)}",
                        resourceId=ocid(rng, "loadbalancer"),
                        resourceType="loadbalancer")
        return {"subnet": subnet, "ipv4": address, "ipv6": six,
                "early": early, "late": dict(sorted(late.items(), key=_fold)),
                "early_text": _halves(early),
                "late_text": _halves(dict(sorted(late.items(), key=_fold)))}

    def known_subnets(self):
        """Those that the dumps name."""
        return self.subnets[:SUBNETS - UNKNOWN]


def inside(rng):
    return rng.randrange(1, 255)


def _fold(item):
    return item[0].lower()


def _halves(oracle):
    """The text before and after the time of ingestion."""
    return json.dumps(oracle, separators=(",", ":")).split("@")


# ---- records ---------------------------------------------------------------


def utc(seconds):
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


class Flows:
    """A seeded stream of clean records."""

    def __init__(self, world, seed):
        self.world = world
        self.rng = random.Random(f"flows {seed}")
        self.fields = None

    def flow(self):
        """What happened, before it is put into words."""
        bits = self.rng.getrandbits(224)
        vnic = self.world.vnics[bits % VNICS]
        bits >>= 16
        peer = self._peer(bits & 0xFFFFFFFFF)
        bits >>= 40
        protocol, name = (6, "TCP")
        if bits & 15 > 12:
            protocol, name = (17, "UDP") if bits & 15 < 15 else (1, "ICMP")
        bits >>= 4
        port = _PORTS[bits % len(_PORTS)] if protocol != 1 else 0
        high = 32768 + (bits >> 4 & 0x3FFF) if protocol != 1 else 0
        bits >>= 20
        outward = bits & 1
        start = BEGIN + (bits >> 1) % SPAN
        bits >>= 28
        here, there = (vnic["ipv4"], peer) if outward else (peer, vnic["ipv4"])
        return (vnic, here, there, high, port, protocol, name,
                "REJECT" if bits & 7 == 0 else "ACCEPT", start,
                start + (bits >> 3 & 31), bits >> 8 & 0xFFFFF,
                bits >> 28 & 0xFFF, f"{bits >> 40 & 0xFFFFFFFF:x}",
                54 + (bits >> 10 & 31), bits >> 16 & 1023)

    def _peer(self, bits):
        if bits & 3 == 0:
            return self.world.vnics[(bits >> 2) % VNICS]["ipv4"]
        a, b, c, d = (bits >> 2 & 255, bits >> 10 & 255, bits >> 18 & 255,
                      bits >> 26 & 255)
        if bits & 31 == 1:
            return f"192.168.{b}.{c}"
        return f"{11 + a % 87}.{b}.{c}.{d}"

    def line(self):
        """One clean record, without a line feed."""
        flow = self.flow()
        return early(flow) if flow[14] & 1 else late(flow)

    def record(self):
        """One clean record as a dictionary, in its key order."""
        return json.loads(self.line())


def early(flow):
    """The key order of 2020 to 2024."""
    (vnic, here, there, high, port, protocol, name, action, start, end, size,
     packets, flowid, lag, milli) = flow
    before, after = vnic["early_text"]
    return (
        f'{{"data":{{"action":"{action}","bytesOut":{size},'
        f'"destinationAddress":"{there}","destinationPort":{port},'
        f'"endTime":{end},"flowid":"{flowid}","packets":{packets},'
        f'"protocol":{protocol},"protocolName":"{name}",'
        f'"sourceAddress":"{here}","sourcePort":{high},"startTime":{start},'
        f'"status":"OK","version":"2"}},"id":"{flowid}","oracle":'
        f'{before}{utc(start + lag)}.{milli % 1000:03}Z{after},'
        f'"source":"-","specversion":"1.0","time":"{utc(start)}.000Z",'
        f'"type":"{FLOW}"}}').encode()


def late(flow):
    """The key order of 2026."""
    (vnic, here, there, high, port, protocol, name, action, start, end, size,
     packets, flowid, lag, milli) = flow
    before, after = vnic["late_text"]
    return (
        f'{{"id":"{flowid}","time":"{utc(start)}Z","oracle":'
        f'{before}{utc(start + lag)}.{milli % 1000:03}Z{after},'
        f'"source":"-","specversion":"1.0","subject":"-","type":"{FLOW}",'
        f'"data":{{"flowid":"{flowid}","version":"2","startTime":{start},'
        f'"endTime":{end},"sourceAddress":"{here}","sourcePort":{high},'
        f'"destinationAddress":"{there}","destinationPort":{port},'
        f'"protocol":{protocol},"protocolName":"{name}","packets":{packets},'
        f'"bytesOut":{size},"status":"OK","action":"{action}"}}}}').encode()


# ---- metadata --------------------------------------------------------------


def _port_range(rng):
    port = rng.choice(_PORTS)
    return {"max": port + rng.choice((0, 0, 0, 10)), "min": port}


def _ports(rng):
    return rng.choice((
        None,
        {"destination-port-range": _port_range(rng),
         "source-port-range": None},
        {"destination-port-range": _port_range(rng),
         "source-port-range": _port_range(rng)},
        {"destination-port-range": None, "source-port-range": None},
        {"source-port-range": _port_range(rng)},
        {}))


def _rule(rng, side):
    protocol = rng.choice(("6", "6", "6", "17", "1", "58", "all"))
    cidr = rng.choice(("0.0.0.0/0", "10.0.0.0/8", "::/0", "192.168.4.0/22",
                       f"147.154.{inside(rng)}.0/24"))
    service = rng.random() < 0.1
    rule = {"description": rng.choice(_DESCRIPTIONS), "icmp-options": None,
            "is-stateless": rng.choice((False, False, True, None)),
            "protocol": protocol,
            side: "all-iad-services-in-oracle-services-network"
                  if service else cidr,
            side + "-type": "SERVICE_CIDR_BLOCK" if service else "CIDR_BLOCK",
            "tcp-options": _ports(rng) if protocol == "6" else None,
            "udp-options": _ports(rng) if protocol == "17" else None}
    if protocol in ("1", "58"):
        rule["icmp-options"] = rng.choice(
            (None, {"code": 4, "type": 3}, {"code": None, "type": 8},
             {"type": 3}, {}))
    if rng.random() < 0.1:
        for name in ("description", "is-stateless", "tcp-options"):
            del rule[name]
    return rule


def _security_list(rng, number, world):
    count = rng.randrange(3, 16)
    ingress = rng.randrange(count + 1)
    return {"compartment-id": rng.choice(world.compartments),
            "defined-tags": {},
            "display-name": rng.choice((f"list {number}", f"lüste-{number}",
                                        f'the "{number}"', None)),
            "egress-security-rules":
                [_rule(rng, "destination") for _ in range(count - ingress)],
            "freeform-tags": {"owner": "net", "id": "x"},
            "id": ocid(rng, "securitylist"),
            "ingress-security-rules":
                [_rule(rng, "source") for _ in range(ingress)],
            "lifecycle-state": "AVAILABLE",
            "time-created": "2021-09-07T22:23:53.875000+00:00",
            "vcn-id": world.vcns[number % 8]}


def subnet_dump(world, subnet):
    four, six = subnet["ipv4"], subnet["ipv6"]
    return {"availability-domain": None, "cidr-block": four[0],
            "compartment-id": subnet["compartment"], "defined-tags": {},
            "display-name": f"subnet-{subnet['number']}",
            "freeform-tags": {}, "id": subnet["ocid"],
            "ipv4-cidr-blocks": four,
            "ipv6-cidr-block": six[0] if six else None,
            "ipv6-cidr-blocks": six or None, "lifecycle-state": "AVAILABLE",
            "prohibit-public-ip-on-vnic": False,
            "security-list-ids": subnet["lists"],
            "vcn-id": world.vcns[subnet["vcn"]]}


def _camel(name):
    first, *rest = name.split("-")
    return first + "".join(part.capitalize() for part in rest)


def _snake(name):
    return name.replace("-", "_")


def _renamed(thing, rename):
    if isinstance(thing, dict):
        return {rename(name): _renamed(value, rename)
                for name, value in thing.items()}
    if isinstance(thing, list):
        return [_renamed(value, rename) for value in thing]
    return thing


def dumps(world, missing_list=False):
    """File names and texts: oci CLI dumps, REST JSON and SDK dumps."""
    subnets = [subnet_dump(world, each) for each in world.known_subnets()]
    if missing_list:
        ids = subnets[0]["security-list-ids"]
        ids = ids[:1] + [world.absent_list] + ids[1:]
        subnets[0]["security-list-ids"] = ids
    lists = world.lists
    rest = _renamed(lists[32:40] + subnets[32:48], _camel)
    sdk = _renamed(lists[40:] + subnets[48:], _snake)
    return {
        "subnets.json": json.dumps({"data": subnets[:32]}, indent=2,
                                   sort_keys=True, ensure_ascii=False),
        "lists.json": json.dumps({"data": lists[:32]}, indent=2,
                                 sort_keys=True, ensure_ascii=False),
        "rest.json": json.dumps(rest),
        "sdk.ndjson": "".join(json.dumps(each) + "\n" for each in sdk),
    }
