"""Inputs to begin with: real ones, from the files that other tests read."""

import glob
import json
import os
import random
import struct
import zlib

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

LONGEST = 4096

# What in a case's folder is no input.
NOT_INPUT = {"cmd", "out", "err", "status", "needs", "not", "why", "whole"}


def files(*patterns):
    """The bytes of short files under tests/, those of cases only inputs."""
    for pattern in patterns:
        for path in sorted(glob.glob(os.path.join(TESTS, pattern), recursive=True)):
            if os.path.basename(path) in NOT_INPUT or os.path.isdir(path):
                continue
            with open(path, "rb") as file:
                data = file.read(LONGEST + 1)
            if len(data) <= LONGEST:
                yield data


def flow_logs():
    return files("cli/**/flow-*/*", "bugs/*/*", "samples/*")


# Of one record: what stands in data, or in oracle, in its place.
VARIANTS = (
    *({"action": value} for value in ("-", "", None, "REJECT", "accept", 1)),
    *({"status": value} for value in ("NODATA", "SKIPDATA", "OK", 1)),
    *({"protocol": value} for value in ("6", "06", 255, 256, 6.0, "tcp", 17)),
    *({"startTime": value} for value in (1700000000, "1800000000", "x", -1)),
    *({"endTime": value} for value in (1799999999, "1700000001", None)),
    *({"sourceAddress": value} for value in ("10.0.0.9", "fd00:1::1", 1)),
    *({"sourceAddress": value} for value in ("010.0.0.1", "::ffff:10.0.0.1")),
    {"sourceAddress": "8.8.9.9"},
    *({"destinationAddress": value} for value in ("100.64.0.1", "172.32.0.1")),
    *({"vnicsubnetocid": value} for value in ("ocid1.subnet.b", "x", None)),
    *({"ingestedtime": value} for value in ("2023-11-14T22:13:20.5Z", "", 1)),
    {"ingestedtime": "2027-01-15T08:00:00Z"},
    {"ingestedtime": "2027-01-15T07:59:59.999999999Z"},
    {"type": "com.oraclecloud.vcn.flowlogs.DataEvent"},
    {"type": "com.oraclecloud.vcn.flowlogs"},
    {"time": "2024-02-29T23:59:60+01:00"},
)
CHOICES = (
    b"\x00\x00\x00\x00",  # as a bare command line has it
    b"\x0c\x02\x0c\x21",  # kept members, an array, all actions, a time
    b"\x50\x05\x0d\x42",  # ids, more networks, REJECT, protocols, time
    b"\x20\x0a\x0e\x83",  # no lists, ingress, startTime
    b"\x83\x32\x0f\xc7",  # a run, no lookup file, egress, endTime
    b"\x02\x40\x90\x15",  # lines, external, short records
)


def varied():
    """A record with each variant, one line."""
    for variant in VARIANTS:
        value = {
            "data": {
                "action": "ACCEPT",
                "destinationAddress": "8.8.8.8",
                "destinationPort": 443,
                "endTime": 1750000000,
                "protocol": 6,
                "protocolName": "TCP",
                "sourceAddress": "10.0.0.7",
                "startTime": 1750000000,
                "status": "OK",
            },
            "oracle": {
                "ingestedtime": "2026-08-07T11:34:30Z",
                "vnicsubnetocid": "ocid1.subnet.a",
            },
            "time": "2026-08-07T11:34:30Z",
        }
        for name, other in variant.items():
            holders = [part for part in (value["data"], value["oracle"])
                       if name in part] or [value]
            holders[0][name] = other
        yield json.dumps(value).encode() + b"\n"


def of_length(length):
    """A record of so many bytes."""
    text = b'{"data":{"action":"ACCEPT"},"oracle":{},"x":""}'
    return text[:-2] + b"y" * (length - len(text)) + text[-2:]


def record():
    """Four bytes of choices (record.h) before each text."""
    for length in (63, 64, 65, 299, 300, 301):
        for framing in b"\x02\x03":
            for limit in b"\x10\x20":
                choice = bytes([framing, 0, limit, length % 256])
                yield choice + of_length(length) + b"\n"
    for text in varied():
        for choice in CHOICES:
            yield choice + text
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


