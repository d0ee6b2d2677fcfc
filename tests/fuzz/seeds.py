"""Inputs to begin with: real ones, from the files that other tests read."""

import glob
import json
import os
import struct
import zlib

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

LONGEST = 4096

# What in a case's folder is no input.
NOT_INPUT = {"cmd", "out", "err", "status", "needs", "not", "why", "whole"}


def files(*patterns):
    """The bytes of short files under tests/, those of cases only inputs."""
    for pattern in patterns:
        for path in sorted(glob.glob(os.path.join(TESTS, pattern))):
            if os.path.basename(path) in NOT_INPUT or os.path.isdir(path):
                continue
            with open(path, "rb") as file:
                data = file.read(LONGEST + 1)
            if len(data) <= LONGEST:
                yield data


def flow_logs():
    return files("cli/flow-*/*", "bugs/*/*", "samples/*")


def record():
    """Four bytes of choices (record.h) before each text."""
    for data in flow_logs():
        if data[:2] != b"\x1f\x8b":
            yield b"\x00\x00\x00\x00" + data
            yield b"\x08\x02\x40\x05" + data


def long():
    """The same, with two bytes that say what is repeated."""
    for number, data in enumerate(flow_logs()):
        if len(data) > 8 and data[:2] != b"\x1f\x8b":
            at = number * 37 % len(data)
            yield b"\x00\x00\x10\x40" + struct.pack(">H", at) + data


RANGES = {
    "destination-port-range": {"max": 2, "min": 1},
    "source-port-range": {"max": 65535, "min": 1024},
}
RULE = {
    "description": 'a "b" \\ \n \x01 \u00e9',
    "icmp-options": {"code": 4, "type": 3},
    "is-stateless": False,
    "protocol": "6",
    "tcp-options": RANGES,
    "udp-options": {"source-port-range": None},
}
LIST = {
    "id": "ocid1.securitylist.x",
    "display-name": "x",
    "ingress-security-rules": [
        dict(RULE, source="0.0.0.0/0"),
        {"source": "10.0.0.0/8", "source-type": "CIDR_BLOCK"},
    ],
    "egress-security-rules": [dict(RULE, destination="::/0")],
}
SUBNET = {
    "id": "ocid1.subnet.a",
    "display-name": "\u00e9",
    "vcn-id": "v",
    "compartment-id": "c",
    "cidr-block": "10.0.0.0/16",
    "ipv4-cidr-blocks": ["10.0.0.0/16", "10.1.0.0/16"],
    "ipv6-cidr-blocks": ["fd00::/64"],
    "security-list-ids": ["ocid1.securitylist.x", "ocid1.securitylist.y"],
}


def spelled(value, join):
    """The same with members' names spelled another way."""
    if isinstance(value, dict):
        return {join(k): spelled(v, join) for k, v in value.items()}
    if isinstance(value, list):
        return [spelled(v, join) for v in value]
    return value


def camel(name):
    first, *others = name.split("-")
    return first + "".join(word.capitalize() for word in others)


def metadata():
    for join in (str, camel, lambda name: name.replace("-", "_")):
        one, other = spelled(SUBNET, join), spelled(LIST, join)
        yield b"\x01", [one, dict(one, id="ocid1.subnet.b")]
        yield b"\x02", [other, {"id": "ocid1.securitylist.y"}]
        yield b"\x00", {"data": [one, other]}
        yield b"\x00", [{"data": {"data": one}}, [other, 1, {"id": "z"}]]


def api():
    """Dumps (0), pages of subnets (1), of lists (2), of compartments (3)."""
    for data in files("cli/meta-*/*", "bugs/meta-*/*"):
        for choice in b"\x00\x01\x02":
            yield bytes([choice]) + data
    for choice, value in metadata():
        yield choice + json.dumps(value).encode()
        yield choice + json.dumps(value, indent=1, ensure_ascii=False).encode()
    yield b'\x03[{"id":"ocid1.compartment.a","compartmentId":"ocid1.t"}]'


