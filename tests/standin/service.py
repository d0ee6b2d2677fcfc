"""What the service answers to requests that are signed as they should be.

It is stricter than the service: an unknown query parameter or an odd value is
a 400, so that a client that guesses is found out.
"""

import base64
import json
import re

from .wire import Reply

BASE = "/20160918"
LIST_PARAMETERS = {
    "subnets": {"compartmentId", "limit", "page", "vcnId", "displayName",
                "sortBy", "sortOrder", "lifecycleState"},
    "compartments": {"compartmentId", "limit", "page", "accessLevel",
                     "compartmentIdInSubtree", "name", "sortBy", "sortOrder",
                     "lifecycleState"}}
LIST_PARAMETERS["securityLists"] = LIST_PARAMETERS["subnets"]
LIST_PARAMETERS["networkSecurityGroups"] = LIST_PARAMETERS["subnets"] | {"vlanId"}
LIST_PARAMETERS["vcns"] = LIST_PARAMETERS["subnets"] - {"vcnId"}
LIST_PARAMETERS["serviceGateways"] = LIST_PARAMETERS["subnets"] - {"displayName"}
# What is listed of one thing: of a group by its path, of a subnet by a query.
PART_PARAMETERS = {
    "securityRules": {"direction", "limit", "page", "sortBy", "sortOrder"},
    "vnics": {"limit", "page", "sortBy", "sortOrder"},
    "privateIps": {"subnetId", "limit", "page", "ipAddress", "vnicId", "vlanId",
                   "ipState", "lifetime"},
    "ipv6": {"subnetId", "limit", "page", "ipAddress", "vnicId", "ipState",
             "lifetime"}}
FILTERS = ("vcnId", "displayName", "name", "lifecycleState", "direction",
           "ipState")
LIMIT_MAX = 1000
RULES_MAX = 200
GROUP_RULES_MAX = 120
CHANGE_MAX = 25
RULE_FIELDS = {"protocol", "description", "isStateless", "icmpOptions",
               "tcpOptions", "udpOptions"}
INGRESS_FIELDS = RULE_FIELDS | {"source", "sourceType"}
EGRESS_FIELDS = RULE_FIELDS | {"destination", "destinationType"}
UPDATE_FIELDS = {"displayName", "ingressSecurityRules", "egressSecurityRules",
                 "freeformTags", "definedTags"}


class Refused(Exception):
    def __init__(self, status, code, message):
        super().__init__(message)
        self.reply = failure(status, code, message)


def failure(status, code, message):
    text = json.dumps({"code": code, "message": message}, indent=2)
    return Reply(status, text.encode(), [("Content-Type", "application/json")])


def not_found():
    return Refused(404, "NotAuthorizedOrNotFound",
                   "Authorization failed or requested resource not found.")


def bad_parameter(text):
    return Refused(400, "InvalidParameter", text)


def service_of(path):
    if path.startswith("/opc/"):
        return "metadata"
    if path.startswith("/v1/"):
        return "auth"
    if path == "/n" or path.startswith("/n/"):
        return "objects"
    if path.startswith("/20190909/"):
        return "search"
    if path.startswith(f"{BASE}/compartments"):
        return "identity"
    return "iaas"


def region_of_host(host):
    """The region and service that a host name of the cloud stands for."""
    match = re.fullmatch(r"iaas\.([a-z0-9-]+)\.([a-z0-9.]+)", host)
    if match:
        return "iaas", match[1]
    match = re.fullmatch(r"identity\.([a-z0-9-]+)\.oci\.([a-z0-9.]+)", host)
    if match:
        return "identity", match[1]
    match = re.fullmatch(r"auth\.([a-z0-9-]+)\.([a-z0-9.]+)", host)
    if match:
        return "auth", match[1]
    return None, None


