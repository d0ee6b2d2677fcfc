#!/usr/bin/env python3
"""Holds vcnrules report and check against a statement of their own, lint by check.

    compare_report.py VCNFLOW VCNMETA [--worlds N] [--seed S]

Small random worlds, dense in matches, and conversations of a few addresses and
ports: who began, by the whole log, what each rule is credited with, and what other
rules would break or open, is said here once more, the slow way. Without the rules
that lint calls removable, nothing breaks and nothing is opened. vcnrules is looked
for beside vcnmeta. The last line counts the worlds.
"""

import argparse
import collections
import copy
import ipaddress
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
WORLDS = os.path.join(HERE, os.pardir, "cli", "worlds.py")
sys.path.insert(0, os.path.dirname(WORLDS))

import worlds  # noqa: E402

BLOCKS = ["0.0.0.0/0", "10.0.0.0/8", "10.0.1.0/24", "10.0.2.0/24", "10.9.0.0/16",
          "192.0.2.0/28"]
ADDRESSES = ["10.0.1.5", "10.0.1.6", "10.0.2.5", "10.9.1.1", "192.0.2.3",
             "203.0.113.9", "169.254.169.254"]
PORTS = [22, 80, 443, 1024, 2000, 2001, 40000, 40001, 50000, 50001, 50002]
NUMBERS = {"icmp": 1, "tcp": 6, "udp": 17}
MEMBERS = ("conversations", "sole", "answers", "either", "maybe", "records",
           "peers", "weak_peers", "ports", "subnets", "evidence")


# ---- random worlds ----------------------------------------------------------


def random_rule(rng):
    protocol = rng.choice(["all", "tcp", "tcp", "tcp", "udp", "icmp"])
    words = [rng.choice(["ingress", "egress"]), protocol, rng.choice(BLOCKS)]
    if protocol in ("tcp", "udp") and rng.random() < 0.8:
        ports = "%s>%s" % (random_range(rng, 0.85), random_range(rng, 0.2))
        words += [ports] if ports != "*>*" else []
    if protocol == "icmp" and rng.random() < 0.5:
        words.append("8")
    if rng.random() < 0.2:
        words.append("stateless")
    return " ".join(words)


def random_range(rng, open_share):
    if rng.random() < open_share:
        return "*"
    low, high = sorted(rng.choices(PORTS, k=2))
    return str(low) if low == high else "%d-%d" % (low, high)


def random_world(rng):
    """Subnets a and b, which share a list; VNICs of which some have addresses."""
    lists = {name: sorted(set(random_rule(rng)
                              for _ in range(rng.randrange(1, 6))))
             for name in "lmn"}
    return {
        "subnets": {"a": ("10.0.1.0/24", ["l", "m"]),
                    "b": ("10.0.2.0/24", rng.choice([["l"], ["l", "n"]]))},
        "vnics": {"v": ("a", rng.choice([["10.0.1.5"], []])),
                  "w": ("b", ["10.0.2.5"])},
        "lists": lists,
    }


def text_of(world):
    lines = []
    for name, (block, lists) in world["subnets"].items():
        lines.append("subnet %s %s %s" % (name, block, ",".join(lists)))
    for name, (subnet, addresses) in world["vnics"].items():
        if addresses:
            lines.append("vnic %s %s %s" % (name, subnet, ",".join(addresses)))
    for name, rules in world["lists"].items():
        lines.append("list " + name)
        lines += ["  " + rule for rule in rules]
    return "\n".join(lines) + "\n"


Talk = collections.namedtuple(
    "Talk", "subnet vnic local peer protocol began service client action")


def random_talk(rng):
    """A conversation's key, its client ports and its records in and out."""
    subnet, vnic, local = rng.choice([
        ("a", "v", "10.0.1.5"), ("a", "v", "10.0.1.5"), ("b", "w", "10.0.2.5"),
        ("a", "x", "10.0.1.6"), ("c", "y", "10.0.3.1")])
    peer = rng.choice([a for a in ADDRESSES if a != local])
    protocol = rng.choice([6, 6, 6, 17, 1])
    began = rng.choice("<<>>??")
    counts = rng.choice([(1, 1), (3, 0), (0, 2), (9, 9)])
    rejected = rng.random() < 0.15
    if protocol == 1:
        return (subnet, vnic, local, peer, protocol, began, None, None,
                rejected), counts
    ports = rng.choice(PORTS), rng.choice(PORTS)
    client = sorted(rng.choices(PORTS, k=2)) if rng.random() < 0.4 else [ports[1]] * 2
    return (subnet, vnic, local, peer, protocol, began, ports, client,
            rejected), counts


