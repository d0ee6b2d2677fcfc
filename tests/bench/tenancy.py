"""A tenancy whose flows and rules belong together, as those of the samples do.

The network is that of tests/reference/world.py: 8 VCNs of 8 subnets, 1,000
VNICs, records in both key orders. Here each subnet has a part (load balancers,
applications, databases, ...), the lists and groups of a part allow what it is
for, and the records are those of connections: request and answer, at every
VNIC that logs. Beside them come what logs have too: scanners, answers after
their time, echoes, clocks, rules that were changed since.

A full tenancy has as many rules as the service takes: every subnet has 5 lists
of 200 rules, every VNIC 5 groups of 120.
"""

import json
import os
import random
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "reference"))

import world  # noqa: E402

# The parts of a VCN's subnets, in their order.
PARTS = ("edge", "app", "data", "cache", "bastion", "nodes", "batch", "watch")
OFFICES = ("198.51.100.0/26", "203.0.113.64/27")
ON_PREMISES = "192.168.0.0/16"
LABEL = "all-iad-services-in-oracle-services-network"
ANY = "0.0.0.0/0"
FULL_LISTS, FULL_LIST = 5, 200
FULL_GROUPS, FULL_GROUP = 5, 120
TOGETHER = 48    # records of one connection lie so far apart at the most
NAMES = {1: "ICMP", 6: "TCP", 17: "UDP"}


def block(vcn, part):
    """The CIDR block of a part's subnet."""
    return f"10.{vcn}.{PARTS.index(part) * 16}.0/20"


# ---- rules -----------------------------------------------------------------


def rule(end, peer, protocol="all", ports=None, kind="CIDR_BLOCK", icmp=None):
    """A rule of a list, as the oci CLI shows it."""
    made = {"description": None, "is-stateless": False, "protocol": protocol,
            end: peer, end + "-type": kind, "icmp-options": icmp,
            "tcp-options": None, "udp-options": None}
    if ports:
        made["tcp-options" if protocol == "6" else "udp-options"] = {
            "destination-port-range": {"min": ports[0], "max": ports[-1]},
            "source-port-range": None}
    return made


def tcp(end, peer, *ports):
    return rule(end, peer, "6", ports)


def udp(end, peer, *ports):
    return rule(end, peer, "17", ports)


def label(end, *ports):
    return rule(end, LABEL, "6", ports, "SERVICE_CIDR_BLOCK")


def default_rules(vcn):
    """What the list has that a VCN comes with, and the watchers' part."""
    return ([rule("source", ANY, "1", icmp={"type": 3, "code": 4}),
             rule("source", f"10.{vcn}.0.0/16", "1",
                  icmp={"type": 3, "code": None}),
             rule("source", block(vcn, "watch"), "1",
                  icmp={"type": 8, "code": None}),
             tcp("source", block(vcn, "bastion"), 22)],
            [rule("destination", ANY)])


def part_rules(vcn, part):
    """(ingress, egress) of a part's own list."""
    def of(other):
        return block(vcn, other)
    return {
        "edge": ([tcp("source", ANY, 443), tcp("source", ANY, 80)],
                 [tcp("destination", of("app"), 8080, 8090)]),
        "app": ([tcp("source", of("edge"), 8080, 8090),
                 tcp("source", of("nodes"), 8080, 8090)],
                [tcp("destination", of("data"), 1521),
                 tcp("destination", of("data"), 5432),
                 tcp("destination", of("cache"), 6379), label("destination", 443)]),
        # the one part without the rule that lets everything out
        "data": ([tcp("source", of("app"), 1521), tcp("source", of("app"), 5432),
                  tcp("source", of("batch"), 1521),
                  tcp("source", of("bastion"), 22),
                  tcp("source", of("watch"), 9100),
                  rule("source", of("watch"), "1", icmp={"type": 8})],
                 [label("destination", 443), udp("destination", ON_PREMISES, 53),
                  udp("destination", ANY, 123)]),
        "cache": ([tcp("source", of("app"), 6379)], []),
        "bastion": ([tcp("source", office, 22) for office in OFFICES],
                    [tcp("destination", f"10.{vcn}.0.0/16", 22)]),
        "nodes": ([rule("source", of("nodes")), tcp("source", of("edge"), 30000, 32767),
                   tcp("source", of("bastion"), 6443)],
                  [rule("destination", of("nodes"))]),
        "batch": ([], [tcp("destination", of("data"), 1521),
                       label("destination", 443)]),
        "watch": ([tcp("source", ON_PREMISES, 3000)],
                  [tcp("destination", f"10.{vcn}.0.0/16", 9100)]),
    }[part]


