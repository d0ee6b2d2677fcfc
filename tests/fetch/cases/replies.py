"""M4, M5, M9 to M12, M14: refusals and nonsense from the service."""

import gzip
import json

from harness import case, cloud

LIMIT_KIB = 32 * 1024 * 105 // 100
LISTING = {"path": "*/subnets"}


@case("M04-clock", 600, -600)
def clock(t, seconds):
    t.standin(clock=seconds)
    t.refused(4, r"\b(59\d|60\d)\b ?s", retry=True)
    t.equal(len(t.server.requests), 1, "requests")


@case("M05-401")
def not_authenticated(t):
    t.standin({"do": {"status": 401, "message": "no\x1b[31m " + "x" * 5000}})
    result = t.refused(4, "401", retry=True)
    t.says(result, "AAAA")
    t.true("\x1b" not in result.err, "an escape sequence in the message")
    t.true(len(result.err) < 2048, "a message of the service's length")
    t.equal(len(t.server.requests), 1, "requests")


@case("M05-compartments-refused", 403, 404)
def compartments_refused(t, status):
    t.standin({"when": {"path": "*/compartments"}, "do": {"status": status}})
    t.refused(4, "inspect compartments", retry=True)
    t.equal(len(t.requests("/compartments")), 1, "requests")


@case("M05-all-refused", 403, 404)
def all_refused(t, status):
    t.standin({"when": {"service": "iaas"}, "do": {"status": status}})
    t.refused(4, "inspect virtual-network-family", retry=True)


@case("M05-middle-401")
def not_authenticated_later(t):
    t.standin({"when": LISTING, "skip": 1, "do": {"status": 401}})
    t.refused(4, "401")


@case("M05-other-status", 400, 405, 410, 501)
def other_status(t, status):
    t.standin({"when": LISTING, "do": {"status": status, "code": "Odd"}})
    t.refused((4, 75), str(status), retry=True)
    t.equal({r["target"]: 0 for r in t.requests("/subnets")}.__len__(),
            len(t.requests("/subnets")), "requests for subnets")


@case("M05-body-is-no-json")
def refusal_without_json(t):
    t.standin({"do": {"status": 401, "body": "<html>\r\n\0login\x07</html>"}})
    result = t.refused(4, "401")
    t.true("\0" not in result.err and "\x07" not in result.err, "raw bytes")


@case("M09-endless", "length", "chunked", "body", "head", "line")
def endless(t, form):
    t.standin()
    t.works()
    usual = t.fetch().rss_kib
    do = {"length": 1 << 40, "endless": "body"} if form == "length" else \
        {"endless": form}
    t.server.faults.add(do, when=LISTING)
    t.server.faults.add(do, when={"path": "*/nothing"})
    result = t.refused(4, ".", retry=True)
    t.figure(f"endless {form}: memory more by "
             f"{(result.rss_kib - usual) / 1024:.1f} MiB (aim: 33.6)")
    t.true(result.rss_kib < usual + LIMIT_KIB,
           f"{result.rss_kib} KiB, {usual} without")


@case("M10-cut", "length", "chunk", "bad-chunk", "empty", "reset", "status")
def cut(t, form):
    do = {"length": {"cut": 20}, "chunk": {"length": "chunked", "cut": 20},
          "bad-chunk": {"bad_chunk": True}, "empty": {"raw": ""},
          "reset": {"end": "reset"}, "status": {"raw": "HTTP/1.1 200 OK\r\n"},
          }[form]
    t.standin({"when": LISTING, "do": do})
    t.refused(75, ".")


@case("M10-cut-whole-json")
def cut_behind_json(t):
    """What has come parses as JSON, but it is not all of the reply."""
    t.standin({"when": LISTING, "do": {"body": "[]", "length": 100,
                                       "end": "close"}})
    t.refused(75, ".")


@case("M10-once")
def cut_once(t):
    t.standin({"when": LISTING, "times": 1, "do": {"cut": 20}})
    t.works("--max-retries", "2", retry=True)
    t.equal(t.names(), ["app", "root", "web"])


def as_gzip(request, reply):
    reply.body = gzip.compress(reply.body)
    reply.set("Content-Encoding", "gzip")


@case("M11-gzip")
def gzip_unasked(t):
    t.standin({"when": LISTING, "do": as_gzip})
    t.refused(4, "(?i)encod|gzip|json")
    t.true(all("gzip" not in (dict(r["headers"]).get("Accept-Encoding", ""))
               for r in t.server.requests), "gzip was asked for")


@case("M11-content-type", "text/html", "text/plain", "")
def content_type(t, name):
    t.standin({"when": LISTING, "do": {"headers": {"Content-Type": name}}})
    t.refused(4, "(?i)type|json")


@case("M11-login-page")
def login_page(t):
    t.standin({"do": {"body": "<html><body>Please log in</body></html>",
                      "headers": {"Content-Type": "text/html"}}})
    t.refused(4, "(?i)html|json|type")


@case("M11-type-with-charset")
def content_type_with_charset(t):
    t.standin({"do": {"headers": {
        "Content-Type": "Application/JSON; charset=utf-8"}}})
    t.works()