def random_talks(rng):
    """Some of any kind, and now and then a server that nobody took for one."""
    talks = [random_talk(rng) for _ in range(rng.randrange(1, 50))]
    server = rng.choice([2000, 50000])
    for _ in range(rng.choice([0, 2, 3, 4])):
        talk, counts = random_talk(rng)
        client = rng.randrange(40000, 40010) if rng.random() < 0.5 else 1025
        began = ">" if client == 1025 else "?"
        ports = ((client, server) if began == ">" else (server, client))
        talks.append((("a", "v", "10.0.1.5", rng.choice(ADDRESSES[1:6]), 6, began,
                       ports, [server] * 2, talk[-1]), counts))
    return talks


def line_of(talk, counts):
    subnet, vnic, local, peer, protocol, began, ports, client, rejected = talk
    ends = [local, peer]
    if ports:
        span = "%d-%d" % tuple(client)
        ends[0] += ":" + (span if began == ">" else str(ports[0]))
        ends[1] += ":" + (span if began == "<" else
                          str(ports[0] if began == ">" else ports[1]))
    return "%s %s %s %s %s %d %d/%d%s" % (
        subnet, vnic, ends[0], began, ends[1], protocol, *counts,
        " REJECT" if rejected else "")


# ---- who began -----------------------------------------------------------------


class Flow:
    """A conversation; ports of both sides are [low, high], or None."""

    def __init__(self, talk, counts):
        (self.subnet, self.vnic, self.local, self.peer, self.protocol, self.began,
         ports, client, self.rejected) = talk
        self.ins, self.outs = counts
        self.local_ports = self.peer_ports = None
        if ports:
            self.local_ports = [ports[0]] * 2
            self.peer_ports = [ports[1]] * 2
            if self.began == "<":
                self.peer_ports = list(client)
            elif self.began == ">":
                self.local_ports, self.peer_ports = list(client), [ports[0]] * 2

    @property
    def has_ports(self):
        return self.local_ports is not None

    @property
    def decided(self):
        return self.has_ports and self.began != "?"

    @property
    def undecided(self):
        return (self.has_ports and self.began == "?"
                and self.local_ports != self.peer_ports)

    @property
    def service(self):
        return self.local_ports[0] if self.began == "<" else self.peer_ports[0]

    @property
    def client(self):
        return self.peer_ports if self.began == "<" else self.local_ports

    @property
    def one_client(self):
        return self.decided and self.client[0] == self.client[1]

    @property
    def turned(self):
        return self.one_client and lower(self.client[0], self.service)

    def group(self):
        return self.subnet, self.vnic, self.protocol

    def key(self):
        ports = None
        if self.has_ports:
            ports = (self.service if self.decided
                     else (self.local_ports[0], self.peer_ports[0]))
        return (self.group(), self.local, self.peer, self.began, ports,
                self.rejected)


def port_class(port):
    return 0 if port < 1024 else 1 if port < 32768 else 2


def lower(one, other):
    return 0 not in (one, other) and port_class(one) < port_class(other)


def merged(flows):
    found = {}
    for flow in flows:
        first = found.setdefault(flow.key(), flow)
        if first is flow:
            continue
        first.ins += flow.ins
        first.outs += flow.outs
        for mine, more in ((first.local_ports, flow.local_ports),
                           (first.peer_ports, flow.peer_ports)):
            if mine:
                mine[:] = min(mine[0], more[0]), max(mine[1], more[1])
    return list(found.values())


def decide(flows):
    flows = merged(flows)
    for flow in flows:
        if flow.one_client and flow.local_ports == flow.peer_ports:
            flow.began = "?"
    flows = add_answers(merged(flows))
    decisions = {id(flow): other_vnic(flow, flows)
                 for flow in flows if flow.undecided}
    apply(flows, decisions)
    for step in (known_server, fan_in):
        for _, group in itertools.groupby(
                sorted(flows, key=Flow.group), key=Flow.group):
            group = list(group)
            apply(group, step(group))
    return merged(flows)