TIMES = """2026-08-07T11:34:30.123456789+02:00
2026-02-29 2028-02-29T23:59:60Z 2026-08-01t12:00 now today yesterday
@1785542400.5 @-1 30d 1d12h 90m 2w""".split()
ADDRESSES = """10.0.0.1 255.255.255.255 01.2.3.4 10.0.0.5/16 ::/0 fd00::/8
::ffff:1.2.3.4 2001:db8::1:0:0:1/64 1::2::3 fe80::1%eth0 ::1.2.3.4/128""".split()
COMMANDS = (
    "-m none --since 30d --until now --now @1785542400 -a all -p tcp,17",
    "-d ingress,egress -t internal --internal ula,=10.0.0.0/8 -k data,time x",
    "--format array -z -o out -j 4 --strict --stats=s --rejects r a b c",
    "--list-subnets -m f --max-record 2M --framing json --name *.log d",
    "--time-field start --since 2026-08-01 --security-lists ids -",
    "--help",
)


def text():
    """A TIME (0), an address (1), words of a command line (2)."""
    for word in [*TIMES, "2 days ago", "2026-08-01 12:00:00+02:00"]:
        yield b"\x00" + word.encode()
    for word in ADDRESSES:
        yield b"\x01" + word.encode()
    for line in COMMANDS:
        yield b"\x02" + line.replace(" ", "\n").encode()


CONFIG = """# comment
[DEFAULT]
user=ocid1.user.oc1..a
FingerPrint : aa:bb
key_file = ~/.oci/k.pem

[other]
region=us-ashburn-1
  goes on

  here
; comment
tenancy=
"""
ENDPOINTS = (
    "https://iaas.us-ashburn-1.oraclecloud.com/20160918",
    "https://[::1]:8443",
    "http://127.0.0.1:80/opc/v2",
    "http://[fd00:c1::a9fe:a9fe]/",
    "https://user@host",
)
HEADERS = """HTTP/1.1 429 Too Many Requests
Date: Fri, 07 Aug 2026 11:34:30 GMT
Retry-After: Fri, 07 Aug 2026 11:34:50 GMT
opc-next-page: abc
opc-request-id: x/y/z
Content-Encoding: gzip
retry-after: 120
"""


def config():
    """A config file (0), an endpoint (1), a token (2), header lines (3)."""
    yield b"\x00" + CONFIG.encode()
    yield b"\x00\xef\xbb\xbf" + CONFIG.replace("\n", "\r\n").encode()
    for endpoint in ENDPOINTS:
        yield b"\x01" + endpoint.encode()
    yield b"\x02a.eyJleHAiOjE3ODU1NDI0MDAsInJlc190ZW5hbnQiOiJvIn0.c"
    yield b"\x03" + HEADERS.encode()


def deflated(data):
    """The same data by all means of zlib."""
    for level in (0, 1, 9):
        for strategy in (
            zlib.Z_DEFAULT_STRATEGY,
            zlib.Z_HUFFMAN_ONLY,
            zlib.Z_RLE,
            zlib.Z_FIXED,
        ):
            maker = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
            half = len(data) // 2
            yield (
                maker.compress(data[:half])
                + maker.flush(zlib.Z_FULL_FLUSH)
                + maker.compress(data[half:])
                + maker.flush()
            )


def member(data, packed, flags=0, more=b""):
    """A gzip member of deflated data."""
    header = b"\x1f\x8b\x08" + bytes([flags]) + b"\x00" * 6 + more
    if flags & 2:
        header += struct.pack("<H", zlib.crc32(header) & 0xFFFF)
    trailer = struct.pack("<II", zlib.crc32(data), len(data))
    return header + packed + trailer


def gunzip():
    """Two bytes of choices, then a stream (0) or deflated data (1)."""
    texts = (b"", b"a" * 300, bytes(range(256)), b'{"data":{}}\n' * 9)
    for text in texts:
        for packed in deflated(text):
            yield b"\x07\x01" + packed
    short = next(deflated(b"{}\n"))
    for flags in range(64):
        more = b"\x03\x00abc" if flags & 4 else b""
        more += b"name\x00" if flags & 8 else b""
        more += b"comment\x00" if flags & 16 else b""
        yield b"\x05\x00" + member(b"{}\n", short, flags, more)
    both = member(b"{}\n", short) * 2
    for behind in (b"", b"\x00" * 9, b"\x00\x01", b"\x1f", b"x"):
        yield b"\x09\x00" + both + behind
    yield b"\x09\x00" + both[:-9]


def of(target):
    maker = globals().get(target)
    return maker() if maker else ()
