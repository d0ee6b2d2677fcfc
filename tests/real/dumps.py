"""Dumps as the real CLI prints them, and what vcnmeta build makes of them."""

import json
import os

import tools
from harness import case, cloud

NET = cloud.ocid("compartment", "net")
APP = cloud.ocid("compartment", "app")
LISTED = ("subnet", "security-list", "nsg", "vcn")


def dump(t, name, *arguments, **options):
    """What the CLI printed, in a file of that name."""
    return t.write(name, tools.oci_good(t, *arguments, **options))


def everything(t):
    """Each listing that build takes, as an engineer would save them all."""
    inputs = [dump(t, "compartments.json", "iam", "compartment", "list", "--all",
                   "--compartment-id-in-subtree", "true",
                   "--access-level", "ACCESSIBLE", "--include-root")]
    for number, compartment in enumerate((cloud.TENANCY, NET, APP)):
        inputs += [dump(t, f"{kind}-{number}.json", "network", kind, "list",
                        "--all", "--compartment-id", compartment)
                   for kind in LISTED]
    options = []
    for number, group in enumerate(t.server.cloud.items["networkSecurityGroups"]):
        for part in ("rules", "vnics"):
            path = dump(t, f"{part}-{number}.json", "network", "nsg", part,
                        "list", "--all", "--nsg-id", group)
            options.append(f"--nsg-{part}={group}={path}")
    for number, (subnet, item) in enumerate(
            t.server.cloud.items["subnets"].items()):
        kinds = ["private-ip"] + ["ipv6"] * bool(item["ipv6CidrBlocks"])
        inputs += [dump(t, f"{kind}-{number}.json", "network", kind, "list",
                        "--all", "--subnet-id", subnet) for kind in kinds]
    return options, inputs


def built(t, *arguments, status=0):
    path = os.path.join(t.dir, "built.lut")
    return path, t.exits(
        t.run([t.vcnmeta, "build", "-o", path, *arguments]), status)


def raw_request(t, path):
    """The CLI's way to ask for anything; it takes no endpoint."""
    return tools.oci_good(
        t, "raw-request", "--http-method", "GET", "--target-uri",
        f"{t.server.endpoint}/20160918/{path}", env={"OCI_CLI_ENDPOINT": None})


@case("real-dumps-all")
def all_dumps(t):
    """Dumps of everything make the lookup file that fetch makes."""
    tools.began(t, page_size=2, empty_every=2)
    options, inputs = everything(t)
    t.true(any(os.path.getsize(path) == 0 for path in inputs),
           "no list was empty: the CLI prints nothing for one")
    path, _ = built(t, "-q", "--all-groups", *options, *inputs)
    t.works("--groups", "--addresses")
    tools.same_metadata(t, path, t.out)
    t.true(len(tools.shown(t, path, "--rules")) > 5, "few rules")


@case("real-dumps-plain")
def plain(t):
    """Subnets and lists alone, from one pipe, and from SDK and REST too."""
    tools.began(t)
    text = "".join(
        tools.oci_good(t, "network", kind, "list", "--all",
                       "--compartment-id", compartment)
        for kind in ("subnet", "security-list")
        for compartment in (cloud.TENANCY, NET, APP))
    path, _ = built(t, t.write("all.json", text))
    t.works("--no-retry")
    found = tools.shown(t, path)
    fetched = t.show()
    t.equal({s["subnet_ocid"]: s for s in found}, fetched, "subnets")


@case("real-dumps-query")
def query(t):
    """--query takes a dump apart: what is left of an object is enough."""
    tools.began(t)
    arguments = ("network", "subnet", "list", "--all", "--compartment-id", NET)
    whole = dump(t, "whole.json", *arguments)
    for number, expression in enumerate((
            "data", "data[]", "data[0]", "{data: data}",
            "data[].{id:id,\"cidr-block\":\"cidr-block\","
            "\"display-name\":\"display-name\",\"vcn-id\":\"vcn-id\","
            "\"compartment-id\":\"compartment-id\","
            "\"security-list-ids\":\"security-list-ids\"}")):
        path = dump(t, f"query-{number}.json", *arguments, "--query", expression)
        t.equal(shown_built(t, path), shown_built(t, whole), expression)