def apply(flows, decisions):
    for flow in flows:
        flow.began = decisions.get(id(flow)) or flow.began


def add_answers(flows):
    gone = set()
    for flow in flows:
        for question in flows:
            if (flow.one_client and question.decided
                    and question.group() == flow.group()
                    and (question.local, question.peer) == (flow.local, flow.peer)
                    and question.rejected == flow.rejected
                    and question.began != flow.began
                    and question.service == flow.client[0]
                    and question.client[0] <= flow.service <= question.client[1]
                    and (not question.one_client or flow.turned)):
                question.ins += flow.ins
                question.outs += flow.outs
                gone.add(id(flow))
    return [flow for flow in flows if id(flow) not in gone]


def other_vnic(flow, flows):
    found = set()
    for other in flows:
        if (other.decided and other.protocol == flow.protocol
                and (other.subnet, other.vnic) != (flow.subnet, flow.vnic)
                and (other.local, other.peer) == (flow.peer, flow.local)
                and other.local_ports[0] <= flow.peer_ports[0] <= other.local_ports[1]
                and other.peer_ports[0] <= flow.local_ports[0] <= other.peer_ports[1]):
            found.add("<" if other.began == ">" else ">")
    return found.pop() if len(found) == 1 else None


def ends(flow):
    return ((flow.local, flow.local_ports[0]), (flow.peer, flow.peer_ports[0]))


def by_servers(flow, local_is, peer_is):
    return {(True, False): "<", (False, True): ">"}.get((local_is, peer_is))


def known_server(flows):
    servers = {ends(flow)[flow.began == ">"] for flow in flows if flow.decided}
    return {id(flow): by_servers(flow, *(end in servers for end in ends(flow)))
            for flow in flows if flow.undecided}


def fan_in(flows):
    asked = [flow for flow in flows if flow.undecided or flow.turned]
    servers = []
    for side in (0, 1):
        met = collections.defaultdict(set)   # of an end of the other side
        for flow in asked:
            met[ends(flow)[1 - side]].add(ends(flow)[side])
        alone = collections.Counter(
            next(iter(others)) for others in met.values() if len(others) == 1)
        servers.append({end for end, count in alone.items() if count >= 3})
    return {id(flow): by_servers(flow, *(
        end in servers[side] for side, end in enumerate(ends(flow))))
            for flow in asked}


# ---- credit ----------------------------------------------------------------------


class Rule:
    def __init__(self, text):
        words = text.split()
        self.stateless = words[-1] == "stateless"
        self.direction, self.protocol, block = words[:3]
        self.block = ipaddress.ip_network(block)
        self.ranges = self.typed = None
        for word in words[3:]:
            if ">" in word:
                self.ranges = [self.range_of(part) for part in word.split(">")]
            elif word != "stateless":
                self.typed = True

    @staticmethod
    def range_of(text):
        if text == "*":
            return None
        low, _, high = text.partition("-")
        return int(low), int(high or low)

    def match(self, direction, protocol, peer, source, destination):
        """yes, maybe or no, for ports [low, high] or None."""
        if (direction != self.direction
                or ipaddress.ip_address(peer) not in self.block
                or (self.protocol != "all" and NUMBERS[self.protocol] != protocol)):
            return "no"
        answer = "maybe" if self.typed else "yes"
        if self.protocol == "all" or not self.ranges:
            return answer
        for span, ports in zip(self.ranges, (source, destination)):
            if span is None or span[0] <= ports[0] and ports[1] <= span[1]:
                continue
            if ports[1] < span[0] or span[1] < ports[0]:
                return "no"
            answer = "maybe"
        return answer