def further_rule(rng, end):
    """One of the many of a full list: a partner, an office, a host."""
    low = rng.choice((22, 443, 1521, 8080, rng.randrange(1024, 49152)))
    peer = rng.choice((
        f"147.{rng.randrange(256)}.{rng.randrange(256)}.0/24",
        f"10.{rng.randrange(64, 256)}.{rng.randrange(256)}.{rng.randrange(16) * 16}/28",
        f"10.{rng.randrange(8)}.{rng.randrange(128)}.{rng.randrange(256)}/32",
        f"192.168.{rng.randrange(256)}.{rng.randrange(256)}/32"))
    make = tcp if rng.random() < 0.9 else udp
    return make(end, peer, low, low + rng.choice((0, 0, 0, 10)))


def fill(rng, ingress, egress, count):
    """Adds rules until there are count, half of them of each direction."""
    while len(ingress) < count // 2:
        ingress.insert(rng.randrange(len(ingress) + 1), further_rule(rng, "source"))
    while len(egress) < count - len(ingress):
        egress.insert(rng.randrange(len(egress) + 1), further_rule(rng, "destination"))


def group_rule(number, made):
    """A rule of a list as one of a group."""
    return {**made, "id": f"{number:06X}", "is-valid": True,
            "direction": "INGRESS" if "source" in made else "EGRESS"}


# ---- the tenancy -----------------------------------------------------------


class Tenancy(world.World):
    """Subnets by part; lists and groups that allow what the parts do."""

    def __init__(self, seed, is_full=False):
        super().__init__(seed)
        rng = random.Random(f"tenancy {seed}")
        self.lists, self.nsgs = [], []
        self.members = {}       # of (VCN, part): its VNICs
        for subnet in self.subnets:
            subnet["part"] = PARTS[subnet["number"] % 8]
            subnet["ipv4"], subnet["ipv6"] = subnet["ipv4"][:1], []
        for vnic in self.vnics:
            subnet = vnic["subnet"]
            self.members.setdefault((subnet["vcn"], subnet["part"]), []).append(vnic)
        for vcn in range(len(self.vcns)):
            self._add_lists(rng, vcn, is_full)
            self._add_groups(rng, vcn, is_full)

    def known_subnets(self):
        """All but one, which is too new for the lookup file."""
        return self.subnets[:-1]

    def _add_list(self, rng, vcn, name, ingress, egress, is_full):
        if is_full:
            fill(rng, ingress, egress, FULL_LIST)
        self.lists.append({
            "id": world.ocid(rng, "securitylist"), "display-name": name,
            "vcn-id": self.vcns[vcn], "compartment-id": self.compartments[0],
            "ingress-security-rules": ingress, "egress-security-rules": egress})
        return self.lists[-1]["id"]

    def _add_lists(self, rng, vcn, is_full):
        default = self._add_list(rng, vcn, f"default {vcn}", *default_rules(vcn), is_full)
        further = [self._add_list(rng, vcn, f"partners {vcn}.{number}", [], [], True)
                   for number in range(FULL_LISTS - 2 if is_full else 0)]
        for subnet in self.subnets[8 * vcn:8 * vcn + 8]:
            part = subnet["part"]
            own = self._add_list(rng, vcn, f"{part} {vcn}", *part_rules(vcn, part), is_full)
            subnet["lists"] = [own] if part == "data" else [default, own]
            subnet["lists"] += further

    def _add_group(self, rng, vcn, name, rules, parts):
        self.nsgs.append({
            "id": world.ocid(rng, "networksecuritygroup"), "display-name": name,
            "vcn-id": self.vcns[vcn], "compartment-id": self.compartments[0],
            "rules": [group_rule(number, each) for number, each in enumerate(rules)],
            "vnics": [vnic["early"]["vnicocid"] for part in parts
                      for vnic in self.members.get((vcn, part), [])]})
        return self.nsgs[-1]

    def _add_groups(self, rng, vcn, is_full):
        """Two that are of use, and in a full tenancy three more."""
        watched = [tcp("source", block(vcn, "watch"), 9100)]
        self._add_group(rng, vcn, f"watched {vcn}", watched, PARTS)
        peers = self._add_group(rng, vcn, f"peers {vcn}", [], PARTS if is_full
                                else ("app", "nodes"))
        peers["rules"] = [group_rule(0, rule(
            "source", peers["id"], "6", (7946,), "NETWORK_SECURITY_GROUP"))]
        if not is_full:
            return
        for number in range(FULL_GROUPS - 2):
            self._add_group(rng, vcn, f"more {vcn}.{number}", [], PARTS)
        for group in self.nsgs[-FULL_GROUPS:]:
            ingress, egress = [], []
            fill(rng, ingress, egress, FULL_GROUP - len(group["rules"]))
            group["rules"] += [group_rule(number, each) for number, each in
                               enumerate(ingress + egress, len(group["rules"]))]