def shown_built(t, *inputs):
    path, _ = built(t, *inputs, status=1)  # the lists are missing
    return tools.shown(t, path)


@case("real-dumps-one")
def one(t):
    """What get prints, with the etag beside; and what update prints."""
    tools.began(t)
    key = cloud.ocid("securitylist", "base")
    got = dump(t, "got.json", "network", "security-list", "get",
               "--security-list-id", key)
    t.true("etag" in json.load(open(got)), "no etag beside data")
    subnet = dump(t, "subnet.json", "network", "subnet", "get",
                  "--subnet-id", cloud.ocid("subnet", "root"))
    path, _ = built(t, got, subnet)
    t.equal([s["display_name"] for s in tools.shown(t, path)[0]["security_lists"]],
            ["base"])
    vnic = dump(t, "vnic.json", "network", "vnic", "get", "--vnic-id",
                cloud.ocid("vnic", "w1"))
    path, _ = built(t, got, subnet, vnic)
    found = tools.shown(t, path, "--vnics")[0]
    t.equal((found["addresses"], found["nsg_ocids"]),
            (["10.0.1.5"], [cloud.ocid("networksecuritygroup", "front")]))


@case("real-dumps-page", "limit", "raw")
def page(t, how):
    """Without --all a page is not taken for the whole."""
    tools.began(t, page_size=1)
    text = raw_request(t, f"securityLists?compartmentId={NET}") \
        if how == "raw" else tools.oci(t, "network", "security-list", "list",
                                       "--compartment-id", NET).out
    t.true("opc-next-page" in text, "no further page")
    path = t.write("page.json", text)
    _, found = built(t, path, status=1)
    t.says(found, "page.*page.json|page.json.*page")


@case("real-dumps-raw")
def raw(t):
    """oci raw-request has the reply's headers and status beside the data."""
    tools.began(t)
    lists = t.write("lists.json", raw_request(
        t, f"securityLists?compartmentId={NET}"))
    subnets = t.write("subnets.json", raw_request(
        t, f"subnets?compartmentId={NET}"))
    path, result = built(t, lists, subnets)
    t.equal(len(result.err.splitlines()), 1, result.err)
    t.equal(len(tools.shown(t, path)[0]["security_lists"]), 2)


@case("real-dumps-others")
def others(t):
    """What build has no use for is named once a kind."""
    tools.began(t)
    t.server.cloud.add_gateway("sgw", NET, "all-iad-services-in-oracle-services-network")
    services = dump(t, "services.json", "network", "service", "list", "--all")
    gateways = dump(t, "gateways.json", "network", "service-gateway", "list",
                    "--all", "--compartment-id", NET)
    lists = dump(t, "lists.json", "network", "security-list", "list", "--all",
                 "--compartment-id", NET)
    _, result = built(t, services, gateways, lists)
    t.says(result, "kind 'service' passed over", "kind 'servicegateway' passed")


@case("real-dumps-not-json", "table", "warning", "error")
def not_json(t, how):
    """What is no JSON is refused, with the line and what to do."""
    tools.began(t)
    arguments = ["network", "subnet", "list", "--all", "--compartment-id", NET]
    if how == "table":
        text = tools.oci_good(t, *arguments, "--output", "table")
    elif how == "warning":
        os.chmod(os.path.join(t.oci, "config"), 0o644)
        result = tools.oci(t, *arguments)
        t.true("permissions" in result.err, result.err)
        text = result.err + result.out  # as 2>&1 has it
    else:
        arguments[-1] = cloud.ocid("compartment", "absent")
        result = tools.oci(t, *arguments)
        t.equal((result.status, result.out), (1, ""))
        text = result.err
    _, found = built(t, t.write("x.json", text), status=2)
    t.says(found, "x.json", "table" if how == "table" else "message")


@case("real-warnings")
def warnings(t):
    """Warnings go to stderr: what is redirected is whole."""
    tools.began(t)
    os.chmod(os.path.join(t.oci, "config"), 0o644)
    t.key_file()  # without the line that the CLI wants in it
    result = tools.oci(t, "network", "security-list", "list", "--all",
                       "--compartment-id", NET)
    t.equal(result.status, 0, result.err)
    t.says(result, "(?i)warning.*permissions", "OCI_API_KEY")
    built(t, t.write("lists.json", result.out))