class Report:
    """What each rule of a world is credited with."""

    def __init__(self, world):
        self.world = world
        self.rules = {(name, text): Rule(text)
                      for name, texts in world["lists"].items() for text in texts}
        self.counts = {key: collections.Counter() for key in self.rules}
        self.used = {key: [] for key in self.rules}
        self.accepted = collections.Counter()
        self.unexplained = collections.Counter()
        self.undecided = 0
        self.seen = set()

    def find(self, flow, way, peer=None, reverse=False):
        """The rules that match a first packet, or its answers."""
        source, destination = ((flow.local_ports, flow.peer_ports) if way == ">"
                               else (flow.peer_ports, flow.local_ports))
        direction = "egress" if way == ">" else "ingress"
        if peer:
            direction = {"egress": "ingress", "ingress": "egress"}[direction]
        if reverse:
            direction = {"egress": "ingress", "ingress": "egress"}[direction]
            source, destination = destination, source
        found = {"yes": [], "maybe": [], "no": []}
        for name in self.world["subnets"][flow.subnet][1]:
            for text in self.world["lists"][name]:
                key = name, text
                found[self.rules[key].match(
                    direction, flow.protocol, peer or flow.peer, source,
                    destination)].append(key)
        return found

    def credit(self, flow, found, peer):
        for key in found["yes"]:
            self.counts[key]["conversations"] += 1
            self.counts[key]["sole"] += len(found["yes"]) == 1
            self.used[key].append((flow, peer))
        for key in found["maybe"]:
            self.counts[key]["maybe"] += 1

    def take(self, flow):
        if flow.subnet not in self.world["subnets"]:
            return
        self.seen.add(flow.subnet)
        if flow.rejected:
            return
        self.accepted[flow.subnet] += flow.ins + flow.outs
        if "169.254.169.254" in (flow.local, flow.peer):
            return
        took = self.take_decided if flow.decided else self.take_undecided
        if not took(flow):
            self.unexplained[flow.subnet] += flow.ins + flow.outs

    def take_decided(self, flow):
        found = self.find(flow, flow.began)
        self.credit(flow, found, flow.peer)
        stateless = [key for key in found["yes"] + found["maybe"]
                     if self.rules[key].stateless]
        stateful = [key for key in found["yes"] if not self.rules[key].stateless]
        answers = flow.ins if flow.began == ">" else flow.outs
        if answers and (stateless or not stateful):
            for key in self.find(flow, flow.began, reverse=True)["yes"]:
                self.counts[key]["answers"] += 1
        explained = found["yes"] or found["maybe"]
        block = ipaddress.ip_network(self.world["subnets"][flow.subnet][0])
        known = self.world["vnics"].get(flow.vnic, (None, []))[1]
        if not known and all(ipaddress.ip_address(end) in block
                             for end in (flow.local, flow.peer)):
            found = self.find(flow, flow.began, peer=flow.local)
            self.credit(flow, found, flow.local)
            explained = explained or found["yes"] or found["maybe"]
        return explained

    def take_undecided(self, flow):
        out, into = self.find(flow, ">"), self.find(flow, "<")
        either = [bool(found["yes"] or found["maybe"]) for found in (out, into)]
        if not flow.has_ports and sum(either) == 1:
            self.credit(flow, out if either[0] else into, flow.peer)
            return True
        for found in (out, into):
            for key in found["yes"]:
                self.counts[key]["either"] += 1
            for key in found["maybe"]:
                self.counts[key]["maybe"] += 1
        if any(either):
            self.undecided += flow.ins + flow.outs
        return any(either)

    def line(self, key):
        name, _ = key
        peers = collections.Counter()
        for flow, peer in self.used[key]:
            peers[peer] += 5 * (flow.ins + flow.outs)
        ports = sorted({flow.service for flow, _ in self.used[key] if flow.decided})
        users = [subnet for subnet, (_, lists) in self.world["subnets"].items()
                 if name in lists]
        line = {member: self.counts[key][member]
                for member in ("conversations", "sole", "answers", "either", "maybe")}
        line.update(
            records=sum(flow.ins + flow.outs for flow, _ in self.used[key]),
            peers=len(peers), weak_peers=sum(n < 20 for n in peers.values()),
            ports=joined(ports),
            subnets=len({flow.subnet for flow, _ in self.used[key]}),
            evidence=[reason for reason, is_true in (
                ("silent_subnet", any(s not in self.seen for s in users)),
                ("unexplained", any(
                    100 * self.unexplained[s] > self.accepted[s] for s in users)),
            ) if is_true])
        return line


def joined(ports):
    """22,443,8000-8004: two that follow one another stay two."""
    runs = []
    for port in ports:
        if runs and runs[-1][1] == port - 1:
            runs[-1][1] = port
        else:
            runs.append([port, port])
    return ",".join(
        str(low) if low == high else
        "%d%s%d" % (low, "," if high == low + 1 else "-", high)
        for low, high in runs)


