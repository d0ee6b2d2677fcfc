"""Random worlds and records for rules, dense in matches.

Few addresses, ports and blocks, so that most records meet several rules, and
each way of not knowing something comes up often.
"""

VCN, OTHER_VCN = "ocid1.vcn.oc1.iad.v", "ocid1.vcn.oc1.iad.w"
LABEL = "all-iad-services-in-oracle-services-network"
STORAGE_LABEL = "oci-iad-objectstorage"
FAR_LABEL = "oci-phx-objectstorage"
_SUBNETS = (("one", VCN, "10.0.1.0/24", "2001:db8:1:1::/64"),
            ("two", VCN, "10.0.2.0/24", None),
            ("rest", VCN, "10.0.128.0/17", None),
            ("far", OTHER_VCN, "10.0.1.0/24", None))
_VNICS = (("v1", "one", ("10.0.1.5", "10.0.1.6", "2001:db8:1:1::5")),
          ("v2", "one", ("10.0.1.9",)), ("v3", "two", ("10.0.2.7",)),
          ("v4", "one", ()), ("v5", "far", ("10.0.1.7", "10.0.2.8")),
          ("v6", "two", ("10.0.2.8",)))
_ADDRESSES = (
    ("10.0.1.5",) * 5 + ("10.0.1.6", "10.0.1.7", "10.0.1.9", "10.0.2.7",
                         "10.0.2.8", "10.0.129.1", "10.0.3.3") * 2 +
    ("198.51.100.7", "198.51.100.128", "134.70.24.1", "8.8.8.8") * 2 +
    ("100.64.0.1", "192.168.9.9", "172.31.255.255", "2001:db8:1:1::5",
     "2001:db8:1:1::5", "2001:db8:9::1", "::ffff:10.0.1.5"))
_ODD_ADDRESSES = ("169.254.169.254", "169.254.0.2", "10.0.1.300", "", None, 7,
                  "fe80::1%eth0", "010.0.1.5")
_BLOCKS = ("0.0.0.0/0",) * 6 + (
    "::/0", "10.0.0.0/8", "10.0.0.0/16", "10.0.1.0/24", "10.0.1.5/32",
    "10.0.1.5", "10.0.2.9/24", "198.51.100.0/25", "198.51.100.0/24",
    "2001:db8::/32", "2001:DB8:1:1:0::5", "10.0.0.0/33", "nowhere")
_RANGES = ((22, 22), (22, 22), (443, 443), (443, 443), (53, 53), (123, 123),
           (8000, 8999), (8000, 9000), (1024, 65535), (1, 65535), (0, 65535),
           (443, 80), (80, None), (None, 80), (None, None), (0, 0),
           (60000, 70000), (-5, 100), (70000, 70001))
_RULE_PROTOCOLS = ("6",) * 8 + ("17",) * 4 + ("all",) * 4 + (
    "1", "1", "58", "47", "06", "256", "255", "ALL", None)
_PROTOCOLS = (6,) * 12 + (17,) * 5 + (1,) * 3 + (58, 47, 255, "6", "17", "06",
                                                 256, -1, None, 6.5, True)
_PORTS = (22, 53, 80, 123, 443, 443, 443, 1023, 1024, 1521, 8000, 8999, 9000,
          32767, 32768, 40000, 50000, 50000, 50000, 60001, 65535, 0, "443")
_ODD_PORTS = (None, "x", 70000, -1, "0443", 1.5, [])


def _chance(rng, share):
    return rng.random() < share


def _ports(rng):
    low, high = rng.choice(_RANGES)
    ports = {"min": low, "max": high}
    return {name: end for name, end in ports.items()
            if end is not None or _chance(rng, 0.5)}


def _options(rng):
    options = {}
    if _chance(rng, 0.8):
        options["destinationPortRange"] = _ports(rng)
    if _chance(rng, 0.15):
        options["sourcePortRange"] = \
            _ports(rng) if _chance(rng, 0.8) else None
    return options


def _peer(rng, end, groups):
    kind = rng.random()
    if kind < 0.12:
        return {end: rng.choice((LABEL, LABEL, STORAGE_LABEL, FAR_LABEL)),
                end + "Type": "SERVICE_CIDR_BLOCK"}
    if kind < (0.35 if groups else 0.14):
        return {end: rng.choice(groups or ["ocid1.networksecuritygroup.x"]),
                end + "Type": "NETWORK_SECURITY_GROUP"}
    if kind < 0.37:
        return {end: None, end + "Type": "CIDR_BLOCK"}
    if kind < 0.39:
        return {end: "10.0.0.0/8", end + "Type": "OTHER"}
    peer = {end: rng.choice(_BLOCKS)}
    if _chance(rng, 0.8):
        peer[end + "Type"] = "CIDR_BLOCK"
    return peer