def table():
    """Two bytes of choices before each text: values that are hard on cells."""
    hard = ("a,b", 'a"b', "a\nb", "a\r", "\t", "\\", "\u0001\u00e9\U0001f600", "null", "",
            None, 7, 1.5e300, True, [1, "a,\t"], {"b": "\n"}, {"b": [{}]}, "\ud83d")
    for number, value in enumerate(hard):
        for ascii_only in (True, False):
            try:
                text = json.dumps({
                    "data": {"action": "ACCEPT", "sourceAddress": value, "x": value,
                             "protocol": 6, "destinationAddress": "10.0.0.7",
                             "bytesOut": value},
                    "x": value, "a.b": value, "a": {"b": value},
                    "oracle": {"vnicsubnetocid": "ocid1.subnet.a", "y": value}},
                    ensure_ascii=ascii_only).encode()
            except UnicodeEncodeError:
                continue
            yield bytes([number * 8 & 255, number]) + text + b"\n" + text + b"\n"
    for text in varied():
        yield b"\x20\x05" + text
    for data in flow_logs():
        if data[:2] != b"\x1f\x8b":
            yield b"\x00\x09" + data


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
    """Dumps (0), pages of subnets (1), lists (2), compartments (3), groups (A),
    rules (B), members (C), addresses (D, E), VCNs (F)."""
    for data in files("cli/**/meta-*/*", "bugs/meta-*/*"):
        for choice in b"\x00\x01\x02":
            yield bytes([choice]) + data
    for choice, value in metadata():
        yield choice + json.dumps(value).encode()
        yield choice + json.dumps(value, indent=1, ensure_ascii=False).encode()
    yield b'\x03[{"id":"ocid1.compartment.a","compartmentId":"ocid1.t"}]'
    yield b'\x02[{"id":"ocid1.securitylist.a"}]'
    yield b'A[{"id":"ocid1.networksecuritygroup.a","vcnId":"ocid1.vcn.a"}]'
    yield (b'B[{"id":"1","direction":"INGRESS","protocol":"6","source":"::/0",'
           b'"tcpOptions":{"destinationPortRange":{"min":1,"max":2}}},{"id":"2",'
           b'"direction":"EGRESS","protocol":"all","destination":"oci-iad-x",'
           b'"destinationType":"SERVICE_CIDR_BLOCK","isValid":false}]')
    yield b'C[{"vnicId":"ocid1.vnic.a"},{"vnicId":"ocid1.vnic.b"}]'
    yield (b'D[{"ipAddress":"10.0.0.1","vnicId":"ocid1.vnic.a",'
           b'"subnetId":"ocid1.subnet.a"},{"ipAddress":"10.0.0.2"}]')
    yield b'E[{"ipAddress":"::1","vnicId":"ocid1.vnic.a"}]'
    yield b'F[{"id":"ocid1.vcn.a","displayName":"x"}]'


SECTIONS = 26


def edit(what, section, at, data=b"", count=None):
    """An edit as frame.h has it."""
    return struct.pack("<BBHB", what, section, at,
                       len(data) if count is None else count) + data


def lookup():
    """A byte that says what is wrong or done, then edits of a good file."""
    yield b"\x00"
    yield b"\x02"
    for section in range(SECTIONS):
        for how in (0, 1, 2, 4 + 3, 8 + 3):
            yield b"\x02" + edit(3, section, 0, count=how)
        for at in range(0, 200, 4):
            for data in (b"\0\0\0\0", b"\1\0\0\0", b"\xff\xff\xff\xff"):
                yield b"\x02" + edit(0, section, at, data)
        for at in (0, 1, 8, 31, 56):
            yield b"\x00" + edit(1, section, at, b"{\"\\\n\xff")
            yield b"\x00" + edit(2, section, at, count=8)
        yield b"\x00" + edit(2, section, 0, count=255)
    for poke in range(0, 832, 4):
        yield b"\x01" + struct.pack("<HB", poke, 1 + poke % 255)


