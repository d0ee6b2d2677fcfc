"""Groups, addresses, names and service ranges: what --groups and --addresses add."""

import json

from harness import case, cloud

NET = cloud.ocid("compartment", "net")
APP = cloud.ocid("compartment", "app")
FRONT = cloud.ocid("networksecuritygroup", "front")
BACK = cloud.ocid("networksecuritygroup", "back")
EMPTY = cloud.ocid("networksecuritygroup", "empty")
WEB = cloud.ocid("subnet", "web")
IN_APP = cloud.ocid("subnet", "app")
W1, W2, A1 = (cloud.ocid("vnic", name) for name in ("w1", "w2", "a1"))


def shown(t, option, key):
    result = t.exits(t.run([t.vcnmeta, "show", option, t.out]), 0)
    return {line[key]: line for line in map(json.loads, result.out.splitlines())}


def groups(t):
    return shown(t, "--groups", "nsg_ocid")


def vnics(t):
    return shown(t, "--vnics", "vnic_ocid")


def verified(t, name):
    result = t.exits(t.run([t.vcnmeta, "verify", t.out]), 0)
    return dict(line.split(": ", 1) for line in result.out.splitlines())[name]


@case("groups", "plain", "pages")
def all_groups(t, how):
    t.standin(page_size=1, empty_every=2) if how == "pages" else t.standin()
    result = t.works("--groups")
    t.says(result, "fetched 3 subnets, 3 security lists, 3 groups, 2 VNICs in region")
    found = groups(t)
    t.equal({key: group["rules"] for key, group in found.items()}, {
        FRONT: ["ingress tcp 0.0.0.0/0 *>443", "egress all 10.0.0.0/8 stateless"],
        BACK: [f"ingress tcp {FRONT}"], EMPTY: []})
    t.equal({key: group["vnic_ocids"] for key, group in found.items()},
            {FRONT: [W1, W2], BACK: [W2], EMPTY: []})
    t.equal(found[FRONT]["vcn_ocid"], cloud.ocid("vcn", "one"))
    t.equal(found[FRONT]["compartment_ocid"], NET)
    t.all_signed()


@case("groups-requests")
def requests(t):
    """One listing a compartment, two a group, one or two a subnet, no GetVnic."""
    t.standin()
    t.works("--groups", "--addresses")
    asked = [r["target"].split("?")[0] for r in t.server.requests]
    t.equal(len([p for p in asked if p.endswith("/networkSecurityGroups")]), 3)
    t.equal(len([p for p in asked if p.endswith(("/securityRules", "/vnics"))]), 6)
    t.equal(len([p for p in asked if p.endswith("/privateIps")]), 3)
    t.equal(len([p for p in asked if p.endswith("/ipv6")]), 1)
    t.equal(len(asked), len(set(r["target"] for r in t.server.requests)), "asked twice")


@case("groups-not-asked")
def not_asked(t):
    """Without the options nothing of it is asked for."""
    t.standin()
    t.works()
    t.equal([r["path"] for r in t.server.requests
             if "Groups" in r["path"] or "privateIps" in r["path"] or "ipv6" in r["path"]], [])
    t.equal(groups(t), {})


@case("addresses")
def addresses(t):
    t.standin(page_size=1)
    t.works("--addresses")
    t.equal({key: vnic["addresses"] for key, vnic in vnics(t).items()}, {
        W1: ["10.0.1.5", "10.0.1.6"], W2: ["10.0.1.7"], A1: ["10.0.2.5", "2603:c020::5"]})
    t.equal({key: vnic["subnet_ocid"] for key, vnic in vnics(t).items()},
            {W1: WEB, W2: WEB, A1: IN_APP})


@case("addresses-of-subnets")
def addresses_of_subnets(t):
    """Of subnets that are named by OCID, too."""
    t.standin()
    t.works("--addresses", "--subnet-id", IN_APP)
    t.equal(list(vnics(t)), [A1])
    t.equal({r["query"]["subnetId"] for r in t.requests("/privateIps")}, {IN_APP})


@case("groups-of-subnets")
def groups_of_subnets(t):
    t.standin()
    t.refused(2, "--groups", "--groups", "--subnet-id", IN_APP)
    t.equal(t.server.connections, [], "connections")


@case("groups-known", "tenancy", "vcn", "compartments", "refused")
def groups_known(t, scope):
    """Only a fetch of the whole tenancy knows that a VNIC is in no other group."""
    arguments = {"tenancy": [], "vcn": ["--vcn-id", cloud.ocid("vcn", "two")],
                 "compartments": ["--compartment-id", NET, "--compartment-id", APP],
                 "refused": []}[scope]
    rules = [{"when": {"path": "*/networkSecurityGroups", "query": {"compartmentId": NET}},
              "do": {"status": 404}}] if scope == "refused" else []
    t.standin(*rules)
    t.works("--groups", "--addresses", *arguments, status=1 if rules else 0)
    t.equal(vnics(t)[A1]["nsg_ocids"], [] if scope in ("tenancy", "vcn") else None)