def _rule(rng, direction, groups, number):
    rule = _peer(rng, "source" if direction == "ingress" else "destination",
                 groups)
    rule["protocol"] = rng.choice(_RULE_PROTOCOLS)
    rule["isStateless"] = _chance(rng, 0.12)
    for protocol, options in (("6", "tcpOptions"), ("17", "udpOptions")):
        if _chance(rng, 0.7 if rule["protocol"] == protocol else 0.1):
            rule[options] = _options(rng)
    if _chance(rng, 0.6 if rule["protocol"] in ("1", "58") else 0.1):
        rule["icmpOptions"] = rng.choice((
            {"type": 3, "code": 4}, {"type": 8}, {"code": 1},
            {"type": 8, "code": None}, {"type": 128}))
    if groups is not None:
        rule.update(id=f"{number:06X}", direction=direction.upper(),
                    isValid=not _chance(rng, 0.1))
    return rule


def _name(kind, tail):
    return f"ocid1.{kind}.oc1.iad.{tail}"


def make_world(rng, is_full=False):
    """A world as rules.World takes it; with as many rules as can be."""
    lists = []
    for tail in "abcde":
        lists.append({
            "id": _name("securitylist", tail), "displayName": f"list {tail}",
            "ingressSecurityRules": [
                _rule(rng, "ingress", None, 0)
                for _ in range(200 if is_full else
                               rng.choice((0, 1, 2, 3, 5)))],
            "egressSecurityRules": [
                _rule(rng, "egress", None, 0)
                for _ in range(200 if is_full else
                               rng.choice((0, 0, 1, 2, 4)))]})
    named = [each["id"] for each in lists]
    subnets = []
    for tail, vcn, block, six in _SUBNETS:
        held = rng.sample(named, 5 if is_full else
                          rng.choice((0, 1, 1, 2, 3)))
        if _chance(rng, 0.1):
            held.append(_name("securitylist", "gone"))
        subnets.append({"id": _name("subnet", tail), "displayName": tail,
                        "vcnId": vcn, "cidrBlock": block,
                        "compartmentId": "ocid1.compartment.oc1..c",
                        "ipv6CidrBlock": six, "securityListIds": held})
    world = {"subnets": subnets, "lists": lists}
    if is_full or _chance(rng, 0.75):
        _add_groups(rng, world, is_full)
    if _chance(rng, 0.75):
        world["ips"] = [
            {"ipAddress": address, "vnicId": _name("vnic", vnic),
             "subnetId": _name("subnet", subnet)}
            for vnic, subnet, addresses in _VNICS for address in addresses
            if not _chance(rng, 0.1)]
    if _chance(rng, 0.6):
        world["ranges"] = {LABEL: ["134.70.24.0/21", "140.91.10.0/23"],
                           STORAGE_LABEL: ["134.70.24.0/22"]}
    return world


def _add_groups(rng, world, is_full):
    groups = [_name("networksecuritygroup", f"n{i}") for i in range(5)]
    peers = groups + [_name("networksecuritygroup", "n9")]
    world["all_groups"] = _chance(rng, 0.8)
    world["nsgs"] = [
        {"id": ocid, "displayName": ocid[-2:].upper(), "vcnId":
         VCN if i < 4 else OTHER_VCN, "compartmentId": None}
        for i, ocid in enumerate(groups)]
    world["nsgrules"] = {
        ocid: [_rule(rng, rng.choice(("ingress", "egress")), peers, number)
               for number in range(120 if is_full else
                                   rng.choice((0, 1, 2, 4)))]
        for ocid in groups if is_full or not _chance(rng, 0.05)}
    world["nsgvnics"] = {
        ocid: [_name("vnic", vnic) for vnic, _, _ in _VNICS
               if is_full or _chance(rng, 0.3)]
        for ocid in groups if not _chance(rng, 0.1)}


def make_record(rng):
    """A record that is likely to meet the rules of such a world."""
    ends = [rng.choice(_ADDRESSES), rng.choice(_ADDRESSES)]
    subnet = rng.choice(("one",) * 12 + ("two", "far", "gone"))
    if _chance(rng, 0.9):
        ends[rng.randrange(2)] = "10.0.2.7" if subnet == "two" else "10.0.1.5"
    if _chance(rng, 0.03):
        ends[rng.randrange(2)] = rng.choice(_ODD_ADDRESSES)
    ports = [rng.choice(_PORTS), rng.choice(_PORTS)]
    kind = rng.random()
    if kind < 0.35:
        ports[rng.randrange(2)] = 50000
    elif kind < 0.45:
        ports = [0, 0]
    elif kind < 0.5:
        ports[1] = ports[0]
    elif kind < 0.58:
        ports[rng.randrange(2)] = rng.choice(_ODD_PORTS)
    data = {"action": rng.choice(("ACCEPT",) * 60 + ("REJECT",) * 40 +
                                 ("DROP", None)),
            "sourceAddress": ends[0], "destinationAddress": ends[1],
            "sourcePort": ports[0], "destinationPort": ports[1],
            "protocol": rng.choice(_PROTOCOLS)}
    oracle = {"vnicocid": _name("vnic", rng.choice(
                  ("v1",) * 6 + ("v2", "v3", "v4", "v5", "v6", "v9"))),
              "vnicsubnetocid": _name("subnet", subnet)}
    return {"data": data, "oracle": oracle}