TIMES = """2026-08-07T11:34:30.123456789+02:00
2026-02-29 2020-02-29 1900-02-29 2000-02-29 2100-03-01 2028-02-29T23:59:60Z
2020-03-01T00:00:00Z 2026-08-01t12:00 now today yesterday
@1785542400.5 @-1 30d 1d12h 90m 2w""".split()
ADDRESSES = """10.0.0.1 255.255.255.255 01.2.3.4 10.0.0.5/16 ::/0 fd00::/8
::ffff:1.2.3.4 2001:db8::1:0:0:1/64 1::2::3 fe80::1%eth0
::1.2.3.4/128""".split()
COMMANDS = (
    "-m none --since 30d --until now --now @1785542400 -a all -p tcp,17",
    "-d ingress,egress -t internal --internal ula,=10.0.0.0/8 -k data,time x",
    "--format array -z -o out -j 4 --strict --stats=s --rejects r a b c",
    "--list-subnets -m f --max-record 2M --framing json --name *.log d",
    "--time-field start --since 2026-08-01 --security-lists ids -",
    "--help",
)


NETWORKS = """10.0.0.0/9 # half
 10.128.0.0/9
rfc1918
255.255.255.255/32\t
0.0.0.0/1
ula
fbff:ffff::/32
::/128
ffff::/16
vcn
"""


def text():
    """A TIME (0), an address (1), words of a command line (2), a file of
    networks (3)."""
    for word in [*TIMES, "2 days ago", "2026-08-01 12:00:00+02:00"]:
        yield b"\x00" + word.encode()
    for word in ADDRESSES:
        yield b"\x01" + word.encode()
    for line in COMMANDS:
        yield b"\x02" + line.replace(" ", "\n").encode()
    # a path of more steps than a record has depth
    yield b"\x02-k\n" + b"." * 300
    yield b"\x03" + NETWORKS.encode()


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
PROXIES = (
    "proxy:3128",
    "http://user:pass%23word@proxy.example.com:3128/",
    "socks5h://[::1]:1080",
    "http://user:p#w@proxy:80",
    "http://user:1/w@proxy:80",
    "http://user:p@w@proxy:80",
    "http://s%EFault:317/",
    "http://[::%1]",
    "http://:@:",
)


TWO_DEFAULTS = """[DEFAULT]
a=1
[p]
b=2
 c
[DEFAULT]
  d = 3
    e
"""


def config():
    """A config file (0), an endpoint (1), a token (2), a proxy (3)."""
    yield b"\x00" + CONFIG.encode()
    yield b"\x00\xef\xbb\xbf" + CONFIG.replace("\n", "\r\n").encode()
    yield b"\x00" + TWO_DEFAULTS.encode()
    yield b"\x00" + TWO_DEFAULTS.encode() + b"A=1\n"
    for endpoint in ENDPOINTS:
        yield b"\x01" + endpoint.encode()
    yield b"\x02a.eyJleHAiOjE3ODU1NDI0MDAsInJlc190ZW5hbnQiOiJvIn0.c"
    for proxy in PROXIES:
        yield b"\x03" + proxy.encode()


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
    """Two bytes of choices, then a stream (0), deflated data (1) or a text that
    is to be compressed (2)."""
    texts = (b"", b"a" * 300, bytes(range(256)), b'{"data":{}}\n' * 9)
    for text in texts:
        yield b"\x07\x02" + text
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


# Inputs that broke a promise once.
FOUND = {
    "long": (
        "00007264290a2020",
        "00007264290a20200a7b7d0a",
        "efbb2265747372226caf73750a",
        "08023130302e302f2432340a0a666430303a3a2f382023",
    ),
    "gunzip": (
        "0701d4000000",
        "0701a2aa564a49d4b65551492c494954229a0d00",
        "07014a1c7000ffff4b1c9400ff03000000000000000000",
        "07014a1c9400ff00000000000000" + "ff" * 52 + "4b1c940000",
        "070104c1410d00000c02b1ff6420636e2e41c27e04ef262373"
        "68d357640e776dda89cca14d3b9139b4692732c7030000ffff0500000004d003",
        "070104c1410d00000c02b1ff6420636e2e41c27e04ef6b23736"
        "8d300000000d003",
        "09001f8b0800010200fdff7d0a06b1a1dd030000001f8b08000000000000fdff007d",
    ),
    "config": ("02612e65794a6c65484169000000005a573562692e63",),
}


