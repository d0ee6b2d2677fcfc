"""Records of who talks to whom again and again, minute by minute.

Each VNIC has conversations: a peer, a port of the server, which side is that,
and an action. In each minute it tells of a few, of some that it has often and
of some that are new, each by a client port of its own and, unless it is
rejected, one record each way. Hosts tell at about the same time, so that the
records of several of them come mixed. SPAN minutes meet each conversation at
least once: 200,000 of them in about a million records.
"""

import itertools
import random

from tenancy import rule
from world import BEGIN, VNICS, early, late

SPAN = 100    # minutes
OFTEN = 3     # of a VNIC's conversations in a minute, besides those that are new
NEW = 2
MIXED = 10    # VNICs
PUBLIC = ((6, "TCP", 443), (6, "TCP", 443), (6, "TCP", 443), (6, "TCP", 80),
          (17, "UDP", 53), (1, "ICMP", 0))
PRIVATE = ((6, "TCP", 22), (6, "TCP", 1521), (6, "TCP", 5432),
           (6, "TCP", 8080), (6, "TCP", 6443), (17, "UDP", 123))
REFUSED = ((6, "TCP", 23), (6, "TCP", 445), (6, "TCP", 3389))


def permit(network):
    """Gives all lists of a network the rules that let its services pass."""
    rules = [rule("source", peer, str(protocol), (port,) if port else None)
             for peer, services in (("0.0.0.0/0", dict.fromkeys(PUBLIC)),
                                    ("10.0.0.0/8", PRIVATE))
             for protocol, _, port in services]
    for each in network.lists:
        each["ingress-security-rules"] = rules
        each["egress-security-rules"] = [rule("destination", "0.0.0.0/0")]
    return network


class Conversation:
    """What stays the same of one."""

    def __init__(self, rng, world, vnic):
        self.vnic = vnic
        is_public = rng.random() < 0.5
        self.protocol, self.name, self.port = rng.choice(
            PUBLIC if is_public else PUBLIC + PRIVATE)
        self.is_rejected = rng.random() < 0.08
        if self.is_rejected:
            self.protocol, self.name, self.port = rng.choice(REFUSED)
        self.is_server = self.is_rejected or rng.random() < 0.5
        self.is_early = rng.random() < 0.5
        self.peer = rng.choice(world.vnics)["ipv4"]
        if is_public:
            self.peer = (f"{rng.randrange(11, 98)}.{rng.randrange(256)}"
                         f".{rng.randrange(256)}.{rng.randrange(1, 255)}")

    def records(self, rng, minute):
        """Those of one client port in a minute, without line feeds."""
        client = rng.randrange(32768, 61000) if self.port else 0
        start = minute + rng.randrange(30)
        here, there = self.vnic["ipv4"], self.peer
        ways = [(here, there, client, self.port),
                (there, here, self.port, client)]
        if self.is_server:
            ways = [(there, here, client, self.port),
                    (here, there, self.port, client)]
        if self.is_rejected:
            del ways[1:]
        for source, destination, source_port, port in ways:
            flow = (self.vnic, source, destination, source_port, port,
                    self.protocol, self.name,
                    "REJECT" if self.is_rejected else "ACCEPT", start,
                    start + rng.randrange(30), rng.randrange(60, 1 << 18),
                    rng.randrange(1, 300), f"{rng.getrandbits(32):x}",
                    60 + rng.randrange(30), rng.randrange(1000))
            yield early(flow) if self.is_early else late(flow)


class Talks:
    """The conversations of a world's first VNICs, the same ones whatever minutes
    are asked for."""

    def __init__(self, world, seed, count=VNICS):
        self.seed = seed
        self.vnics = []
        for number in range(count):
            rng = random.Random(f"talks {seed} {number}")
            vnic = world.vnics[number]
            self.vnics.append([Conversation(rng, world, vnic)
                               for _ in range(SPAN * NEW)])
        # how often: a few most of the time, most seldom
        self.weights = list(itertools.accumulate(
            1 / (rank + 2) for rank in range(SPAN * NEW)))

    def minute(self, number):
        """The lines of a minute, 0 to SPAN - 1, with line feeds."""
        rng = random.Random(f"minute {self.seed} {number}")
        begin = BEGIN + number * 60
        order = rng.sample(range(len(self.vnics)), len(self.vnics))
        for at in range(0, len(order), MIXED):
            lines = []
            for vnic in order[at:at + MIXED]:
                known = self.vnics[vnic]
                told = known[number * NEW:(number + 1) * NEW]
                told += rng.choices(known, cum_weights=self.weights, k=OFTEN)
                for conversation in told:
                    lines += conversation.records(rng, begin)
            rng.shuffle(lines)
            for line in lines:
                yield line + b"\n"
