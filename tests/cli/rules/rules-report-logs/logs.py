"""Worlds of which the flow logs are known: rules, then "--", then records.

    logs.py WORLD       for worlds.py: a world, and lines of its log
    logs.py             the names of the worlds

What an engineer would say of each stands in its first line, and in ./out.
"""

import random
import sys

DAY = 86400
WEB = """subnet a 10.0.1.0/24 l
list l
  ingress tcp 0.0.0.0/0 *>443
  egress all 0.0.0.0/0
"""


def both(client, server, packets=20, start=0, protocol="tcp", action="ACCEPT"):
    """A record of a request, and one of its answer, as one VNIC logs them."""
    for source, destination in (client, server), (server, client):
        yield f"a v {source} {destination} {protocol} {packets}/{packets * 100} {start} {action}"
        if action == "REJECT":
            return


def daily(days, client, server, **more):
    """The same each day, from another port of the client."""
    for day in range(days):
        yield from both(f"{client}:{40000 + day}", server, start=day * DAY, **more)


def clients(days=40):
    for number in range(1, 11):
        yield from daily(days, f"198.51.100.{number}", "10.0.1.5:443")


def known_a():
    """All of it are answers: egress is unused, though ten records match it."""
    return WEB, clients()


def known_b():
    """Two go out: egress has two conversations, which nothing else lets pass."""
    out = [line for host in (5, 6)
           for line in daily(40, f"10.0.1.{host}", "203.0.113.9:5432")]
    return WEB, [*clients(), *out]


def known_c():
    """One record that was delivered twice: two records, one conversation."""
    line = next(both("198.51.100.1:40000", "10.0.1.5:443"))
    return WEB, [line, line]


def known_d():
    """29 days: too little was seen."""
    return WEB, clients(29)


def known_e():
    """A subnet that uses the list is silent: nothing can be said of it."""
    return WEB + "subnet b 10.0.2.0/24 l\n", clients()


def ntp():
    """Both ends are servers by their ports: nobody is made one."""
    return WEB + "  egress udp 0.0.0.0/0 *>123\n", [
        line for day in range(40) for server in (1, 2, 3, 4)
        for line in both("10.0.1.5:123", f"203.0.113.{server}:123", 1, day * DAY, "udp")]


def ping():
    """The echo is either rule's: none of the two is unused."""
    return """subnet a 10.0.1.0/24 l
list l
  ingress icmp 10.0.0.0/8 8
  egress all 0.0.0.0/0
""", [line for day in range(40)
      for line in both("10.9.9.9", "10.0.1.5", 5, day * DAY, "icmp")]


def stateless():
    """A pair: the answers are no conversations of their own, and not unused."""
    return """subnet a 10.0.1.0/24 l
list l
  ingress tcp 0.0.0.0/0 *>443 stateless
  egress tcp 0.0.0.0/0 443>* stateless
""", clients()


def deleted():
    """SSH's rule went yesterday: unexplained, and egress has no forty more."""
    return WEB, [*clients(), *(
        line for number in range(1, 41)
        for line in daily(40, f"192.0.2.{number}", "10.0.1.5:22"))]


def scanners():
    """Two admins and 2,400 scanners: open to all, and two could be named."""
    def log():
        for admin in 7, 8:
            yield from daily(40, f"192.0.2.{admin}", "10.0.1.5:22")
        for number in range(2400):
            peer = f"{100 + number % 90}.{number // 90}.3.4:{50000 + number}"
            yield from both(peer, "10.0.1.5:22", 3, number * 1000)
    return WEB.replace("443", "22"), log()


def dns():
    """A resolver: clients come in, it asks others itself; TCP was never needed."""
    def log():
        for day in range(40):
            for client in range(20, 40):
                yield from both(f"10.0.9.{client}:{41000 + day}", "10.0.1.5:53", 2,
                                day * DAY, "udp")
            yield from both(f"10.0.1.5:{42000 + day}", "198.51.100.53:53", 2,
                            day * DAY, "udp")
    return """subnet a 10.0.1.0/24 l
list l
  ingress udp 10.0.0.0/8 *>53
  ingress tcp 10.0.0.0/8 *>53
  egress udp 0.0.0.0/0 *>53
  egress tcp 0.0.0.0/0 *>53
""", log()


def balancer():
    """Health checks and requests from the balancer: its backends never begin."""
    def log():
        for day in range(40):
            for backend in 5, 6:
                yield from both(f"10.0.0.10:{41000 + day}", f"10.0.1.{backend}:8080",
                                5, day * DAY)
                for line in both(f"10.0.0.10:{41000 + day}", f"10.0.1.{backend}:8080",
                                 5, day * DAY):
                    yield line.replace("a v", "b w", 1)
            for line in both(f"203.0.113.{day}:{50000 + day}", "10.0.0.10:443", 40,
                             day * DAY):
                yield line.replace("a v", "b w", 1)
    return """subnet a 10.0.1.0/24 backend
subnet b 10.0.0.0/24 front
list backend
  ingress tcp 10.0.0.0/24 *>8080
  egress all 0.0.0.0/0
list front
  ingress tcp 0.0.0.0/0 *>443
  egress tcp 10.0.1.0/24 *>8080
""", log()


def bastion():
    """In from the office, on to the hosts: both rules are needed, a third is not."""
    def log():
        yield from daily(40, "192.0.2.10", "10.0.1.5:22")
        for host in range(1, 6):
            yield from daily(40, "10.0.1.5", f"10.0.7.{host}:22")
    return """subnet a 10.0.1.0/24 l
list l
  ingress tcp 192.0.2.0/24 *>22
  egress tcp 10.0.0.0/16 *>22
  egress tcp 10.0.0.0/16 *>3389
""", log()


def internet():
    """Clients from all over: the rule is as wide as its use, and stays open."""
    rng = random.Random(7)
    return WEB.replace("  egress all 0.0.0.0/0\n", ""), [
        line for number in range(300) for line in both(
            f"{rng.randrange(11, 160)}.{rng.randrange(256)}.{number % 250}.7:40000",
            "10.0.1.5:443", 30, number * DAY // 7)]


def pool():
    """One connection for weeks: its port is no service, and egress is unused."""
    return """subnet a 10.0.1.0/24 l
list l
  ingress tcp 10.0.0.0/16 *>1521
  egress all 0.0.0.0/0
""", [line for day in range(40)
      for line in both("10.0.7.9:30001", "10.0.1.5:1521", 100, day * DAY)]


def both_logged():
    """Two VNICs that both log: what one cannot tell, the other's rules do."""
    def log():
        for line in daily(40, "10.0.2.9", "10.0.1.5:39999"):
            yield line
            yield line.replace("a v", "b w", 1)
    return """subnet a 10.0.1.0/24 l
subnet b 10.0.2.0/24 m
list l
  ingress tcp 10.0.0.0/16
  egress tcp 10.0.0.0/16
list m
  egress tcp 10.0.0.0/16 *>39999
""", log()


def month_end():
    """Work at the end of a month, and ten days of its middle: not unused."""
    return WEB + "  ingress tcp 10.0.0.0/8 *>1433\n", clients(10)


WORLDS = [known_a, known_b, known_c, known_d, known_e, ntp, ping, stateless, deleted,
          scanners, dns, balancer, bastion, internet, pool, both_logged, month_end]


def main(name=None):
    if not name:
        print("\n".join(world.__name__ for world in WORLDS))
        return
    world = globals()[name]
    rules, log = world()
    print(rules + "--")
    print("\n".join(log))


main(*sys.argv[1:])
