"""Certificates and keys, made when they are asked for.

TLS keys are elliptic (quick to make); the keys that sign requests are RSA, as
the service demands. Nothing here outlives the process but what the caller
writes down.
"""

import datetime
import ipaddress
import os
import ssl
import threading

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

PEM = serialization.Encoding.PEM
DAY = datetime.timedelta(days=1)

# How a server's certificate can be wrong: first and last day from today.
VALIDITY = {"expired": (-20, -10), "future": (10, 20)}
KINDS = ("good", "wrong-host", "expired", "future", "self-signed",
         "unknown-ca", "tls11")


def rsa_key(bits=2048):
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


_shared = {}
_shared_lock = threading.Lock()


def shared_rsa_key(name):
    """One 2048-bit key for each name: making one takes a tenth of a second.
    Cases run side by side, and a name must never have two."""
    with _shared_lock:
        if name not in _shared:
            _shared[name] = rsa_key()
        return _shared[name]


def private_pem(key, passphrase=None, form="pkcs8"):
    kind = {"pkcs8": serialization.PrivateFormat.PKCS8,
            "pkcs1": serialization.PrivateFormat.TraditionalOpenSSL}[form]
    cipher = serialization.NoEncryption() if passphrase is None else \
        serialization.BestAvailableEncryption(passphrase.encode())
    return key.private_bytes(PEM, kind, cipher).decode()


def public_der(key):
    return key.public_key().public_bytes(
        serialization.Encoding.DER,
        serialization.PublicFormat.SubjectPublicKeyInfo)


def public_pem(key):
    return key.public_key().public_bytes(
        PEM, serialization.PublicFormat.SubjectPublicKeyInfo).decode()


def certificate_pem(certificate):
    return certificate.public_bytes(PEM).decode()


def fingerprint(key):
    """The MD5 of the public key, as the console shows it."""
    import hashlib
    text = hashlib.md5(public_der(key)).hexdigest()
    return ":".join(text[i:i + 2] for i in range(0, 32, 2))


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _alternative(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


class Authority:
    """A certificate authority; certificate(…) signs with it."""

    def __init__(self, name="stand-in authority"):
        self.key = ec.generate_private_key(ec.SECP256R1())
        self.name = _name(name)
        self.certificate = self.issue(self.name, self.key, is_ca=True)

    def issue(self, subject, key, names=(), days=(-1, 30), is_ca=False,
              issuer=None):
        now = datetime.datetime.utcnow()
        builder = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name if issuer is None else issuer)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now + days[0] * DAY)
            .not_valid_after(now + days[1] * DAY)
            .add_extension(
                x509.BasicConstraints(ca=is_ca, path_length=None), True)
            # Python 3.13 wants these of a chain.
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(
                self.key.public_key()), False))
        if is_ca:
            builder = builder.add_extension(x509.KeyUsage(
                False, False, False, False, False, True, True, False, False), True)
        if names:
            builder = builder.add_extension(x509.SubjectAlternativeName(
                [_alternative(name) for name in names]), False)
        return builder.sign(self.key, hashes.SHA256())

    def pem(self):
        return certificate_pem(self.certificate)


class Servers:
    """TLS contexts by kind of certificate and host name, made once each."""

    LOCAL = ("127.0.0.1", "::1", "localhost")

    def __init__(self, authority, directory):
        self.authority = authority
        self.directory = directory
        self.contexts = {}
        self.lock = threading.Lock()

    def context(self, kind="good", host=None):
        with self.lock:
            if (kind, host) not in self.contexts:
                self.contexts[kind, host] = self._make(kind, host)
            return self.contexts[kind, host]

    def _make(self, kind, host):
        if kind not in KINDS:
            raise ValueError(f"no such kind of certificate: {kind}")
        key = ec.generate_private_key(ec.SECP256R1())
        names = self.LOCAL if host is None else (host,)
        if kind == "wrong-host":
            names = ("other.example",)
        authority = self.authority
        if kind == "unknown-ca":
            authority = Authority("an authority nobody knows")
        if kind == "self-signed":
            authority = Authority("self")
            authority.key = key
            authority.name = _name("stand-in")
        certificate = authority.issue(
            _name("stand-in"), key, names, VALIDITY.get(kind, (-1, 30)))
        return self._load(kind, certificate, key)

    def _load(self, kind, certificate, key):
        path = os.path.join(self.directory,
                            f"server-{len(self.contexts)}.pem")
        with open(path, "w") as file:
            file.write(private_pem(key) + certificate_pem(certificate))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(path)
        context.set_alpn_protocols(["http/1.1"])
        if kind == "tls11":
            context.set_ciphers("DEFAULT@SECLEVEL=0")
            context.minimum_version = ssl.TLSVersion.TLSv1_1
            context.maximum_version = ssl.TLSVersion.TLSv1_1
        return context
