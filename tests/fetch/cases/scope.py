"""What is fetched: compartments, VCNs, subnets by OCID, regions, merging."""

import json
import os
import re

from cases.auth import two_regions
from harness import case, cloud

NET = cloud.ocid("compartment", "net")
APP = cloud.ocid("compartment", "app")
WEB = cloud.ocid("subnet", "web")


def compartments_asked(t):
    return {r["query"].get("compartmentId") for r in t.requests("/subnets")}


@case("scope-default")
def default_scope(t):
    t.standin()
    result = t.works()
    t.silent(result)
    t.equal(result.out, "", "stdout")
    t.equal(t.names(), ["app", "root", "web"])
    t.equal(compartments_asked(t), {cloud.TENANCY, NET, APP})
    listing = t.requests("/compartments")[0]["query"]
    t.equal(listing["compartmentIdInSubtree"], "true")
    t.equal(listing["accessLevel"], "ACCESSIBLE")
    t.equal(listing["compartmentId"], cloud.TENANCY)
    subnet = t.show()[cloud.ocid("subnet", "app")]
    t.equal(subnet["cidr_blocks"],
            ["10.0.2.0/24", "10.9.0.0/24", "2603:c020::/64"])
    t.equal(subnet["compartment_ocid"], APP)
    t.equal(subnet["vcn_ocid"], cloud.ocid("vcn", "two"))


@case("scope-content")
def content(t):
    t.standin()
    t.works()
    lists = t.show()[WEB]["security_lists"]
    t.equal([item["display_name"] for item in lists], ["base", "web"])
    rules = lists[1]["ingress_security_rules"]
    t.equal(rules[0], {
        "description": "web", "icmp_options": None, "is_stateless": True,
        "protocol": "6", "source": "0.0.0.0/0", "source_type": "CIDR_BLOCK",
        "tcp_options": {
            "destination_port_range": {"max": 443, "min": 443},
            "source_port_range": {"max": 65535, "min": 1024}},
        "udp_options": None})
    t.equal(rules[1]["icmp_options"], {"code": 4, "type": 3})
    t.equal(rules[2]["icmp_options"], {"code": None, "type": 3})
    nothing = {"max": None, "min": None}
    t.equal(rules[3]["udp_options"], {
        "destination_port_range": nothing, "source_port_range": nothing})
    t.equal(rules[3]["is_stateless"], None)


@case("scope-compartment")
def one_compartment(t):
    t.standin()
    t.works("--compartment-id", NET)
    t.equal(compartments_asked(t), {NET})
    t.equal(t.requests("/compartments"), [], "compartment listings")
    t.equal(t.names(), ["web"])


@case("scope-compartments")
def several_compartments(t):
    t.standin()
    t.works("--compartment-id", NET, "--compartment-id", APP,
            "--compartment-id", NET)
    t.equal(compartments_asked(t), {NET, APP})
    t.equal(t.names(), ["app", "web"])


@case("scope-subtree")
def subtree(t):
    """The service gives a subtree only from the tenancy; the rest is ours."""
    t.standin()
    t.works("--compartment-id", NET, "--compartment-id-in-subtree")
    t.equal(t.names(), ["app", "web"])
    t.all_signed()
    t.equal({r["status"] for r in t.server.requests}, {200})


@case("scope-subtree-of-tenancy")
def subtree_of_tenancy(t):
    t.standin()
    t.works("--compartment-id", cloud.TENANCY, "--compartment-id-in-subtree")
    t.equal(t.names(), ["app", "root", "web"])


@case("scope-vcn")
def vcn(t):
    t.standin()
    two = cloud.ocid("vcn", "two")
    t.works("--vcn-id", two)
    t.equal({r["query"].get("vcnId") for r in t.requests("/subnets")}, {two})
    t.equal(t.names(), ["app"])


@case("scope-inaccessible")
def inaccessible(t):
    tenancy = cloud.small()
    tenancy.inaccessible.add(APP)
    t.standin(cloud=tenancy)
    t.works()
    t.true(APP not in compartments_asked(t), "asked for what is not ours")