# ---- comparing ---------------------------------------------------------------------


def lines_of(talks):
    return "".join(json.dumps(worlds.conversation(line_of(*talk))) + "\n"
                   for talk in talks)


def run(command, text, **more):
    return subprocess.run(command, input=text.encode(), check=True,
                          stdout=subprocess.PIPE, **more).stdout.decode()


def compare(world, talks, vcnrules, env):
    """Yields what is different."""
    run([sys.executable, WORLDS, "net", "net.lut"], text_of(world), env=env)
    text = lines_of(talks)
    lines = [json.loads(line) for line in run(
        [vcnrules, "report", "-q", "-m", "net.lut"], text, env=env).splitlines()]
    report = Report(world)
    for flow in decide([Flow(*talk) for talk in talks]):
        report.take(flow)
    for line in lines[:-1]:
        wanted = report.line((line["name"], line["rule"]))
        for member in MEMBERS:
            if line[member] != wanted[member]:
                yield (f"{line['name']}: {line['rule']}: {member} is "
                       f"{line[member]}, not {wanted[member]}")
    if len(lines) != 1 + len(report.rules):
        yield f"{len(lines)} lines"
    for member, part in (("unexplained_share", sum(report.unexplained.values())),
                         ("undecided_share", report.undecided)):
        whole = sum(report.accepted.values())
        wanted = round(part / whole, 4) if whole else 0
        if abs(lines[-1][member] - wanted) > 0.00011:
            yield f"{member} is {lines[-1][member]}, not {wanted}"


# ---- check -----------------------------------------------------------------------


def turned_round(flow):
    """The same flow as its other end sees it."""
    other = copy.copy(flow)
    other.local, other.peer = flow.peer, flow.local
    other.local_ports, other.peer_ports = flow.peer_ports, flow.local_ports
    other.ins, other.outs = flow.outs, flow.ins
    other.began = {"<": ">", ">": "<"}.get(flow.began, flow.began)
    return other


class Fate:
    """How a first packet and its answers fare by the rules of a world."""

    def __init__(self, report, flow, way):
        found = report.find(flow, way)
        stateless = {answer: any(report.rules[key].stateless for key in found[answer])
                     for answer in ("yes", "maybe")}
        self.rules = found["yes"] or found["maybe"]
        self.passes, self.may = bool(found["yes"]), bool(found["maybe"])
        tracked = (any(not report.rules[key].stateless for key in found["yes"])
                   and not any(stateless.values()))
        self.answers = True
        if (flow.ins if way == ">" else flow.outs) and not tracked:
            back = report.find(flow, way, reverse=True)
            self.answers = bool(back["yes"] or back["maybe"]
                                or (self.may and not stateless["yes"]))


def judge(before, after, flow):
    """What becomes of a flow at one end: its kind, whether it may pass all the same,
    and the rules that say so; or None."""
    for way in (flow.began if flow.decided else "<>"):
        was, would = Fate(before, flow, way), Fate(after, flow, way)
        if flow.rejected:
            if would.passes and not was.passes and (
                    flow.outs if way == ">" else flow.ins):
                return "opened", False, would.rules
            continue
        other = Fate(before, flow, "<" if way == ">" else ">")
        is_known = flow.decided or (
            not flow.has_ports and not other.passes and not other.may)
        passed = was.passes or (is_known and was.may)
        if passed and would.passes and was.answers and not would.answers:
            return "breaks", False, was.rules
        if passed and not would.passes and not (would.may and not was.passes):
            return "breaks", would.may, was.rules
    return None


def views(world, flow):
    """A flow, and its other end if that is in a subnet that is known."""
    yield flow, False
    if flow.rejected:
        return
    for name, (block, _) in world["subnets"].items():
        if ipaddress.ip_address(flow.peer) in ipaddress.ip_network(block):
            other = turned_round(flow)
            other.subnet = name
            yield other, True


