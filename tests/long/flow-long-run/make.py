"""make.py SIZE: the folder "objects", so much when inflated, and "plan.json".

2,000 objects, of 64 contents that are linked over and over; one in fifty is
damaged in one of six ways. The plan says of each object what it holds: how
many records of what verdict, and which lines have to come out.
"""

import gzip
import json
import os
import random
import sys
import zlib

sys.path.insert(0, os.environ["TESTS"] + "/reference")
from world import Flows, World  # noqa: E402

OBJECTS = 2000
CONTENTS = 64
DAMAGED = 50  # one in so many
WORLD = World(7)
RNG = random.Random(2000)
UNITS = {"K": 10**3, "M": 10**6, "G": 10**9}


def bytes_of(text):
    if text[-1] in UNITS:
        return int(float(text[:-1]) * UNITS[text[-1]])
    return int(text)


def text_of(seed, size):
    """Whole lines, at least size bytes."""
    flows, lines, length = Flows(WORLD, seed), [], 0
    while length < size:
        lines.append(flows.line() + b"\n")
        length += len(lines[-1])
    return b"".join(lines)


def refuse(name):
    raise ValueError(name)


def verdict(line):
    """What must become of a line: told by json.loads, nothing of ours."""
    try:
        value = json.loads(line.decode(), parse_constant=refuse)
        action = value["data"].get("action")
        if not isinstance(value["oracle"], dict):
            return "bad"
    except (ValueError, KeyError, TypeError, AttributeError):
        return "bad"
    if not str(value.get("type")).startswith("com.oraclecloud.vcn.flowlogs."):
        return "filtered"
    if action in (None, "", "-"):
        return "no_data"
    return "emitted" if action == "ACCEPT" else "filtered"


def count(text, whole):
    """Records by verdict; whole: the last line counts without its LF too."""
    lines = text.split(b"\n")
    half = lines.pop()
    counts = {"emitted": 0, "filtered": 0, "no_data": 0, "bad": 0}
    for line in lines:
        if line:
            counts[verdict(line)] += 1
    if half:
        counts[verdict(half) if whole else "bad"] += 1
    return counts


def inflated(stored):
    """As much as comes out; a byte at a time, for what zlib keeps back."""
    inflater, text = zlib.decompressobj(31), b""
    try:
        for at in range(0, len(stored), 16):
            before = inflater.copy()
            text_before = len(text)
            text += inflater.decompress(stored[at : at + 16])
    except zlib.error:
        text = text[:text_before]
        try:
            for byte in stored[at : at + 16]:
                text += before.decompress(bytes((byte,)))
        except zlib.error:
            pass
    return text


# Each gives what is stored and what of it comes out, and if that is for sure.


def truncated(stored, text):
    cut = stored[: RNG.randrange(len(stored) // 4, len(stored) - 8)]
    return cut, inflated(cut), True


def flipped(stored, text):
    damaged = bytearray(stored)
    bit = RNG.randrange(len(stored) * 2, len(stored) * 8 - 64)
    damaged[bit // 8] ^= 1 << bit % 8
    return bytes(damaged), inflated(bytes(damaged)), False


def garbage(stored, text):
    return stored + RNG.randbytes(100) + b"x", text, True


def empty(stored, text):
    return b"", b"", True


def no_gzip(stored, text):
    noise = b"\x00" + RNG.randbytes(3000).replace(b"\x1f\x8b", b"..")
    return noise, noise, True


def bad_record(stored, text):
    lines = text.splitlines(True)
    middle = len(lines) // 2
    lines[middle] = lines[middle][: len(lines[middle]) // 2] + b"\n"
    text = b"".join(lines)
    return gzip.compress(text, 6, mtime=0), text, True


DAMAGES = (truncated, flipped, garbage, empty, no_gzip, bad_record)


def main():
    size = bytes_of(sys.argv[1])
    os.mkdir("objects")
    os.mkdir("contents")
    texts, stored, counts = [], [], []
    for seed in range(CONTENTS):
        texts.append(text_of(seed, size // OBJECTS))
        stored.append(gzip.compress(texts[-1], 6, mtime=0))
        counts.append(count(texts[-1], True))
        with open(f"contents/{seed}.gz", "wb") as file:
            file.write(stored[-1])
        with open(f"contents/{seed}.log", "wb") as file:
            file.write(texts[-1])
    plan = []
    for number in range(OBJECTS):
        name = f"objects/{number:04}.log.gz"
        content = number % CONTENTS
        if number % DAMAGED == DAMAGED // 2:
            kind = DAMAGES[number // DAMAGED % len(DAMAGES)]
            data, text, certain = kind(stored[content], texts[content])
            with open(name, "wb") as file:
                file.write(data)
            with open(f"contents/{number}.part", "wb") as file:
                file.write(text[: text.rfind(b"\n") + 1] if certain else b"")
            plan.append(
                {
                    "name": name,
                    "damage": kind.__name__,
                    "certain": certain,
                    "counts": count(text, kind in (no_gzip, bad_record)),
                    "inflated": len(text),
                }
            )
        else:
            os.link(f"contents/{content}.gz", name)
            plan.append(
                {
                    "name": name,
                    "content": content,
                    "counts": counts[content],
                    "inflated": len(texts[content]),
                }
            )
    with open("plan.json", "w", encoding="utf-8") as file:
        json.dump(plan, file)


main()