class Service:
    """page_size: the most that a page holds; empty_every: each so many pages
    an empty one comes first; odd_tokens: page tokens with bytes in them that
    must not reach a URL as such (Oracle's own client sends them as they are,
    so the real ones cannot have them)."""

    def __init__(self, cloud, page_size=100, empty_every=0, odd_tokens=False):
        self.cloud = cloud
        self.page_size = page_size
        self.empty_every = empty_every
        self.prefix = "+/=& %" if odd_tokens else ""

    def answer(self, request, region):
        try:
            return self._route(request, region)
        except Refused as refused:
            return refused.reply

    def _route(self, request, region):
        kind, _, key = request.path[len(BASE) + 1:].partition("/")
        key, _, part = key.partition("/")
        if not request.path.startswith(BASE + "/"):
            raise Refused(404, "NotFound", "no such path")
        if (request.method, kind) == ("PUT", "securityLists") and not part:
            return self._update_list(request, key, region)
        if (request.method, kind) == ("POST", "networkSecurityGroups"):
            return self._change_group(request, key, part, region)
        if request.method != "GET":
            raise Refused(405, "MethodNotAllowed", "use GET")
        if request.body:
            raise bad_parameter("a GET with a body")
        if kind == "networkSecurityGroups" and part in ("securityRules", "vnics"):
            return self._list_part(request, part, kind, key, region)
        if kind == "vnics" and not part:
            return self._get_vnic(key)
        if kind == "services" and not key:
            return self._page(request, kind, [
                (item, json.dumps(item).encode())
                for item in self.cloud.services])
        if kind in ("privateIps", "ipv6") and not key:
            return self._list_part(request, kind, "subnets",
                                   request.query.get("subnetId", ""), region)
        if kind not in LIST_PARAMETERS or part:
            raise Refused(404, "NotFound", "no such path")
        if key:
            return self._get(request, kind, key, region)
        self._check_parameters(request, LIST_PARAMETERS[kind])
        if not request.query.get("compartmentId"):
            raise Refused(400, "MissingParameter", "compartmentId")
        if kind == "compartments":
            return self._list_compartments(request)
        return self._list(request, kind, region)

    def _get(self, request, kind, key, region):
        if request.query_text or "?" in request.target:
            raise bad_parameter("a query on a single item")
        if kind == "compartments":
            if not self.cloud.knows_compartment(key):
                raise not_found()
            item = self.cloud.root if key == self.cloud.tenancy \
                else self.cloud.compartments[key]
            body = json.dumps(item).encode()
        else:
            item = self.cloud.item(kind, key, region)
            if item is None:
                raise not_found()
            body = self.cloud.text(item)
        return Reply(200, body, [("Content-Type", "application/json"),
                                 ("ETag", self.cloud.etag(key))])

    def _get_vnic(self, key):
        """As the addresses and members that name it say."""
        vnic = self.cloud.vnic(key)
        if vnic is None:
            raise not_found()
        return Reply(200, json.dumps(vnic).encode(),
                     [("Content-Type", "application/json")])

    # -- changes -----------------------------------------------------------

    @staticmethod
    def _details(request, known):
        if request.query_text:
            raise bad_parameter("a query on a change")
        try:
            details = json.loads(request.body)
        except ValueError:
            raise bad_parameter("the body is not JSON")
        if not isinstance(details, dict) or set(details) - known:
            raise bad_parameter(f"unknown: {sorted(set(details) - known)}")
        return details

    @staticmethod
    def _check_rule(rule, known, peer):
        if set(rule) - known or not rule.get("protocol") or not rule.get(peer):
            raise bad_parameter(f"a rule of {sorted(rule)}")
        if rule.get("description") == "" or \
                len(rule.get("description") or "") > 255:
            raise bad_parameter("a description has 1 to 255 characters")

    def _update_list(self, request, key, region):
        """The arrays of rules that are given replace what was there."""
        item = self.cloud.item("securityLists", key, region)
        if item is None:
            raise not_found()
        details = self._details(request, UPDATE_FIELDS)
        if request.get("if-match", self.cloud.etag(key)) != self.cloud.etag(key):
            raise Refused(412, "NoEtagMatch", "The If-Match does not match")
        for name, known, peer in (
                ("ingressSecurityRules", INGRESS_FIELDS, "source"),
                ("egressSecurityRules", EGRESS_FIELDS, "destination")):
            if len(details.get(name) or []) > RULES_MAX:
                raise Refused(400, "LimitExceeded", name)
            for rule in details.get(name) or []:
                self._check_rule(rule, known, peer)
                rule.setdefault("isStateless", False)
                rule.setdefault(peer + "Type", "CIDR_BLOCK")
        item.update((k, v) for k, v in details.items() if v is not None)
        self.cloud.changed(key)
        return Reply(200, self.cloud.text(item), [
            ("Content-Type", "application/json"), ("ETag", self.cloud.etag(key))])

    def _change_group(self, request, key, part, region):
        """Rules of a group come and go, at most 25 at a time."""
        if self.cloud.item("networkSecurityGroups", key, region) is None:
            raise not_found()
        rules = self.cloud.parts["securityRules", key]
        if part == "actions/addSecurityRules":
            added = self._details(request, {"securityRules"})["securityRules"]
            if not 1 <= len(added) <= CHANGE_MAX or \
                    len(rules) + len(added) > GROUP_RULES_MAX:
                raise Refused(400, "LimitExceeded", f"{len(added)} rules")
            for rule in added:
                peer = {"INGRESS": "source", "EGRESS": "destination"}[
                    rule["direction"]]
                self._check_rule(rule, INGRESS_FIELDS | EGRESS_FIELDS
                                 | {"direction"}, peer)
            added = [self.cloud.new_rule(rule) for rule in added]
            rules += added
            return Reply(200, json.dumps({"securityRules": added}).encode(),
                         [("Content-Type", "application/json")])
        if part == "actions/removeSecurityRules":
            ids = self._details(request, {"securityRuleIds"})["securityRuleIds"]
            if not 1 <= len(ids) <= CHANGE_MAX or \
                    set(ids) - {rule["id"] for rule in rules}:
                raise bad_parameter("securityRuleIds")
            rules[:] = [rule for rule in rules if rule["id"] not in ids]
            return Reply(204)
        raise Refused(404, "NotFound", "no such path")

    def _list_part(self, request, part, kind, key, region):
        """Rules and members of a group, addresses of a subnet."""
        self._check_parameters(request, PART_PARAMETERS[part])
        if not key:
            raise Refused(400, "MissingParameter", "subnetId")
        if self.cloud.item(kind, key, region) is None or \
                f"{key}/{part}" in self.cloud.denied:
            raise not_found()
        items = self.cloud.parts.get((part, key), [])
        return self._page(request, part + key, [
            (item, json.dumps(item, ensure_ascii=False).encode())
            for item in items])

    def _check_parameters(self, request, known):
        unknown = set(request.query) - known
        if unknown or len(request.query) != len(request.pairs):
            raise bad_parameter(f"unknown or repeated: {sorted(unknown)}")
        limit = request.query.get("limit", "1")
        if not limit.isascii() or not limit.isdigit() or \
                not 1 <= int(limit) <= LIMIT_MAX:
            raise bad_parameter(f"limit {limit!r}")

    def _list_compartments(self, request):
        query = request.query
        parent = query["compartmentId"]
        subtree = query.get("compartmentIdInSubtree", "false")
        level = query.get("accessLevel", "ANY")
        if subtree not in ("true", "false") or \
                level not in ("ANY", "ACCESSIBLE"):
            raise bad_parameter("compartmentIdInSubtree or accessLevel")
        if subtree == "true" and parent != self.cloud.tenancy:
            raise bad_parameter(
                "compartmentIdInSubtree: only from the tenancy")
        if not self.cloud.knows_compartment(parent):
            raise not_found()
        found = self.cloud.children(
            parent, subtree == "true", level == "ACCESSIBLE")
        items = [(c, json.dumps(c).encode()) for c in found]
        return self._page(request, "compartments", items)

    def _list(self, request, kind, region):
        compartment = request.query["compartmentId"]
        if not self.cloud.knows_compartment(compartment):
            raise not_found()
        items = [(i, self.cloud.text(i))
                 for i in self.cloud.listing(kind, compartment, region)]
        return self._page(request, kind, items)

    def _page(self, request, kind, items):
        query = request.query
        for name in FILTERS:
            if name in query:
                items = [(i, t) for i, t in items
                         if str(i.get(name)).lower() == query[name].lower()]
        size = min(self.page_size, int(query.get("limit", self.page_size)))
        scope = sorted((k, v) for k, v in query.items() if k != "page")
        start, empty_given = self._read_token(query.get("page"), kind, scope)
        headers = [("Content-Type", "application/json")]
        due = self.empty_every and start // size % self.empty_every == 0
        if due and not empty_given:
            token = self._token(start, True, kind, scope)
            return Reply(200, b"[]", headers + [("opc-next-page", token)])
        page = items[start:start + size]
        if start + size < len(items):
            token = self._token(start + size, False, kind, scope)
            headers.append(("opc-next-page", token))
        return Reply(200, b"[" + b",".join(t for _, t in page) + b"]", headers)

    def _token(self, start, empty_given, kind, scope):
        text = json.dumps([start, empty_given, kind, scope])
        return self.prefix + base64.urlsafe_b64encode(text.encode()).decode()

    def _read_token(self, token, kind, scope):
        if token is None:
            return 0, False
        try:
            if not token.startswith(self.prefix):
                raise ValueError
            start, empty_given, of_kind, of_scope = json.loads(
                base64.urlsafe_b64decode(token[len(self.prefix):]))
        except ValueError:
            raise bad_parameter("page: not a token of ours")
        if of_kind != kind or [tuple(p) for p in of_scope] != scope:
            raise bad_parameter("page: a token of another listing")
        return start, empty_given
