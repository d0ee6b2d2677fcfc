"""The metadata service of an instance, and the identity that it hands out."""

import datetime
import json

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import NameOID

from . import cloud
from .certs import certificate_pem, private_pem, shared_rsa_key
from .wire import Reply


def _certify(subject, key, issuer, issuer_key, is_ca):
    now = datetime.datetime.utcnow()
    day = datetime.timedelta(days=1)
    return (x509.CertificateBuilder().subject_name(subject)
            .issuer_name(issuer).public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - day).not_valid_after(now + 30 * day)
            .add_extension(x509.BasicConstraints(is_ca, None), True)
            .sign(issuer_key, hashes.SHA256()))


def _common(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


class Instance:
    """Leaf, intermediate and root certificate; region as the old ones say it.

    tenant_place: "multi" puts the tenancy in a relative name of several
    attributes, as the service does; "single" in one of its own.
    """

    def __init__(self, tenancy=cloud.TENANCY, region="iad",
                 region_id=cloud.REGION, tenant_place="multi"):
        self.region = region
        self.region_info = {
            "realmKey": "oc1", "realmDomainComponent": "oraclecloud.com",
            "regionKey": region.upper(), "regionIdentifier": region_id}
        self.leaf_key = shared_rsa_key("leaf")
        authority_key = shared_rsa_key("intermediate")
        root_key = shared_rsa_key("root")
        self.root = _certify(_common("root"), root_key, _common("root"),
                             root_key, True)
        self.intermediate = _certify(
            _common("intermediate"), authority_key, _common("root"),
            root_key, True)
        self.leaf = _certify(
            self._subject(tenancy, tenant_place), self.leaf_key,
            _common("intermediate"), authority_key, False)

    @staticmethod
    def _subject(tenancy, place):
        unit = NameOID.ORGANIZATIONAL_UNIT_NAME
        units = [x509.NameAttribute(unit, text) for text in (
            "opc-certtype:instance", "opc-compartment:ocid1.compartment.x",
            f"opc-tenant:{tenancy}")]
        common = x509.NameAttribute(
            NameOID.COMMON_NAME, "ocid1.instance.oc1.iad.stand-in")
        if place == "multi":
            rdns = [x509.RelativeDistinguishedName([common]),
                    x509.RelativeDistinguishedName(units)]
        else:
            rdns = [x509.RelativeDistinguishedName([a])
                    for a in units + [common]]
        return x509.Name(rdns)

    def answer(self, request):
        """A reply of the metadata service, version 2."""
        if request.get("authorization") != "Bearer Oracle":
            return Reply(401, b"Unauthorized")
        for name in ("forwarded", "x-forwarded-for", "x-forwarded-host"):
            if request.all(name):
                return Reply(403, b"Forbidden")
        text = self.texts().get(request.path)
        if text is None or request.method != "GET":
            return Reply(404, b"<html><h1>404 Not Found</h1></html>")
        return Reply(200, text.encode(), [("Content-Type", "text/plain")])

    def texts(self):
        base = "/opc/v2"
        return {
            f"{base}/identity/cert.pem": certificate_pem(self.leaf),
            f"{base}/identity/key.pem":
                private_pem(self.leaf_key, form="pkcs1"),
            f"{base}/identity/intermediate.pem":
                certificate_pem(self.intermediate),
            f"{base}/instance/region": self.region,
            f"{base}/instance/canonicalRegionName":
                self.region_info["regionIdentifier"],
            f"{base}/instance/regionInfo": json.dumps(self.region_info)}