def write_dumps(folder, tenancy):
    """The arguments of vcnmeta build."""
    def write(name, value):
        path = os.path.join(folder, name)
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"data": value}, file)
        return path

    argv = ["--all-groups",
            write("subnets.json", [json.loads(json.dumps(world.subnet_dump(tenancy, each)))
                                   for each in tenancy.known_subnets()]),
            write("lists.json", tenancy.lists),
            write("nsgs.json", [{name: value for name, value in each.items()
                                 if name not in ("rules", "vnics")}
                                for each in tenancy.nsgs]),
            write("ips.json", [{"ip-address": each["ipv4"],
                                "vnic-id": each["early"]["vnicocid"],
                                "subnet-id": each["subnet"]["ocid"]}
                               for each in tenancy.vnics])]
    for number, each in enumerate(tenancy.nsgs):
        rules = write(f"rules{number}.json", each["rules"])
        vnics = write(f"vnics{number}.json", [{"vnic-id": vnic, "resource-id": None}
                                              for vnic in each["vnics"]])
        argv += ["--nsg-rules", f"{each['id']}={rules}",
                 "--nsg-vnics", f"{each['id']}={vnics}"]
    ranges = os.path.join(folder, "ranges.json")
    with open(ranges, "w", encoding="utf-8") as file:
        json.dump({"last_updated_timestamp": "2026-08-01T00:00:00.000000",
                   "regions": [{"region": "us-ashburn-1", "cidrs": [
                       {"cidr": "134.70.24.0/21", "tags": ["OSN", "OBJECT_STORAGE"]},
                       {"cidr": "140.91.10.0/23", "tags": ["OSN"]}]}]}, file)
    return argv + [ranges]


# ---- flows -----------------------------------------------------------------

# What goes on, and how often.
KINDS = {"visit": 24, "serve": 12, "query": 10, "cached": 5, "store": 6, "update": 4,
         "resolve": 5, "clock": 3, "watch": 4, "echo": 2, "login": 2, "gossip": 2,
         "nodes": 4, "scan": 13, "probe": 1, "late": 1.5, "gone": 0.6, "refused": 0.2,
         "metadata": 0.3}


