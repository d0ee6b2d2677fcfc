"""Holds the map against sums of the conversations: a pair's bytes are the more of
what one end sent and what the other got."""

import collections
import ipaddress
import json
import sys

sent, got = collections.Counter(), collections.Counter()
subnets = {}
for one in json.load(open("dump.json")):
    if "cidrBlock" in one:
        subnets[one["cidrBlock"].rsplit(".", 1)[0]] = one["id"]


def place(address):
    inside = subnets.get(address.rsplit(".", 1)[0])
    # a documentation range is no private one here
    private = address.startswith(("10.", "192.168."))
    return inside or ("private" if private else "internet")


for line in open("conversations.ndjson"):
    talk = json.loads(line)
    ipaddress.ip_address(talk["peer"])
    own, other = talk["subnet"], place(talk["peer"])
    sent[own, other] += talk["out"]["bytes"]
    got[other, own] += talk["in"]["bytes"]
pairs = {pair: max(sent[pair], got[pair]) for pair in sent | got}
totals = collections.Counter()
for (one, other), size in pairs.items():
    for end in {one, other}:
        totals[end] += size
largest = sorted((end for end in totals if end.startswith("ocid1")),
                 key=lambda end: (-totals[end], end))[:40]


def shown(size):
    if size == 0:
        return ""
    for unit in ("B", "kB", "MB", "GB", "TB"):
        if size < (1000 if unit == "B" else 999.5):
            return ("%.0f %s" if unit == "B" or size >= 99.95 else "%.1f %s") % (size, unit)
        size /= 1000


sums = collections.Counter()
for (one, other), size in pairs.items():
    fold = [end if end in largest or "ocid1" not in end else "others"
            for end in (one, other)]
    sums[tuple(fold)] += size
expected = collections.Counter(shown(size) for size in sums.values())
lines = [line.rstrip("\n") for line in sys.stdin]
head = next(i for i, line in enumerate(lines) if line.startswith("from "))
rows = [(line + " ").split(" | ") for line in lines[head + 1:]]
cells = collections.Counter(cell.strip() for row in rows for cell in row[1:])
print(len(rows), "rows,", rows[-3][0], "/", rows[-2][0], "/", rows[-1][0])
del cells[""]
del expected[""]
print("cells are", "as summed" if cells == expected else (cells - expected, expected - cells))