@case("groups-refused", "rules", "members", "group-listing", "addresses", "ipv6")
def refused(t, what):
    """Named with the permission, left out, and not known rather than none."""
    path, permission = {
        "rules": ("*front/securityRules", "NETWORK_SECURITY_GROUP_LIST_SECURITY_RULES"),
        "members": ("*front/vnics", "NETWORK_SECURITY_GROUP_LIST_MEMBERS"),
        "group-listing": ("*/networkSecurityGroups", "NETWORK_SECURITY_GROUP_READ"),
        "addresses": ("*/privateIps", "PRIVATE_IP_READ"),
        "ipv6": ("*/ipv6", "IPV6_READ")}[what]
    t.standin({"when": {"path": path}, "do": {"status": 404}})
    result = t.works("--groups", "--addresses", status=1)
    t.says(result, "{" + permission, "missing: ")
    found = groups(t)
    if what == "rules":
        t.equal((found[FRONT]["rules"], found[FRONT]["vnic_ocids"]), (None, [W1, W2]))
        t.equal(found[EMPTY]["rules"], [])
    elif what == "members":
        t.equal((found[FRONT]["vnic_ocids"], found[EMPTY]["vnic_ocids"]), (None, []))
    elif what == "group-listing":
        t.equal(found, {})
    elif what == "addresses":
        t.equal(t.show().keys() >= {WEB, IN_APP}, True)
    t.equal(len(t.show()), 3)


@case("groups-broken", "securityRules", "vnics", "privateIps")
def broken(t, path):
    """Half of a listing is worse than none: the fetch fails, and FILE stays."""
    t.standin({"when": {"path": f"*/{path}"}, "do": {"status": 500}})
    t.refused(75, "500", "--groups", "--addresses")
    t.server.faults.clear()
    t.server.faults.add({"json": {"items": []}}, {"path": f"*/{path}"})
    t.exits(t.fetch("--groups", "--addresses"), 4)
    t.kept()


@case("groups-merge")
def merge(t):
    """What cannot be read this time keeps the copy that FILE has."""
    t.standin()
    t.works("--groups", "--addresses")
    before = groups(t), vnics(t)
    t.server.faults.add({"status": 404}, {"path": "*front/securityRules"})
    t.server.faults.add({"status": 404}, {"path": "*back/vnics"})
    t.server.faults.add({"status": 404}, {"path": "*/privateIps"})
    t.works("--merge", "--groups", "--addresses", status=1)
    after = groups(t), vnics(t)
    for found in (*before, *after):
        for item in found.values():
            item.pop("fetched_at", None)
    t.equal(after, before, "groups and VNICs")


@case("names")
def names(t):
    """VCNs and compartments are listed for their names."""
    t.standin()
    t.works()
    t.equal(len(t.requests("/vcns")), 3)
    t.equal(len(t.requests("/" + cloud.TENANCY)), 1)
    t.equal(int(verified(t, "vcns")), 2)
    t.true(int(verified(t, "compartments")) >= 3, "compartments")


@case("names-refused", "vcns", "root")
def names_refused(t, what):
    """No right is needed for them that was not needed before."""
    path = {"vcns": "*/vcns", "root": f"*/compartments/{cloud.TENANCY}"}[what]
    t.standin({"when": {"path": path}, "do": {"status": 404}})
    result = t.works()
    t.silent(result)
    t.equal(t.names(), ["app", "root", "web"])


RANGES = {"last_updated_timestamp": "2026-11-01T00:00:00.000000", "regions": [
    {"region": "us-ashburn-1", "cidrs": [
        {"cidr": "140.91.10.0/23", "tags": ["OSN", "OBJECT_STORAGE"]},
        {"cidr": "130.35.0.0/16", "tags": ["OCI"]}]},
    {"region": "xx-unheard-of-1", "cidrs": [{"cidr": "192.0.2.0/24", "tags": ["OSN"]}]}]}


@case("service-ranges")
def service_ranges(t):
    t.standin()
    t.works("--service-ranges", t.write("ranges.json", json.dumps(RANGES)))
    t.equal(int(verified(t, "service_labels")), 2)


@case("service-ranges-refused", "absent", "text", "other", "folder")
def service_ranges_refused(t, kind):
    t.standin()
    path = {"absent": "absent.json", "folder": t.work,
            "text": t.write("ranges.json", "no JSON"),
            "other": t.write("other.json", '{"regions": 1}')}[kind]
    t.refused(2, "service ranges", "--service-ranges", path)
    t.equal(t.server.connections, [], "connections")


def judged(t, vnic):
    """What vcnflow makes of a flow to a VNIC of the subnet web."""
    record = {"data": {"action": "ACCEPT", "sourceAddress": "198.51.100.7",
                       "destinationAddress": "10.0.1.5", "sourcePort": 50000,
                       "destinationPort": 443, "protocol": 6},
              "oracle": {"vnicsubnetocid": WEB, "vnicocid": vnic}}
    result = t.run([t.vcnflow, "-m", t.out, "-l", "none", "--rules", "--names"],
                   stdin=json.dumps(record).encode() + b"\n")
    t.equal((result.status, result.err), (0, ""), "vcnflow")
    return json.loads(result.out)


@case("groups-complete", "all", "no-groups", "rules-refused")
def complete(t, what):
    """What was fetched is all that a flow is judged by, or it is said not to be."""
    rules = [{"when": {"path": "*front/securityRules"}, "do": {"status": 404}}] \
        if what == "rules-refused" else []
    t.standin(*rules)
    options = [] if what == "no-groups" else ["--groups", "--addresses"]
    t.works(*options, status=1 if rules else 0)
    found = judged(t, W1)
    t.equal(found["rules"]["complete"], what == "all")
    permitted = [entry["ocid"] for entry in found["rules"]["permitted_by"]]
    t.equal(FRONT in permitted, what == "all", "the group's rule")
    t.equal(found["names"], {"subnet": "web", "vcn": "vcn-one", "compartment": "net",
                             "peer_subnet": None})
