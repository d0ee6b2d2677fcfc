"""Which rules let a flow pass: a statement of its own, for comparison.

A world is a dict of what the service's REST replies hold: "subnets", "lists",
and, where they are known, "nsgs", "nsgrules" (group: its rules), "nsgvnics"
(group: OCIDs of its members), "ips" (addresses with their VNICs) and "ranges"
(service label: its blocks). "nsgs" holds all groups, unless "all_groups" is
false. judge() gives the member "rules" of a record.
"""

import functools
import ipaddress
import re

YES, MAYBE, NO = "yes", "maybe", "no"
_RANK = {NO: 0, MAYBE: 1, YES: 2}
_LINK_LOCAL = ipaddress.ip_network("169.254.0.0/16")
_PRIVATE = [ipaddress.ip_network(block) for block in (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10",
    "169.254.0.0/16", "127.0.0.0/8")]
_NAMES = {1: "icmp", 6: "tcp", 17: "udp", 58: "icmpv6"}
_OPTIONS = {6: "tcpOptions", 17: "udpOptions"}
REASONS = ("icmp_type", "ports", "service", "group", "protocol", "peer",
           "stateless")
WEIGHTS = {"destination_port": 1, "source_port": 2, "peer": 4, "protocol": 8}
VERDICTS = ("permitted", "reply", "either", "unexplained", "denied",
            "late_reply", "contradicted", "exempt", "unknown")


@functools.lru_cache(maxsize=1 << 16)
def address_of(value):
    """An address as the contract reads it, or None."""
    if not isinstance(value, str) or "%" in value:
        return None
    try:
        return ipaddress.ip_address(value)
    except ValueError:
        return None


@functools.lru_cache(maxsize=1 << 16)
def block_of(value):
    """A CIDR block; a single address is a block of its own. None: neither."""
    if not isinstance(value, str) or value.count("/") > 1:
        return None
    address, slash, length = value.partition("/")
    if address_of(address) is None:
        return None
    if slash and not re.fullmatch("0|[1-9][0-9]{0,2}", length):
        return None
    try:
        return ipaddress.ip_network(value, strict=False)
    except ValueError:
        return None


def within(address, block):
    return address.version == block.version and address in block


