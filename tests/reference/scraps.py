"""Small inputs of scraps of JSON, most of them runs of values that are broken
somewhere: what counts is where lines begin, with what, and how far indented."""

import random

from subjects import Subject

MARK = b"\xef\xbb\xbf"

_TOKENS = (b"{", b"}", b"[", b"]", b",", b":", b'"a"', b'"results"', b'"data"',
           b"1", b"true", b"l", b'"x', b'"opc-next-page"',
           b'"' + b"z" * 40 + b'"', b'{"data":{"action":"ACCEPT"},"oracle":{}}')
_BEGINNINGS = (b"", b"{\n", b" {\n", b"[\n", MARK + b"{\n", MARK + b"  {\n")
_MARKS = (b"", b"", MARK, MARK, MARK + MARK)
_ODD = (b"\t", b"\r", b"\x1e", MARK, MARK[:1], MARK[:2], b"\0")
_OPTIONS = ("", "--framing json", "--framing ndjson", "--framing json -l none",
            "--format array --framing json")
_LENGTHS = ("", "--max-record 64", "--max-record 300")


def _line_begin(rng):
    blanks = b" " * rng.choice((0, 0, 1, 2, 3, 4))
    odd = rng.choice(_ODD) if rng.random() < 0.2 else b""
    return rng.choice((b"\n", b"\n", b"\r\n", b"\n\n")) + rng.choice(_MARKS) + blanks + odd


def _scrap(rng):
    parts = [rng.choice(_BEGINNINGS)]
    for _ in range(rng.randrange(1, 25)):
        parts.append(rng.choice(_TOKENS))
        if rng.random() < 0.4:
            parts.append(_line_begin(rng))
    return b"".join(parts)


def all_of(count, seed):
    """Yields count subjects."""
    rng = random.Random(f"scraps {seed}")
    for number in range(count):
        options = f"-a all {rng.choice(_OPTIONS)} {rng.choice(_LENGTHS)}"
        yield Subject(f"scrap {number}", tuple(options.split()), _scrap(rng))