def found_by(world, other, flows):
    """Everything that breaks or is opened, by what is written of it."""
    before, after = Report(world), Report(other)
    found = collections.defaultdict(list)
    for flow in flows:
        if (flow.subnet not in world["subnets"]
                or "169.254.169.254" in (flow.local, flow.peer)):
            continue
        for view, is_other_end in views(world, flow):
            judged = judge(before, after, view)
            if judged:
                kind, maybe, rules = judged
                port = None
                if view.has_ports:
                    port = view.service if view.decided else view.local_ports[0]
                key = (kind, view.subnet, view.local, view.began, view.peer,
                       view.protocol, port)
                found[key].append((is_other_end, maybe, rules, view))
    return {key: summed(all_of) for key, all_of in found.items()}


def summed(all_of):
    """Conversations, records, those that may pass, rules. What the other end tells
    is counted only where this one tells nothing."""
    counted = [one for one in all_of if not one[0]] or all_of
    return (len(counted), sum(view.ins + view.outs for *_, view in counted),
            sum(maybe for _, maybe, *_ in counted),
            sorted({rule for _, _, rules, _ in all_of for rule in rules}))


def key_of(line):
    """The same of what check wrote."""
    began = {"local": ">", "peer": "<", None: "?"}[line["began"]]
    return ((line["kind"], line["subnet"].rpartition(".")[2], line["local"], began,
             line["peer"], line["protocol"], line["port"]),
            (line["conversations"], line["records"], line["maybe"],
             sorted((rule["ocid"].rpartition(".")[2], rule["rule"])
                    for rule in line["permitted_by"])))


def changed(rng, world):
    """Lists that have lost rules and got others."""
    return dict(world, lists={
        name: sorted({rule for rule in rules if rng.random() < 0.6}
                     | {random_rule(rng) for _ in range(rng.randrange(3))})
        for name, rules in world["lists"].items()})


def check(other, talks, vcnrules):
    """What check writes of other lists, but for the summary."""
    objects, *_ = worlds.read_world(text_of(other).splitlines())
    with open("other", "w", encoding="utf-8") as file:
        json.dump([thing for thing in objects if "securitylist" in thing["id"]], file)
    text = lines_of(talks)
    done = run([vcnrules, "check", "-q", "--allow-breaks", "-m", "net.lut",
                "--against", "other"], text)
    return [json.loads(line) for line in done.splitlines()[:-1]]


def compare_check(world, other, talks, vcnrules):
    """Yields what is different of what other lists would break or open."""
    lines = check(other, talks, vcnrules)
    found = dict(key_of(line) for line in lines if line["local"])
    wanted = found_by(world, other, decide([Flow(*talk) for talk in talks]))
    for key in sorted(set(found) | set(wanted), key=repr):
        if found.get(key) != wanted.get(key):
            yield f"check: {key} is {found.get(key)}, not {wanted.get(key)}"


def compare_lint(world, talks, vcnrules):
    """Yields what would break or be opened without the rules that can all go, which
    is nothing."""
    for across in [], ["--across"]:
        lines = [json.loads(line) for line in run(
            [vcnrules, "lint", "-m", "net.lut", *across], "").splitlines()]
        gone = {(line["name"], line["rule"]) for line in lines if line["removable"]}
        less = dict(world, lists={
            name: [rule for rule in rules if (name, rule) not in gone]
            for name, rules in world["lists"].items()})
        for line in check(less, talks, vcnrules):
            if line["kind"] != "unseen":
                yield f"lint {across}: without {gone}: {line}"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("vcnflow")
    parser.add_argument("vcnmeta")
    parser.add_argument("--worlds", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    folder = os.path.dirname(os.path.abspath(options.vcnmeta))
    vcnrules = os.path.join(folder, "vcnrules")
    env = dict(os.environ, PATH=folder + os.pathsep + os.environ["PATH"])
    rng = random.Random(options.seed)
    failed = 0
    with tempfile.TemporaryDirectory() as work:
        os.chdir(work)
        for number in range(options.worlds):
            world = random_world(rng)
            talks = random_talks(rng)
            other = changed(rng, world)
            faults = list(itertools.chain(
                compare(world, talks, vcnrules, env),
                compare_check(world, other, talks, vcnrules),
                compare_check(world, world, talks, vcnrules),
                compare_lint(world, talks, vcnrules)))
            failed += bool(faults)
            if faults and failed <= 3:
                print(f"world {number}:", *faults, sep="\n  ")
                print(text_of(world) + text_of(other)
                      + "\n".join(line_of(*t) for t in talks))
        os.chdir("/")
    print(f"{options.worlds - failed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


sys.exit(main())
