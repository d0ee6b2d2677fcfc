"""What fuzzing found, as subjects: the packs of tests/fuzz/corpus and the first
inputs, with the options that their leading bytes choose there."""

import os
import sys

from subjects import Subject

FUZZ = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                    "fuzz")
sys.path.insert(0, FUZZ)

import pack  # noqa: E402
import seeds  # noqa: E402

CHOICES = 4     # bytes before the text
LONGEST = 4096

# The subnets that the inputs name.
METADATA = """[
{"id":"ocid1.subnet.a","cidrBlock":"10.0.0.0/24",
 "ipv6CidrBlocks":["fd00:1::/64"],"securityListIds":["ocid1.securitylist.x"]},
{"id":"ocid1.subnet.b","cidrBlock":"8.8.8.0/23"},
{"id":"ocid1.securitylist.x","displayName":"\\u00e9",
 "ingressSecurityRules":[{"protocol":"6","source":"0.0.0.0/0"}]}]
"""


def options(choices):
    """The options of an input, as words."""
    output, selection, time, _ = choices
    yield from ((), (), ("--framing", "ndjson"),
                ("--framing", "json"))[output & 3]
    if output & 4:
        yield from ("--format", "array")
    if output & 8:
        yield from ("-k", "data,time,id,x,type")
    yield from ("-l", ("full", "ids", "none", "full")[output >> 4 & 3])
    if output & 64:
        yield from ("--internal", "ula,cgnat,8.8.8.0/25")
    if output & 128:
        yield from ("-m", "none")
    yield from ("-a", ("accept", "reject", "all", "all")[selection & 3])
    if selection & 4:
        yield from ("-p", "1,6,17,255")
    yield from ((), ("-d", "ingress"), ("-d", "egress"),
                ("-d", "none"))[selection >> 3 & 3]
    yield from ((), ("-t", "internal"), ("-t", "external"),
                ())[selection >> 5 & 3]
    yield from ("--time-field", ("ingested", "event", "start",
                                 "end")[time & 3])
    if time & 4:
        yield from ("-s", "2023-11-14T22:13:20.5Z")
    if time & 8:
        yield from ("-u", "2027-01-15T08:00:00Z")
    yield from ("--max-record", ("1048576", "64", "300",
                                 "4096")[time >> 4 & 3])


def _inputs(folder):
    """The files of a folder, or what the tree has."""
    if folder is None:
        packed = pack.read(os.path.join(FUZZ, "corpus", "record.pack"))
        return {*packed, *seeds.of("record")}
    found = set()
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as file:
            found.add(file.read())
    return found


def all_of(folder=None):
    """Yields each input once."""
    inputs = _inputs(folder)
    for number, data in enumerate(sorted(inputs)):
        text = data[CHOICES:]
        # damaged gzip is for two inflate libraries to agree on
        if len(data) < CHOICES or len(data) > LONGEST or text[:1] == b"\x1f":
            continue
        yield Subject(f"corpus {number}", tuple(options(data[:CHOICES])), text)
