"""M13, M15, M16: pages, and what is missing or refused on the way."""

import itertools
import json

from harness import case, cloud

SUBNETS = {"path": "*/subnets"}


@case("pages", (1, 0), (1, 1), (2, 2), (1000, 1))
def pages(t, variant):
    size, empty_every = variant
    t.standin(page_size=size, empty_every=empty_every)
    t.works()
    t.all_signed()
    t.equal({r["status"] for r in t.server.requests}, {200})
    t.equal(t.names(), ["app", "root", "web"])


@case("pages-many")
def many_pages(t):
    t.standin(cloud=cloud.large(5, 400, 100), page_size=7, empty_every=3)
    t.works()
    t.equal(len(t.show()), 400)
    t.equal({r["status"] for r in t.server.requests}, {200})


@case("M13-same-token", "compartments", "subnets", "securityLists")
def same_token(t, kind):
    def change(_request, reply):
        reply.status = 200
        reply.body = b"[]"
        reply.set("Content-Type", "application/json")
        reply.set("opc-next-page", "again")

    t.standin({"when": {"path": f"*/{kind}"}, "do": change})
    t.refused(4, "page")
    t.true(len(t.requests(f"/{kind}")) < 30, "asked on and on")


@case("M13-loop-of-two")
def loop_of_two(t):
    def change(request, reply):
        reply.status = 200
        reply.body = b"[]"
        reply.set("Content-Type", "application/json")
        reply.set("opc-next-page",
                  "b" if request.query.get("page") == "a" else "a")

    t.standin({"when": SUBNETS, "do": change})
    t.refused(4, "page")
    t.true(len(t.requests("/subnets")) < 30, "asked on and on")


@case("M13-endless")
def endless_pages(t):
    numbers = itertools.count()

    def change(_request, reply):
        reply.status = 200
        reply.body = b"[]"
        reply.set("Content-Type", "application/json")
        reply.set("opc-next-page", f"token{next(numbers)}")

    server = t.standin({"when": {"path": "*/compartments"}, "do": change})
    t.refused(4, "page", "--endpoint", server.plain_endpoint, endpoint=False,
              timeout=120)


TOKENS = ("a\rX-Evil: 1", "a b", "a\tb", "x" * 9000, "\x7f", "\xff", "a#b?c&d",
          "%0d%0aX-Evil:%201")


@case("M13-odd-token", *range(len(TOKENS)))
def odd_token(t, number):
    """Escaped into the next request, or refused."""
    def change(request, reply):
        if "page" not in request.query:
            reply.set("opc-next-page", TOKENS[number])
        else:
            reply.status = 200
            reply.body = b"[]"
            reply.set("Content-Type", "application/json")

    t.standin({"when": SUBNETS, "do": change})
    t.old()
    result = t.exits(t.fetch(), 0, 4, 75)
    for request in t.server.requests:
        names = {name.lower() for name, _ in request["headers"]}
        t.true("x-evil" not in names, "a header was injected")
        t.equal(request["auth"], "ok", request["target"])
        page = request["query"].get("page", "")
        if result.status == 0 and page and number not in (0, 5):
            t.equal(page, TOKENS[number], "token sent back")
    if result.status:
        t.kept()


@case("M13-empty-token")
def empty_token(t):
    """A header without a value is no further page, or an error; no loop."""
    t.standin({"when": SUBNETS, "do": {"next_page": ""}})
    t.exits(t.fetch(), 0, 4)
    t.true(len(t.requests("/subnets")) < 10, "asked on and on")


@case("M15-page-two", (500, 75), (404, 4), (400, 4), (401, 4))
def page_two(t, variant):
    status, expected = variant
    t.standin({"when": {"path": "*/securityLists", "query": {"page": "*"}},
               "do": {"status": status}}, page_size=1)
    t.refused(expected, str(status))


@case("M15-page-two-nonsense")
def page_two_nonsense(t):
    t.standin({"when": {"path": "*/securityLists", "query": {"page": "*"}},
               "do": {"body": "[{]"}}, page_size=1)
    t.refused(4, "securityLists|security list")


