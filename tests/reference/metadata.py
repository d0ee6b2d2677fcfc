"""Subnets and security lists from the same dumps that vcnmeta build reads.

Told from the contract, sections 4 and 6. Only what the dumps of the generator
hold is understood with care; vcnmeta's own refusals are tested elsewhere.
"""

import ipaddress
import json
import os
from typing import NamedTuple


class Subnet(NamedTuple):
    prefixes: list   # of ipaddress networks
    lists: bytes     # "[…]", ready-made
    ids: bytes


class Metadata(NamedTuple):
    subnets: dict    # by OCID, in UTF-8
    prefixes: list   # every block of the file
    missing: set     # lists that a subnet names and no input holds
    fetched_at: str  # RFC 3339, or None


NOTHING = Metadata({}, [], set(), None)


def _fold(name):
    return name.replace("-", "").replace("_", "").lower()


def _fields(thing):
    return {_fold(name): value for name, value in thing.items()}


def _things(text):
    """Every object of a file: dumps, arrays, one after another."""
    decoder = json.JSONDecoder()
    at = 0
    while True:
        while at < len(text) and text[at] in " \t\r\n":
            at += 1
        if at == len(text):
            return
        value, at = decoder.raw_decode(text, at)
        if isinstance(value, dict) and "data" in value:
            value = value["data"]
        yield from value if isinstance(value, list) else [value]


def _range(options, name):
    found = _fields(options).get(name) or {}
    return {"max": found.get("max"), "min": found.get("min")}


def _ports(options):
    if options is None:
        return None
    return {"destination_port_range": _range(options, "destinationportrange"),
            "source_port_range": _range(options, "sourceportrange")}


def _icmp(options):
    if options is None:
        return None
    return {"code": options.get("code"), "type": options.get("type")}


def _rule(rule, side):
    given = _fields(rule)
    return {
        "description": given.get("description"),
        "icmp_options": _icmp(given.get("icmpoptions")),
        "is_stateless": given.get("isstateless"),
        "protocol": given.get("protocol"),
        side: given.get(side),
        side + "_type": given.get(side + "type"),
        "tcp_options": _ports(given.get("tcpoptions")),
        "udp_options": _ports(given.get("udpoptions")),
    }


def _list(given):
    ingress = given.get("ingresssecurityrules") or []
    egress = given.get("egresssecurityrules") or []
    return {
        "display_name": given.get("displayname"),
        "security_list_ocid": given["id"],
        "ingress_security_rules": [_rule(rule, "source") for rule in ingress],
        "egress_security_rules":
            [_rule(rule, "destination") for rule in egress],
    }


def _text(value):
    return json.dumps(value, ensure_ascii=False,
                      separators=(",", ":")).encode()


def _prefixes(given):
    blocks = [given.get("cidrblock"), given.get("ipv6cidrblock")]
    blocks += given.get("ipv4cidrblocks") or []
    blocks += given.get("ipv6cidrblocks") or []
    nets = {ipaddress.ip_network(block, strict=False)
            for block in blocks if block}
    return sorted(nets, key=lambda net: (net.version, net))


def _subnet(given, lists, missing):
    ids = given.get("securitylistids") or []
    missing.update(ocid for ocid in ids if ocid not in lists)
    known = [ocid for ocid in ids if ocid in lists]
    texts = [_text(lists[ocid]) for ocid in known]
    return Subnet(_prefixes(given), b"[" + b",".join(texts) + b"]",
                  _text(known))


def load(paths):
    """Reads the dumps; the time is that of SOURCE_DATE_EPOCH."""
    lists = {}
    subnets = {}
    for path in paths:
        with open(path, encoding="utf-8") as file:
            for thing in _things(file.read()):
                given = _fields(thing)
                if ("ingresssecurityrules" in given
                        or "egresssecurityrules" in given):
                    lists[given["id"]] = _list(given)
                elif given["id"].startswith("ocid1.subnet."):
                    subnets[given["id"]] = given
    missing = set()
    known = {ocid.encode(): _subnet(given, lists, missing)
             for ocid, given in subnets.items()}
    blocks = {net for subnet in known.values() for net in subnet.prefixes}
    return Metadata(known, list(blocks), missing, _fetched_at())


def _fetched_at():
    from vcntime import utc_text
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    return utc_text(int(epoch)) if epoch else None