BROKEN = {
    "empty": b"", "cut": b"[{", "bareword": b"[nonsense]", "nul": b"[\0]",
    "two": b"[] []", "object": b"{}", "string": b'"x"', "null": b"null",
    "numbers": b"[1]", "nested": b"[[]]", "no-id": b'[{"displayName":"x"}]',
    "id-number": b'[{"id":1}]', "id-null": b'[{"id":null}]',
    "id-empty": b'[{"id":""}]', "bad-utf8": b'[{"id":"\xff"}]',
    "lists-string":
        b'[{"id":"ocid1.subnet.oc1.iad.x","securityListIds":"x"}]',
    "cidr-number":
        b'[{"id":"ocid1.subnet.oc1.iad.x","ipv4CidrBlocks":[1]}]',
    "cidr-odd": b'[{"id":"ocid1.subnet.oc1.iad.x","cidrBlock":"10.0.0/33"}]',
}


def with_body(data):
    def change(_request, reply):
        reply.body = data
    return change


@case("M12-json", *BROKEN)
def broken_json(t, name):
    t.standin({"when": LISTING, "do": with_body(BROKEN[name])})
    t.refused(4, "subnets")


@case("M12-nesting", "array", "object")
def nesting(t, kind):
    """As deep as the largest reply goes; the stack must not care."""
    unit = b"[" if kind == "array" else b'{"a":'
    body = unit * ((31 << 20) // len(unit))
    t.standin({"when": LISTING, "do": with_body(body)})
    t.refused(4, "subnets", wrap=("sh", "-c", 'ulimit -s 1024; exec "$@"',
                                  "sh"))


RULES = {
    "rules-object": {"ingressSecurityRules": {}},
    "rule-string": {"ingressSecurityRules": ["x"]},
    "protocol-number": {"ingressSecurityRules": [
        {"protocol": 6, "source": "0.0.0.0/0"}]},
    "port-string": {"egressSecurityRules": [
        {"protocol": "6", "destination": "0.0.0.0/0", "tcpOptions": {
            "destinationPortRange": {"min": "1", "max": 2}}}]},
    "stateless-string": {"ingressSecurityRules": [
        {"protocol": "6", "source": "0.0.0.0/0", "isStateless": "no"}]},
}


@case("M12-rules", *RULES)
def broken_rules(t, name):
    def change(_request, reply):
        items = json.loads(reply.body)
        for item in items:
            item.update(RULES[name])
        reply.body = json.dumps(items).encode()

    t.standin({"when": {"path": "*/securityLists"}, "do": change})
    t.refused(4, "security")


@case("M12-twice")
def listed_twice(t):
    """The later copy counts, as the list may have changed in between."""
    subnet = {"id": "ocid1.subnet.oc1.iad.twice", "securityListIds": [],
              "cidrBlock": "10.1.0.0/24", "displayName": "first"}
    later = {**subnet, "displayName": "later"}
    t.standin({"when": {"path": "*/subnets", "query": {
        "compartmentId": cloud.TENANCY}},
        "do": with_body(json.dumps([subnet, later]).encode())})
    t.works()
    t.equal(t.show()[subnet["id"]]["display_name"], "later")


HOSTILE = {"quotes": 'a"b\\c', "lines": "a\nb\r\nc", "controls": "\0\x01\x1f",
           "separator": "\u2028\u2029\x7f\x85", "emoji": "\U0001f600",
           "long": "n" * (1 << 20), "html": "</script><!--"}


@case("M14-names", *HOSTILE)
def hostile_names(t, name):
    tenancy = cloud.small()
    key = tenancy.add_list("odd", tenancy.tenancy, [cloud.ingress(
        "6", "0.0.0.0/0", description=HOSTILE[name])])
    tenancy.items["securityLists"][key]["displayName"] = HOSTILE[name]
    tenancy.add_subnet("odd", tenancy.tenancy, [key])
    subnet = tenancy.items["subnets"][cloud.ocid("subnet", "odd")]
    subnet["displayName"] = HOSTILE[name]
    t.standin(cloud=tenancy)
    t.works()
    found = t.show()[subnet["id"]]
    t.equal(found["display_name"], HOSTILE[name])
    security_list = found["security_lists"][0]
    t.equal(security_list["display_name"], HOSTILE[name])
    t.equal(security_list["ingress_security_rules"][0]["description"],
            HOSTILE[name])
    t.usable()


HOSTILE_IDS = ('x"y', "x\ny", "x\r\nX-Evil: 1", "../../20160918/vcns", "a/b",
               "a?b=c", "a#b", "%2e%2e%2f", "é", "x" * 5000, " ", "-o")


@case("M14-list-id", *range(len(HOSTILE_IDS)))
def hostile_list_id(t, number):
    """A subnet names a list by such an id: asked for escaped, or not."""
    tenancy = cloud.small()
    tenancy.add_subnet("odd", tenancy.tenancy, [HOSTILE_IDS[number]])
    t.standin(cloud=tenancy)
    t.old()
    result = t.exits(t.fetch(), 1, 4)
    names = {name.lower() for r in t.server.requests
             for name, _ in r["headers"]}
    t.true("x-evil" not in names, "a header was injected")
    for request in t.server.requests:
        names_led_there = "/vcns" in request["path"] and \
            "compartmentId" not in request["query"]
        t.true(request["path"].count("/") <= 3 and not names_led_there,
               f"odd path {request['path']}")
        t.equal(request["auth"], "ok", request["target"])
    if result.status == 4:
        t.kept()