def number_of(value, most):
    """An integer of 0 to most, also as a string of its digits; or None."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and re.fullmatch("0|[1-9][0-9]*", value):
        value = int(value)
    if isinstance(value, int) and 0 <= value <= most:
        return value
    return None


class Rule:
    """One rule of a list or a group, which owns it."""

    def __init__(self, owner, name, direction, source, of_group):
        self.owner, self.owner_name = owner, name
        self.direction = direction
        end = "source" if direction == "ingress" else "destination"
        self.raw_peer = source.get(end)
        kind = source.get(end + "Type")
        self.kind, self.block = "unreadable", None
        if kind in (None, "CIDR_BLOCK"):
            self.block = block_of(self.raw_peer)
            self.kind = "cidr" if self.block is not None else "unreadable"
        elif kind == "SERVICE_CIDR_BLOCK" and self.raw_peer:
            self.kind = "service"
        elif kind == "NETWORK_SECURITY_GROUP" and of_group and self.raw_peer:
            self.kind = "group"
        self.raw_protocol = source.get("protocol")
        if self.raw_protocol == "all":
            self.protocol = "all"
        else:
            self.protocol = number_of(self.raw_protocol, 255)
        self.stateless = source.get("isStateless") is True
        self.valid = source.get("isValid") is not False
        self.of_group, self.id = of_group, source.get("id")
        options = source.get(_OPTIONS.get(self.protocol)) or {}
        self.source = self._ends(options.get("sourcePortRange"))
        self.destination = self._ends(options.get("destinationPortRange"))
        self.type = self.code = None
        if self.protocol in (1, 58):
            icmp = source.get("icmpOptions") or {}
            self.type, self.code = icmp.get("type"), icmp.get("code")

    @staticmethod
    def _ends(given):
        # without either end it is none: so the output shows one that is absent
        ends = (given or {}).get("min"), (given or {}).get("max")
        return None if ends == (None, None) else ends

    @functools.cached_property
    def text(self):
        words = [self.direction]
        if self.protocol is None:
            words.append("?" if self.raw_protocol is None
                         else self.raw_protocol)
        else:
            words.append(_NAMES.get(self.protocol, str(self.protocol)))
        if self.kind == "cidr":
            words.append(str(self.block))
        else:
            words.append("?" if self.raw_peer is None else self.raw_peer)
        if self.source is not None or self.destination is not None:
            words.append(f"{self._range(self.source)}>"
                         f"{self._range(self.destination)}")
        if self.type is not None:
            words.append(str(self.type) if self.code is None
                         else f"{self.type}/{self.code}")
        if self.stateless:
            words.append("stateless")
        return " ".join(words)

    @staticmethod
    def _range(ends):
        if ends is None:
            return "*"
        low, high = ("?" if end is None else end for end in ends)
        return str(low) if low == high != "?" else f"{low}-{high}"

    def entry(self, reasons=(), misses=None):
        entry = {"ocid": self.owner, "name": self.owner_name,
                 "rule": self.text}
        if self.of_group:
            entry["id"] = self.id
        if reasons:
            entry["maybe"] = [each for each in REASONS if each in reasons]
        if misses is not None:
            entry["misses"] = [each for each in WEIGHTS if each in misses]
        return entry

    def specific(self, protocol):
        """Limits the destination port of this protocol to few ports."""
        if self.protocol != protocol or self.destination is None:
            return False
        low, high = self.destination
        return min(high, 65535) - max(low, 0) + 1 <= 1000


class Packet:
    """A tuple as the rules of one direction see it."""

    def __init__(self, protocol, peer, source, destination):
        self.protocol, self.peer = protocol, peer
        self.source, self.destination = source, destination

    def answer(self):
        return Packet(self.protocol, self.peer, self.destination, self.source)

    @property
    def portless(self):
        return self.source is None or self.destination is None or \
            self.source == self.destination == 0


class World:
    """What is known, indexed."""

    def __init__(self, world):
        self.subnets = {each["id"]: each for each in world["subnets"]}
        self.lists = {}
        for each in world["lists"]:
            rules = [Rule(each["id"], each.get("displayName"), way, rule,
                          False)
                     for way in ("ingress", "egress")
                     for rule in each.get(way + "SecurityRules") or []]
            self.lists[each["id"]] = rules
        self.groups = {each["id"]: each for each in world.get("nsgs", [])}
        self.all_groups = "nsgs" in world and world.get("all_groups", True)
        self.group_rules = {}
        for ocid, rules in world.get("nsgrules", {}).items():
            name = self.groups[ocid].get("displayName")
            made = [Rule(ocid, name, rule["direction"].lower(), rule, True)
                    for rule in rules]
            self.group_rules[ocid] = \
                [rule for rule in made if rule.direction == "ingress"] + \
                [rule for rule in made if rule.direction == "egress"]
        self.members = {ocid: set(vnics) for ocid, vnics in
                        world.get("nsgvnics", {}).items()}
        self.addresses = {}     # VNIC: its addresses
        self.subnet_of = {}     # VNIC: its subnet
        for each in world.get("ips", []):
            if each.get("vnicId"):
                self.addresses.setdefault(each["vnicId"], set()).add(
                    address_of(each["ipAddress"]))
                self.subnet_of[each["vnicId"]] = each["subnetId"]
        self.known_vnics = set(self.addresses)
        for vnics in self.members.values():
            self.known_vnics |= vnics
        self.ranges = {label: [block_of(block) for block in blocks]
                       for label, blocks in world.get("ranges", {}).items()}
        self._peers = {}

    @staticmethod
    def blocks(subnet):
        given = [subnet.get("cidrBlock"), subnet.get("ipv6CidrBlock")]
        given += subnet.get("ipv4CidrBlocks") or []
        given += subnet.get("ipv6CidrBlocks") or []
        return [block_of(each) for each in given if each]

    def holds(self, subnet, address):
        return any(within(address, block) for block in self.blocks(subnet))

    def vcn_of_vnic(self, vnic):
        return self.subnets.get(self.subnet_of.get(vnic), {}).get("vcnId")

    def group_has(self, group, vcn, address):
        """Is this the address of a member of a group, in a VCN?"""
        key = group, vcn, address
        if key not in self._peers:
            self._peers[key] = self._group_has(*key)
        return self._peers[key]

    def _group_has(self, group, vcn, address):
        members = self.members.get(group)
        for vnic in members or ():
            if address in self.addresses.get(vnic, ()) and \
                    self.vcn_of_vnic(vnic) == vcn:
                return YES
        if members is not None and all(self.addresses.get(vnic)
                                       for vnic in members):
            return NO
        for subnet in self.subnets.values():
            if subnet.get("vcnId") == vcn and self.holds(subnet, address):
                return MAYBE
        return NO

    def groups_of(self, vnic):
        return sorted(ocid for ocid, vnics in self.members.items()
                      if vnic in vnics)

    def rules_for(self, subnet, vnic):
        rules = []
        for ocid in subnet.get("securityListIds") or []:
            rules += self.lists.get(ocid, [])
        for ocid in self.groups_of(vnic):
            rules += self.group_rules.get(ocid, [])
        return rules

    def complete(self, subnet, vnic):
        if subnet is None or vnic not in self.known_vnics:
            return False
        if not self.all_groups:
            return False
        if any(ocid not in self.lists
               for ocid in subnet.get("securityListIds") or []):
            return False
        if any(ocid not in self.members for ocid, group in self.groups.items()
               if group.get("vcnId") == subnet.get("vcnId")):
            return False
        return all(ocid in self.group_rules for ocid in self.groups_of(vnic))

    # one rule, dimension by dimension

    def _peer(self, rule, packet, vcn):
        if not rule.valid:
            return NO, None
        if rule.kind == "cidr":
            return (YES if within(packet.peer, rule.block) else NO), None
        if rule.kind == "service":
            if packet.peer.version == 6 or \
                    any(packet.peer in block for block in _PRIVATE):
                return NO, None
            if rule.raw_peer not in self.ranges:
                return MAYBE, "service"
            inside = any(within(packet.peer, block)
                         for block in self.ranges[rule.raw_peer])
            return (YES if inside else NO), None
        if rule.kind == "group":
            found = self.group_has(rule.raw_peer, vcn, packet.peer)
            return found, "group" if found == MAYBE else None
        return MAYBE, "peer"

    @staticmethod
    def _protocol(rule, packet):
        if rule.protocol == "all":
            return YES
        if packet.protocol is None or rule.protocol is None:
            return MAYBE
        return YES if rule.protocol == packet.protocol else NO

    @staticmethod
    def _port(ends, port, packet):
        if ends is None:
            return YES
        low, high = ends
        if low is None or high is None:
            return MAYBE
        if low > high or low > 65535 or high < 0:
            return NO
        if packet.portless:
            return MAYBE
        return YES if low <= port <= high else NO

    def match(self, rule, packet, vcn):
        """(answer, reasons for maybe, dimensions that fail)"""
        peer, why = self._peer(rule, packet, vcn)
        answers = {
            "protocol": self._protocol(rule, packet),
            "peer": peer,
            "source_port": self._port(rule.source, packet.source, packet),
            "destination_port": self._port(rule.destination,
                                           packet.destination, packet),
            "icmp_type": MAYBE if rule.type is not None else YES}
        reasons = set()
        for dimension, answer in answers.items():
            if answer == MAYBE:
                reasons.add("ports" if dimension.endswith("port") else
                            why if dimension == "peer" else dimension)
        least = min(answers.values(), key=_RANK.get)
        return (least, reasons if least == MAYBE else set(),
                {each for each in WEIGHTS if answers[each] == NO})


def _class(port):
    return 0 if port <= 1023 else 1 if port <= 32767 else 2


class Judging:
    """One record: what is known of it, and its verdict."""

    def __init__(self, world, record):
        self.world = world
        data, oracle = record["data"], record["oracle"]
        self.source = address_of(data.get("sourceAddress"))
        self.destination = address_of(data.get("destinationAddress"))
        self.protocol = number_of(data.get("protocol"), 255)
        self.ports = (number_of(data.get("sourcePort"), 65535),
                      number_of(data.get("destinationPort"), 65535))
        self.vnic = oracle.get("vnicocid")
        self.subnet = world.subnets.get(oracle.get("vnicsubnetocid")) \
            if isinstance(oracle.get("vnicsubnetocid"), str) else None
        self.complete = world.complete(self.subnet, self.vnic)
        self.direction, self.guessed = self._direction()

    def _direction(self):
        if self.subnet is None:
            return None, False
        own = self.world.addresses.get(self.vnic, set())
        out, into = self.source in own, self.destination in own
        if out != into:
            return ("egress" if out else "ingress"), False
        for address, way in ((self.source, "egress"),
                             (self.destination, "ingress")):
            if address is not None and self.world.holds(self.subnet, address):
                return way, True
        return None, True

    @property
    def both_inside(self):
        return all(address is not None and
                   self.world.holds(self.subnet, address)
                   for address in (self.source, self.destination))

    @property
    def transport(self):
        return self.protocol in (6, 17)

    def packet(self, way):
        peer = self.destination if way == "egress" else self.source
        return Packet(self.protocol, peer, *self.ports)

    def matching(self, way, packet):
        """[(rule, answer, reasons)] of all rules of a direction that match"""
        found = []
        for rule in self.rules:
            if rule.direction == way:
                answer, reasons, _ = self.world.match(rule, packet, self.vcn)
                if answer != NO:
                    found.append((rule, answer, reasons))
        return found

    def explain(self, way):
        """F and R, each [(rule, answer, reasons)]"""
        packet = self.packet(way)
        other = "ingress" if way == "egress" else "egress"
        tracked = self.matching(other, packet.answer())
        stateless = {answer for rule, answer, _ in tracked if rule.stateless}
        tracked = [each for each in tracked if not each[0].stateless]
        if YES in stateless:
            tracked = []
        elif MAYBE in stateless:
            tracked = [(rule, MAYBE, reasons | {"stateless"})
                       for rule, _, reasons in tracked]
        return self.matching(way, packet), tracked

    def ports_say(self):
        """"sender" or "other" began, or None"""
        if not self.transport or None in self.ports or 0 in self.ports:
            return None
        source, destination = map(_class, self.ports)
        if source == destination:
            return None
        return "sender" if destination < source else "other"

    def who_began(self, permitted, tracked):
        if not self.transport or None in self.ports or 0 in self.ports or \
                self.ports[0] == self.ports[1]:
            return None
        specific = [any(answer == YES and rule.specific(self.protocol)
                        for rule, answer, _ in each)
                    for each in (permitted, tracked)]
        if specific == [True, False]:
            return "sender"
        if specific == [False, True]:
            return "other"
        return self.ports_say()

    def accepted(self, permitted, tracked):
        best = [max((_RANK[answer] for _, answer, _ in each), default=0)
                for each in (permitted, tracked)]
        by_transport = {True: {(2, 1): "permitted", (1, 2): "reply"},
                        False: {}}[self.transport]
        if best == [0, 0]:
            return "unexplained", "none"
        if best[1] == 0:
            return "permitted", ("certain" if best[0] == 2 else "possible")
        if best[0] == 0:
            if best[1] == 1 or self.ports_say() == "sender":
                return "reply", "possible"
            return "reply", "certain"
        if best == [2, 2]:
            began = self.who_began(permitted, tracked)
            if began is not None:
                return {"sender": "permitted", "other": "reply"}[began], \
                    "likely"
            return "either", "possible"
        if tuple(best) in by_transport:
            return by_transport[tuple(best)], "likely"
        return "either", "possible"

    def rejected(self, permitted, tracked):
        answers = {answer for _, answer, _ in permitted}
        if YES in answers:
            return "contradicted", "none"
        if not permitted and self.ports_say() == "other" and \
                any(answer == YES for _, answer, _ in tracked):
            return "late_reply", "likely"
        if answers:
            return "denied", "possible"
        if self.complete and not self.guessed and \
                (not tracked or self.ports_say() == "sender"):
            return "denied", "certain"
        return "denied", "likely"

    def nearest(self, way):
        if way is None:
            return []
        ranked = []
        for rule in self.rules:
            if rule.direction != way:
                continue
            _, _, misses = self.world.match(rule, self.packet(way), self.vcn)
            if misses:
                ranked.append(((len(misses), sum(map(WEIGHTS.get, misses))),
                               rule, misses))
        best = min((rank for rank, _, _ in ranked), default=None)
        return [rule.entry(misses=misses) for rank, rule, misses in ranked
                if rank == best][:3]

    def result(self, verdict, confidence, permitted=(), tracked=()):
        return {"verdict": verdict, "confidence": confidence,
                "complete": self.complete,
                "permitted_by": [rule.entry(reasons)
                                 for rule, _, reasons in permitted],
                "reply_to": [rule.entry(reasons)
                             for rule, _, reasons in tracked]}

    def judge(self, action):
        if action not in ("ACCEPT", "REJECT"):
            return None
        for address in (self.source, self.destination):
            if address is not None and within(address, _LINK_LOCAL):
                return self.result("exempt", "certain")
        if self.direction is None or self.source is None or \
                self.destination is None:
            return self.result("unknown", "none")
        self.vcn = self.subnet.get("vcnId")
        self.rules = self.world.rules_for(self.subnet, self.vnic)
        both = self.guessed and self.both_inside
        way = self.direction
        if both:
            out, into = self.explain("egress"), self.explain("ingress")
            explained = any(out), any(into)
            permitted, tracked = {
                (True, True): (out[0] + into[0], out[1] + into[1]),
                (True, False): out, (False, True): into,
                (False, False): ([], [])}[explained]
            way = {(True, True): None, (False, True): "ingress"}.get(
                explained, "egress")
        else:
            permitted, tracked = self.explain(way)
        verdict, confidence = (
            self.accepted if action == "ACCEPT" else self.rejected)(
                permitted, tracked)
        if both and confidence == "certain":
            confidence = "likely"
        result = self.result(verdict, confidence, permitted, tracked)
        if verdict == "denied":
            result["nearest"] = self.nearest(way)
        return result


def judge(world, record):
    """The member "rules" of a record in a World; None: no judgement."""
    return Judging(world, record).judge(record["data"].get("action"))
