"""The tokens behind "ST$" key ids: JWTs that name the session's public key."""

import base64
import json
import time

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from .certs import shared_rsa_key


class BadToken(Exception):
    pass


def encode(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def decode(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _number(value):
    return encode(value.to_bytes((value.bit_length() + 7) // 8, "big"))


def issue(public_key, lifetime=3600, now=None, **claims):
    """A token for a session key; lifetime may be negative."""
    now = int(time.time() if now is None else now)
    numbers = public_key.public_numbers()
    payload = {
        "sub": "ocid1.instance.oc1.iad.stand-in", "iss": "stand-in",
        "iat": now, "exp": now + lifetime,
        "jwk": json.dumps({"kty": "RSA", "alg": "RS256", "use": "sig",
                           "n": _number(numbers.n), "e": _number(numbers.e)}),
        **claims}
    head = encode(json.dumps({"alg": "RS256", "kid": "stand-in"}).encode())
    text = head + "." + encode(json.dumps(payload).encode())
    signature = shared_rsa_key("tokens").sign(
        text.encode(), padding.PKCS1v15(), hashes.SHA256())
    return text + "." + encode(signature)


def check(token, now):
    """The public key and the claims of a token, or BadToken."""
    try:
        head, payload, signature = token.split(".")
        shared_rsa_key("tokens").public_key().verify(
            decode(signature), f"{head}.{payload}".encode(),
            padding.PKCS1v15(), hashes.SHA256())
        claims = json.loads(decode(payload))
        jwk = json.loads(claims["jwk"])
    except (ValueError, KeyError, InvalidSignature):
        raise BadToken("the token is not one of ours")
    if claims["exp"] < now:
        raise BadToken("the token has expired")
    modulus = int.from_bytes(decode(jwk["n"]), "big")
    exponent = int.from_bytes(decode(jwk["e"]), "big")
    return rsa.RSAPublicNumbers(exponent, modulus).public_key(), claims