@case("scope-subnets")
def subnets(t):
    t.standin()
    t.works("--subnet-id", WEB, "--subnet-id", cloud.ocid("subnet", "app"))
    t.equal(t.requests("/compartments") + t.requests("/subnets"), [],
            "listings")
    t.equal(t.names(), ["app", "web"])
    lists = t.show()[WEB]["security_lists"]
    t.equal([item["display_name"] for item in lists], ["base", "web"])
    base = cloud.ocid("securitylist", "base")
    t.equal(len(t.requests(base)), 1, "requests for a shared list")


@case("scope-subnets-from", "stdin", "file", "crlf", "twice")
def subnets_from(t, form):
    t.standin()
    end = "\r\n" if form == "crlf" else "\n"
    text = WEB + end + end + cloud.ocid("subnet", "app")
    if form == "twice":
        text += "\n" + WEB + "\n"
    if form == "stdin":
        t.works("--subnets-from", "-", stdin=text.encode())
    else:
        t.works("--subnets-from", t.write("subnets", text))
    t.equal(t.names(), ["app", "web"])
    t.equal(len(t.requests(WEB)), 1, "requests for the subnet")


@case("scope-subnets-from-nothing", "stdin", "file", "merge", "absent")
def subnets_from_nothing(t, form):
    """No request, and the file stays as it is."""
    t.standin()
    if form != "absent":
        t.old()
    more = ["--merge"] if form == "merge" else []
    if form == "file":
        t.works("--subnets-from", t.write("subnets", "\n\n"), *more)
    else:
        t.works("--subnets-from", "-", *more, stdin=b"")
    t.equal(t.server.connections, [], "connections")
    if form == "absent":
        t.equal(os.listdir(t.work), [])
    else:
        t.kept()


@case("scope-subnets-from-missing")
def subnets_from_missing(t):
    t.standin()
    t.refused(2, "absent", "--subnets-from", "absent")


@case("scope-odd-id", "--subnet-id=x", "--subnet-id=",
      "--subnet-id=ocid1.vcn.oc1.iad.x", "--compartment-id=x y",
      "--subnet-id=ocid1.subnet.oc1.iad.a/../b",
      "--subnet-id=ocid1.subnet.oc1.iad.a?b", "--vcn-id=a&b",
      "--region=a/b", "--region=", "--region=a b")
def odd_id(t, option):
    t.standin()
    t.refused(2, option.split("=")[0].lstrip("-"), option)
    t.equal(t.server.connections, [], "connections")


@case("scope-odd-line")
def odd_line(t):
    """A line that is no subnet's OCID is refused, or named and left out."""
    t.standin()
    t.old()
    result = t.exits(t.fetch("--subnets-from", "-",
                             stdin=b"nonsense/../x\n" + WEB.encode()), 1, 2)
    t.true(result.err.strip(), "nothing on stderr")
    t.true(all("nonsense" not in r["target"] for r in t.server.requests),
           "asked for nonsense")


@case("scope-regions")
def regions(t):
    server = t.standin(cloud=two_regions())
    t.works("--region", "us-phoenix-1", "--region", "us-ashburn-1",
            "--proxy", server.proxy, endpoint=False)
    iaas = {name for name in server.tunnels if name.startswith("iaas")}
    t.equal(iaas, {"iaas.us-phoenix-1.oraclecloud.com:443",
                   "iaas.us-ashburn-1.oraclecloud.com:443"})
    t.equal(t.names(), ["app", "root", "web", "west"])


@case("scope-region-of-ocid")
def region_of_ocid(t):
    """Each subnet, and its lists, from the region that its OCID names."""
    server = t.standin(cloud=two_regions())
    t.works("--subnet-id", cloud.ocid("subnet", "west", "us-phoenix-1"),
            "--subnet-id", WEB, "--proxy", server.proxy, endpoint=False)
    t.equal(set(server.tunnels), {"iaas.us-phoenix-1.oraclecloud.com:443",
                                  "iaas.us-ashburn-1.oraclecloud.com:443"})
    t.equal(t.names(), ["web", "west"])
    t.equal({r["status"] for r in server.requests}, {200})


