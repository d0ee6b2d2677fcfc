"""Checks a request's signature as the service does.

What is checked, and by whose rules: https://docs.oracle.com "Request
Signatures". A request that any rule refuses gives Unsigned with the reason,
which tests read from the record; the client is told only 401.
"""

import base64
import email.utils
import hashlib
import json
import re

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding

from . import tokens

SKEW = 300
PARAMETER = re.compile(r'([a-zA-Z]+)="([^"]*)"')
BODY_HEADERS = {"content-length", "content-type", "x-content-sha256"}


class Unsigned(Exception):
    pass


def parameters(request):
    """The fields of the Authorization header."""
    values = request.all("authorization")
    if len(values) != 1:
        raise Unsigned(f"{len(values)} Authorization headers")
    scheme, _, rest = values[0].partition(" ")
    if scheme != "Signature":
        raise Unsigned(f"scheme {scheme!r}")
    pairs = PARAMETER.findall(rest)
    if ",".join(f'{k}="{v}"' for k, v in pairs) != rest:
        raise Unsigned("the Authorization header has odd bytes in it")
    fields = dict(pairs)
    if len(fields) != len(pairs):
        raise Unsigned("a field of the Authorization header is repeated")
    if fields.get("algorithm") != "rsa-sha256":
        raise Unsigned(f"algorithm {fields.get('algorithm')!r}")
    if fields.get("version", "1") != "1":
        raise Unsigned(f"version {fields['version']!r}")
    for name in ("keyId", "headers", "signature"):
        if name not in fields:
            raise Unsigned(f"no {name}")
    return fields


def signing_string(request, names):
    lines = []
    for name in names:
        if name == "(request-target)":
            value = f"{request.method.lower()} {request.target}"
        else:
            values = request.all(name)
            if len(values) != 1:
                raise Unsigned(f"{len(values)} headers {name}")
            value = values[0]
        lines.append(f"{name}: {value}")
    return "\n".join(lines).encode("latin-1")


def check_date(request, names, now, federation):
    """x-date is what counts where there is one; but the federation endpoint
    takes the request of Oracle's SDK for Node, which signs date and sends an
    x-date unsigned."""
    name = "x-date" if request.all("x-date") else "date"
    if federation and "date" in names:
        name = "date"
    if name not in names:
        raise Unsigned(f"{name} is not signed")
    text = request.all(name)[0]
    parsed = email.utils.parsedate_to_datetime(text)
    if email.utils.format_datetime(parsed, usegmt=True) != text:
        raise Unsigned(f"{name} {text!r} is not in the form of RFC 1123")
    skew = parsed.timestamp() - now
    if abs(skew) > SKEW:
        raise Unsigned(f"the clock is off by {skew:.0f} s")


def check_body(request, names):
    missing = BODY_HEADERS - set(names)
    if missing:
        raise Unsigned(f"{sorted(missing)} not signed")
    digest = base64.b64encode(hashlib.sha256(request.body).digest()).decode()
    if request.all("x-content-sha256") != [digest]:
        raise Unsigned("x-content-sha256 is not that of the body")


def verify(public_key, fields, text):
    try:
        signature = base64.b64decode(fields["signature"], validate=True)
        public_key.verify(
            signature, text, padding.PKCS1v15(), hashes.SHA256())
    except (ValueError, InvalidSignature):
        raise Unsigned("the signature is not that of the key")


def check(request, find_key, now, federation=False, signs_body=True):
    """Returns the key id, or raises Unsigned with the reason. Of the bodies
    that are put into buckets the service wants no digest."""
    try:
        fields = parameters(request)
        names = fields["headers"].split(" ")
        if len(set(names)) != len(names) or \
                names != [name.lower() for name in names]:
            raise Unsigned(f"headers {fields['headers']!r}")
        needed = {"(request-target)"} | (set() if federation else {"host"})
        if not needed <= set(names):
            raise Unsigned(f"{sorted(needed - set(names))} not signed")
        if request.all("opc-obo-token") and "opc-obo-token" not in names:
            raise Unsigned("opc-obo-token is not signed")
        check_date(request, names, now, federation)
        if request.method in ("POST", "PUT", "PATCH") and signs_body:
            check_body(request, names)
        verify(find_key(fields["keyId"], now), fields,
               signing_string(request, names))
    except (ValueError, TypeError, tokens.BadToken) as error:
        raise Unsigned(str(error))
    return fields["keyId"]


class Keys:
    """The keys that the stand-in knows: API keys by id, tokens by content."""

    def __init__(self):
        self.api_keys = {}
        self.revoked = set()

    def find(self, key_id, now):
        if key_id in self.revoked:
            raise Unsigned("the token has been revoked")
        if key_id.startswith("ST$"):
            return tokens.check(key_id[3:], now)[0]
        if key_id not in self.api_keys:
            raise Unsigned(f"unknown key id {key_id!r}")
        return self.api_keys[key_id]


def tenancy_of(certificate):
    for rdn in certificate.subject.rdns:
        for attribute in rdn:
            if attribute.value.startswith("opc-tenant:"):
                return attribute.value[len("opc-tenant:"):]
    raise Unsigned("the certificate names no tenancy")


def _certificate(text):
    return x509.load_der_x509_certificate(
        base64.b64decode(text, validate=True))


def check_federation(request, root, now):
    """The public key that POST /v1/x509 asks a token for, and the tenancy."""
    try:
        body = json.loads(request.body)
        leaf = _certificate(body["certificate"])
        chain = [_certificate(c) for c in body["intermediateCertificates"]]
        # Its base64 has no line ends: the service takes it as one line.
        public_key = base64.b64decode(body["publicKey"], validate=True)
        algorithm = body.get("fingerprintAlgorithm", "SHA1")
    except (ValueError, KeyError, TypeError) as error:
        raise Unsigned(f"federation body: {error!r}")
    issuer = root
    for certificate in reversed(chain + []):
        _signed_by(certificate, issuer)
        issuer = certificate
    _signed_by(leaf, issuer)
    tenancy = tenancy_of(leaf)
    digest, form = {"SHA1": (hashes.SHA1(), "fed-x509"),
                    "SHA256": (hashes.SHA256(), "fed-x509-sha256")}[algorithm]
    text = leaf.fingerprint(digest).hex()
    text = ":".join(text[i:i + 2] for i in range(0, len(text), 2))

    def find_key(key_id, _now):
        if key_id.lower() != f"{tenancy}/{form}/{text}".lower():
            raise Unsigned(f"key id {key_id!r} is not the certificate's")
        return leaf.public_key()

    key_id = check(request, find_key, now, federation=True)
    from cryptography.hazmat.primitives.serialization import (
        load_der_public_key)
    key = load_der_public_key(public_key)
    if key.key_size < 2048:
        raise Unsigned(f"a session key of {key.key_size} bits")
    return key_id, key, tenancy


def _signed_by(certificate, issuer):
    try:
        issuer.public_key().verify(
            certificate.signature, certificate.tbs_certificate_bytes,
            padding.PKCS1v15(), certificate.signature_hash_algorithm)
    except InvalidSignature:
        raise Unsigned("the certificates are no chain")
