"""Requests of vcnmeta held against those of one of Oracle's own clients."""

import json

from standin import signatures


def question(request):
    """What is asked, without how many on a page and which page."""
    query = {k: v for k, v in request["query"].items()
             if k not in ("limit", "page")}
    return (request["service"], request["method"], request["path"],
            tuple(sorted(query.items())))


def header(request, name):
    return [v for k, v in request["headers"] if k.lower() == name]


def fields(request):
    """The parts of an Authorization header that are not the signature."""
    value = header(request, "authorization")[0]
    if not value.startswith("Signature "):
        return {"bearer": value}
    found = dict(signatures.PARAMETER.findall(value))
    names = [n if n != "x-date" else "date"
             for n in found["headers"].split(" ")]
    key_id = found["keyId"]
    if key_id.startswith("ST$"):
        key_id = "ST$ and a token"
    elif "/fed-x509" in key_id:
        key_id = key_id.split("/fed-x509")[0] + " and a fingerprint"
    return {"algorithm": found["algorithm"], "version": found["version"],
            "headers": sorted(names), "keyId": key_id}


class Client:
    """Another client, and how its requests may differ from ours.

    differences  headers that one of both sends and the other doesn't, and why it
                 is no matter: none of them is signed, the service needs none
    accept       what it says that it takes
    purpose      what it says of the token it asks for, if anything
    unsigned     headers that it leaves unsigned when it asks for a token
    """

    def __init__(self, differences, accept, purpose=None, unsigned=()):
        self.differences = differences
        self.accept = accept
        self.purpose = purpose
        self.unsigned = set(unsigned)

    def same_request(self, t, ours, theirs):
        what = question(ours)
        mine, other = fields(ours), fields(theirs)
        if ours["service"] == "auth":
            mine["headers"] = sorted(set(mine["headers"]) - self.unsigned)
        t.equal(mine, other, f"Authorization for {what}")
        t.equal(header(ours, "host"), header(theirs, "host"), f"host of {what}")
        t.equal(header(ours, "opc-obo-token"), header(theirs, "opc-obo-token"),
                f"delegation token of {what}")
        t.equal(header(ours, "accept"), ["application/json"], "accept")
        # what asks for a token leaves this to its HTTP library
        t.equal(header(theirs, "accept"), ["*/*"] if ours["service"] == "auth"
                else [self.accept], "accept")
        names = [{k.lower() for k, _ in r["headers"]} for r in (ours, theirs)]
        for name in names[0] ^ names[1]:
            t.true(name in self.differences,
                   f"{what}: only one of them sends {name}")
        t.equal(bool(ours["body"]), bool(theirs["body"]), f"body of {what}")

    def same_federation(self, t, ours, theirs):
        """Alike but for the fingerprint, which is SHA-1 with some SDKs and
        SHA-256 with that for Go and ours, and the purpose."""
        mine, other = json.loads(ours["body"]), json.loads(theirs["body"])
        t.equal(mine.pop("fingerprintAlgorithm"), "SHA256")
        t.equal(other.pop("purpose", None), self.purpose)
        t.equal(set(mine), set(other), "fields of the token request")
        for name in ("certificate", "intermediateCertificates"):
            t.equal(mine[name], other[name], name)
        t.equal(mine["publicKey"][:44], other["publicKey"][:44],
                "the form of the public key")

    def same_questions(self, t, ours, theirs, kinds, all_of_ours=True):
        """Each asked what the other asked, and signed it the same way."""
        mine = {question(r): r for r in ours if r["service"] in kinds}
        other = {question(r): r for r in theirs if r["service"] in kinds}
        t.true(other, "nothing was asked")
        if not all_of_ours:
            mine = {what: r for what, r in mine.items() if what in other}
        t.equal(sorted(mine), sorted(other), "requests")
        for what, request in mine.items():
            if what[0] != "metadata":
                self.same_request(t, request, other[what])
            if what[0] == "auth":
                self.same_federation(t, request, other[what])