@case("scope-endpoint-for-regions")
def endpoint_for_regions(t):
    """--endpoint serves all regions: what is seen twice counts once."""
    t.standin()
    t.works("--region", "us-phoenix-1", "--region", "us-ashburn-1")
    t.equal(t.names(), ["app", "root", "web"])


@case("scope-realm", ("eu-frankfurt-1", "oraclecloud.com"),
      ("us-gov-phoenix-1", "oraclegovcloud.com"),
      ("uk-gov-london-1", "oraclegovcloud.uk"), ("FRA", "oraclecloud.com"),
      ("xx-new-region-9", "oraclecloud.com"))
def realm(t, variant):
    region, domain = variant
    server = t.standin()
    t.fetch("--region", region, "--proxy", server.proxy, endpoint=False)
    name = "eu-frankfurt-1" if region == "FRA" else region
    t.equal(server.tunnels[0], f"identity.{name}.oci.{domain}:443")


@case("scope-region-metadata", "environment", "file")
def region_metadata(t, how):
    server = t.standin()
    entry = {"realmKey": "oc99", "realmDomainComponent": "example.cloud",
             "regionKey": "XNR", "regionIdentifier": "xx-new-region-9"}
    env = {}
    if how == "environment":
        env["OCI_REGION_METADATA"] = json.dumps(entry)
    else:
        t.write("home/.oci/regions-config.json", json.dumps([entry]))
    t.fetch("--region", "xx-new-region-9", "--proxy", server.proxy,
            endpoint=False, env=env)
    t.equal(server.tunnels[0],
            "identity.xx-new-region-9.oci.example.cloud:443")


# -- merging -----------------------------------------------------------------


@case("merge")
def merge(t):
    t.standin()
    t.old()
    t.works("--merge", "--compartment-id", NET)
    t.equal(t.names(), ["old", "web"])
    t.works("--merge")
    t.equal(t.names(), ["app", "old", "root", "web"])
    t.works()
    t.equal(t.names(), ["app", "root", "web"])
    t.tidy()


def source_of(t):
    told = t.exits(t.run([t.vcnmeta, "verify", t.out]), 0).out
    return re.search("^source: (.*)$", told, re.M)[1]


@case("scope-region-not-asked")
def region_not_asked(t):
    """Subnets by OCID are not from the profile's region if none of them is."""
    t.standin()
    t.config("[DEFAULT]\n" + t.profile(region="eu-frankfurt-1"))
    t.says(t.works("--subnet-id", WEB), "in region us-ashburn-1 ")
    t.equal(source_of(t), f"{cloud.TENANCY} us-ashburn-1")


@case("merge-regions")
def merge_regions(t):
    """A file is from all the regions that were merged into it."""
    t.standin()
    t.works("--region", "us-phoenix-1")
    t.works("--region", "eu-frankfurt-1", "--merge")
    t.works("--region", "us-phoenix-1", "--merge")
    t.equal(source_of(t), f"{cloud.TENANCY} eu-frankfurt-1 us-phoenix-1")
    t.works("--region", "us-phoenix-1")
    t.equal(source_of(t), f"{cloud.TENANCY} us-phoenix-1")
    t.old()
    t.works("--region", "us-phoenix-1", "--merge")
    t.equal(source_of(t), f"{cloud.TENANCY} us-phoenix-1")


@case("merge-fetched-wins")
def merge_fetched_wins(t):
    server = t.standin()
    t.works()
    item = server.cloud.items["subnets"][WEB]
    item.update(displayName="renamed", cidrBlock="10.7.0.0/24",
                ipv4CidrBlocks=["10.7.0.0/24"])
    server.cloud.texts.clear()
    t.works("--merge", "--subnet-id", WEB)
    found = t.show()
    t.equal(found[WEB]["display_name"], "renamed")
    t.equal(found[WEB]["cidr_blocks"], ["10.7.0.0/24"])
    t.equal(len(found), 3)
    t.equal(len(found[cloud.ocid("subnet", "app")]["security_lists"]), 2)


APP_SUBNET = cloud.ocid("subnet", "app")
BASE = cloud.ocid("securitylist", "base")