class Flows:
    """A seeded stream of the records of connections."""

    def __init__(self, tenancy, seed):
        self.tenancy = tenancy
        self.rng = random.Random(f"flows of a tenancy {seed}")
        self.kinds, self.weights = zip(*KINDS.items())
        self.waiting = []

    def _vnic(self, vcn, part):
        """One of a part; of the whole VCN if there is none."""
        of_part = self.tenancy.members.get((vcn, part))
        return self.rng.choice(of_part or self.tenancy.members[vcn, "app"])

    def _public(self):
        return f"{self.rng.randrange(11, 99)}.{self.rng.randrange(256)}." \
               f"{self.rng.randrange(256)}.{self.rng.randrange(1, 255)}"

    def _ephemeral(self):
        return self.rng.randrange(32768, 61000)

    def _record(self, vnic, source, destination, protocol, action="ACCEPT"):
        """The line of a record, at the end that vnic is."""
        rng = self.rng
        start = world.BEGIN + rng.randrange(world.SPAN)
        flow = (vnic, source[0], destination[0], source[1], destination[1], protocol,
                NAMES[protocol], action, start, start + rng.randrange(32),
                rng.randrange(1 << 20), rng.randrange(1 << 12), f"{rng.getrandbits(32):x}",
                54 + rng.randrange(32), rng.randrange(1000))
        return world.early(flow) if rng.getrandbits(1) else world.late(flow)

    def _connection(self, client, server, port, protocol=6, client_port=None):
        """Both ways, at each end that is a VNIC (else an address)."""
        ends = [end["ipv4"] if isinstance(end, dict) else end for end in (client, server)]
        here = (ends[0], self._ephemeral() if client_port is None else client_port)
        there = (ends[1], port)
        return [self._record(vnic, *way, protocol)
                for vnic in (client, server) if isinstance(vnic, dict)
                for way in ((here, there), (there, here))]

    def _rejected(self, vnic, peer, port, source=None, protocol=6):
        return [self._record(vnic, (peer, self._ephemeral() if source is None else source),
                             (vnic["ipv4"], port), protocol, "REJECT")]

    def _records(self, kind):
        rng = self.rng
        vcn = rng.randrange(8)
        any_vnic = rng.choice(self.tenancy.vnics)

        def of(part):
            return self._vnic(vcn, part)
        if kind == "visit":
            return self._connection(self._public(), of("edge"), rng.choice((443, 443, 443, 80)))
        if kind == "serve":
            return self._connection(of("edge"), of("app"), rng.randrange(8080, 8091))
        if kind == "query":
            return self._connection(of("app"), of("data"), rng.choice((1521, 5432)))
        if kind == "cached":
            return self._connection(of("app"), of("cache"), 6379)
        if kind == "store":
            return self._connection(of(rng.choice(("app", "data", "batch"))),
                                    f"134.70.{rng.randrange(24, 32)}.{rng.randrange(256)}", 443)
        if kind == "update":
            return self._connection(of(rng.choice(("app", "nodes"))), self._public(), 443)
        if kind == "resolve":
            return self._connection(any_vnic, "192.168.0.53", 53, 17)
        if kind == "clock":
            return self._connection(any_vnic, self._public(), 123, 17, 123)
        if kind == "watch":
            return self._connection(of("watch"), of(rng.choice(PARTS)), 9100)
        if kind == "echo":
            return self._connection(of("watch"), of(rng.choice(PARTS)), 0, 1, 0)
        if kind == "login":
            inside = rng.random() < 0.7
            return self._connection(of("bastion"), of(rng.choice(PARTS)), 22) if inside else \
                self._connection(f"198.51.100.{rng.randrange(64)}", of("bastion"), 22)
        if kind == "gossip":
            return self._connection(of("app"), of("nodes"), 7946)
        if kind == "nodes":
            return self._connection(of("nodes"), of("nodes"), rng.choice((10250, 4789, 53)))
        if kind == "scan":
            return self._rejected(of(rng.choice(("edge", "bastion"))), self._public(),
                                  rng.choice((22, 23, 445, 3389, 8080, rng.randrange(65536))))
        if kind == "probe":
            return self._rejected(of("data"), of("nodes")["ipv4"], rng.choice((22, 1521, 3306)))
        if kind == "late":
            return self._rejected(of("app"), of("data")["ipv4"], self._ephemeral(), 1521)
        if kind == "gone":
            return self._connection(of("data"), self._public(), rng.choice((25, 587)))
        if kind == "refused":
            return self._rejected(of("edge"), self._public(), 443)
        return self._connection(any_vnic, "169.254.169.254", 80)

    def line(self):
        """A record, without a line feed."""
        while len(self.waiting) < TOGETHER:
            kind, = self.rng.choices(self.kinds, self.weights)
            self.waiting += self._records(kind)
        number = self.rng.randrange(len(self.waiting))
        self.waiting[number], self.waiting[-1] = self.waiting[-1], self.waiting[number]
        return self.waiting.pop()


def write_records(path, tenancy, seed, count):
    """So many whole lines."""
    flows = Flows(tenancy, seed)
    with open(path, "wb") as file:
        for _ in range(count):
            file.write(flows.line() + b"\n")