def rule(**fields):
    """A rule as a lookup file has it; fields by name instead of usual ones."""
    usual = {"high": 10 << 56, "low": 0, "family": 4, "length": 8, "index": 0,
             "protocol": 6, "direction": 0, "kind": 0, "source": (0, 65535),
             "destination": (443, 443), "kinds": (0, 1), "stateless": 0,
             "valid": 1, "icmp": (65535, 65535), "texts": 100,
             "lengths": (40, 30, 0xffffffff, 0xffffffff)}
    usual.update(fields)
    return struct.pack(
        "<QQBB6xIHBBHHHHBBBBHHQIIII", usual["high"], usual["low"],
        usual["family"], usual["length"], usual["index"], usual["protocol"],
        usual["direction"], usual["kind"], *usual["source"],
        *usual["destination"], *usual["kinds"], usual["stateless"],
        usual["valid"], *usual["icmp"], usual["texts"], *usual["lengths"])


def rules():
    """Worlds of a random choice, and rules that stand in a file."""
    rng = random.Random("rules")
    for length in (0, 20, 60, 120, 200, 300, 400) * 8:
        yield b"\0" + rng.randbytes(length)
    peer = {"high": 0, "family": 0, "length": 0}
    held = [rule(), rule(direction=1, protocol=256, kinds=(0, 0),
                         destination=(0, 65535), high=0, length=0),
            rule(family=6, high=0x20010db8 << 32, length=32),
            rule(kind=1, **peer), rule(kind=2, index=2, **peer),
            rule(kind=2, index=0xffffffff, **peer), rule(kind=3, **peer),
            rule(kinds=(2, 3), destination=(0, 0)),
            rule(protocol=257, kinds=(0, 0), destination=(0, 65535)),
            rule(protocol=1, kinds=(0, 0), destination=(0, 65535),
                 icmp=(3, 4), stateless=1, valid=0),
            rule(lengths=(40, 30, 5, 7))]
    # the record: how, protocol, ports, addresses, groups, complete
    for record in ("010006080c000a0000000001", "5101080c060a00ff00aa5500"):
        yield b"\1" + bytes.fromhex(record)[1:] + b"".join(held)
        for each in held:
            yield b"\1" + bytes.fromhex(record)[1:] + each


CONVERSATION = (
    b'{"period":"2026-11-01T00:00:00Z","subnet":"ocid1.subnet.a","vnic":null,'
    b'"local":"10.0.1.5","peer":"198.51.100.7","protocol":6,"local_port":443,'
    b'"peer_port":null,"client_ports":[41511,60830],"began":"peer",'
    b'"action":"ACCEPT","in":{"records":12,"packets":40,"bytes":5120},'
    b'"out":{"records":12,"packets":38,"bytes":90112},'
    b'"first":"2026-11-01T00:00:04Z","last":"2026-11-27T10:00:00Z"}\n')


def report():
    """Three bytes of choices, then conversations of six bytes each, or lines."""
    rng = random.Random("report")
    for count in (1, 2, 4, 8, 16, 40) * 8:
        yield rng.randbytes(1) + b"\x00\x14" + rng.randbytes(6 * count)
    for text in (CONVERSATION, CONVERSATION * 2, b"\n" + CONVERSATION[:-1],
                 CONVERSATION.replace(b"12", b"null"), b'{"data":{},"oracle":{}}\n',
                 zlib.compress(CONVERSATION, wbits=31)):
        for choice in (b"\x00\x80\x01", b"\x42\x87\x14"):
            yield choice + text


def of(target):
    """All first inputs of a target."""
    for text in FOUND.get(target, ()):
        yield bytes.fromhex(text)
    yield from globals()[target]()