@case("M36-list")
def merge_keeps_list(t):
    """A list that cannot be read this time: the copy that FILE has stays."""
    server = t.standin()
    t.works()
    before = t.show()
    server.cloud.denied.add(BASE)
    result = t.works("--merge", "--subnet-id", APP_SUBNET, status=1)
    t.says(result, BASE)
    t.equal(t.show(), before, "what FILE has")


@case("M36-listing", "subnets", "securityLists")
def merge_keeps_compartment(t, what):
    """A compartment whose listing is refused: its subnets and lists stay."""
    server = t.standin()
    t.works()
    before = t.show()
    server.faults.add({"status": 404}, {"path": f"*/{what}", "query": {
        "compartmentId": APP}})
    if what == "securityLists":
        server.faults.add({"status": 404}, {"path": "*/securityLists/*app"})
    t.works("--merge", status=1)
    t.equal(t.show(), before, "what FILE has")


@case("M36-subnet")
def merge_keeps_subnet(t):
    server = t.standin()
    t.works()
    before = t.show()
    server.cloud.denied.add(WEB)
    t.works("--merge", "--subnet-id", WEB, "--subnet-id", APP_SUBNET, status=1)
    t.equal(t.show(), before, "what FILE has")


@case("M37-nothing", "compartment", "vcn", "tenancy", "merge")
def finds_nothing(t, how):
    """No subnet in scope: FILE stays, and the message says where it looked."""
    tenancy = cloud.Cloud()
    empty = tenancy.add_compartment("empty")
    other = cloud.ocid("vcn", "other")
    arguments = {"compartment": ["--compartment-id", empty], "vcn": ["--vcn-id", other],
                 "tenancy": [], "merge": ["--merge"]}[how]
    t.standin(cloud=tenancy)
    result = t.refused(1, "no subnet", *arguments)
    t.says(result, {"compartment": f"compartment '{empty}'", "vcn": f"VCN '{other}'",
                    "tenancy": "2 compartments of the tenancy",
                    "merge": "2 compartments"}[how], "us-ashburn-1")


@case("result-line", "whole", "partial", "quiet", "merge", "subnets")
def result_line(t, how):
    server = t.standin()
    if how == "partial":
        server.faults.add({"status": 404}, {"path": "*/subnets", "query": {
            "compartmentId": NET}})
        result = t.works(status=1)
        t.says(result, "fetched 2 subnets, 3 security lists in region us-ashburn-1 into "
               ".*net.lut'; missing: 1 compartment's subnets")
    elif how == "quiet":
        t.equal(t.works("-q").err, "")
    elif how == "merge":
        t.old()
        t.says(t.works("--merge"), "fetched 3 subnets, 3 security lists .*"
               "which has 4 subnets now")
    elif how == "subnets":
        result = t.works("--subnet-id", WEB)
        t.says(result, "fetched 1 subnet, 2 security lists")
        t.true("other regions" not in result.err, "a hint on regions")
    else:
        t.says(t.works(), "fetched 3 subnets, 3 security lists in region us-ashburn-1 .*"
               "other regions: --region")


@case("merge-absent")
def merge_absent(t):
    t.standin()
    t.works("--merge", "--compartment-id", NET)
    t.equal(t.names(), ["web"])


@case("merge-refused", "empty", "text", "cut")
def merge_refused(t, form):
    t.standin()
    t.old()
    data = {"empty": b"", "text": b"no lookup file\n" * 100,
            "cut": t.old_bytes[:-1]}[form]
    t.write("work/net.lut", data)
    t.exits(t.fetch("--merge"), 2)
    t.equal(t.server.connections, [], "connections")
    with open(t.out, "rb") as file:
        t.equal(file.read(), data, "the file")


@case("merge-equals-whole")
def merge_equals_whole(t):
    """Piece by piece: the same file as in one go, the date apart."""
    env = {"SOURCE_DATE_EPOCH": "1700000000"}
    t.standin()
    t.works("--compartment-id", NET, env=env)
    t.works("--merge", "--compartment-id", APP, env=env)
    t.works("--merge", "--compartment-id", cloud.TENANCY, env=env)
    pieces = t.show()
    t.works(env=env)
    t.equal(pieces, t.show(), "in pieces")