@case("M16-compartment", 403, 404)
def compartment_refused(t, status):
    app = cloud.ocid("compartment", "app")
    t.standin({"when": {"service": "iaas", "query": {"compartmentId": app}},
               "do": {"status": status}})
    result = t.works(status=1)
    t.says(result, app, "inspect virtual-network-family")
    t.equal(t.names(), ["root", "web"])
    t.usable()


@case("M16-compartment-vanished")
def compartment_vanished(t):
    tenancy = cloud.small()
    app = cloud.ocid("compartment", "app")
    t.standin(cloud=tenancy)
    tenancy.denied.add(app)
    result = t.works(status=1)
    t.says(result, app)
    t.equal(t.names(), ["root", "web"])


@case("M16-one-kind-only", "subnets", "securityLists")
def one_kind_refused(t, kind):
    """Security lists refused: subnets stay; the lists are asked one by one
    or left out."""
    app = cloud.ocid("compartment", "app")
    t.standin({"when": {"path": f"*/{kind}", "query": {
        "compartmentId": app}}, "do": {"status": 404}})
    result = t.works(status=1)
    t.says(result, app)
    expected = ["root", "web"] + (["app"] if kind != "subnets" else [])
    t.equal(t.names(), sorted(expected))


@case("M16-list-missing")
def list_missing(t):
    tenancy = cloud.small()
    missing = cloud.ocid("securitylist", "gone")
    tenancy.add_subnet("half", tenancy.tenancy,
                       [missing, cloud.ocid("securitylist", "base")])
    t.standin(cloud=tenancy)
    result = t.works(status=1)
    t.says(result, missing)
    lists = t.show()[cloud.ocid("subnet", "half")]["security_lists"]
    t.equal([item["display_name"] for item in lists], ["base"])


@case("M16-subnet-missing")
def subnet_missing(t):
    t.standin()
    gone = cloud.ocid("subnet", "gone")
    result = t.works("--subnet-id", gone, "--subnet-id",
                     cloud.ocid("subnet", "web"), status=1)
    t.says(result, gone, "inspect virtual-network-family")
    t.equal(t.names(), ["web"])


@case("M16-all-subnets-missing")
def all_subnets_missing(t):
    """Named one by one; whether the run then fails or writes an empty file,
    it must not claim success."""
    t.standin()
    gone = cloud.ocid("subnet", "gone")
    t.says(t.exits(t.fetch("--subnet-id", gone), 1, 4), gone)


@case("list-elsewhere")
def list_elsewhere(t):
    """A list that no listing held is fetched by itself, once."""
    t.standin()
    t.works("--compartment-id", cloud.ocid("compartment", "app"))
    base = cloud.ocid("securitylist", "base")
    t.equal(len(t.requests(base)), 1, "requests for it")
    lists = t.show()[cloud.ocid("subnet", "app")]["security_lists"]
    t.equal([item["display_name"] for item in lists], ["app", "base"])


@case("same-as-build")
def same_as_build(t):
    """show of a fetched file and of one built from dumps are equal."""
    server = t.standin()
    t.works()
    fetched = t.show()
    items = [item for kind in server.cloud.items.values()
             for item in kind.values()]
    dump = t.write("dump.json", json.dumps({"data": items}))
    built = t.dir + "/built.lut"
    t.exits(t.run([t.vcnmeta, "build", "-o", built, dump]), 0)
    t.equal(fetched, t.show(built), "fetched")


@case("reproducible")
def reproducible(t):
    """The same metadata, however it is paged: the same bytes."""
    env = {"SOURCE_DATE_EPOCH": "1700000000"}
    texts = []
    for size, parallel in ((1, "8"), (100, "1")):
        server = t.standin(page_size=size)
        t.works("--endpoint", server.endpoint, "--cert-bundle",
                server.ca_file, "--parallel", parallel, endpoint=False,
                env=env)
        with open(t.out, "rb") as file:
            texts.append(file.read())
    t.true(texts[0] == texts[1], "the files differ")
    t.true(t.dir.encode() not in texts[0], "a path is in the file")
