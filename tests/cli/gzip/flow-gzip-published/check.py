"""Streams that the published faults of zlib were about, made anew.

Behind a stored block of lines stands a block with dynamic codes, which is
wrong in the way that mattered then, or ends early.
"""

import os
import subprocess
import sys
import time

sys.path.insert(0, os.environ["TESTS"] + "/cli")
import flows  # noqa: E402

ORDER = (16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15)
# lengths of codes that need the largest tables: 852 and 592 entries
LARGE_LITERALS = {2: 3, 10: 233, 11: 45, 12: 1, 13: 1, 14: 1, 15: 2}
LARGE_DISTANCES = {2: 3, 3: 1, 7: 13, 8: 5, 9: 1, 10: 1, 11: 1, 12: 1, 13: 1,
                   14: 1, 15: 2}


class Bits:
    """Deflate's order: from the lowest bit on, codes from their highest."""

    def __init__(self):
        self.bits = []

    def number(self, value, width):
        self.bits += [value >> n & 1 for n in range(width)]

    def code(self, value, width):
        self.bits += [value >> n & 1 for n in reversed(range(width))]

    def data(self):
        padded = self.bits + [0] * (-len(self.bits) % 8)
        return bytes(
            sum(bit << n for n, bit in enumerate(padded[at : at + 8]))
            for at in range(0, len(padded), 8)
        )


def dynamic(lengths, literals, code_lengths=None):
    """The beginning of a dynamic block; a length may be a repetition (16 …).

    Without code_lengths the lengths 0 to 15 have codes of four bits.
    """
    bits = Bits()
    bits.number(1, 1)
    bits.number(2, 2)
    total = sum(item[1] if isinstance(item, tuple) else 1 for item in lengths)
    bits.number(literals - 257, 5)
    bits.number(max(total - literals, 1) - 1, 5)
    bits.number(19 - 4, 4)
    code_lengths = code_lengths or [4] * 16 + [0] * 3
    for symbol in ORDER:
        bits.number(code_lengths[symbol], 3)
    for item in lengths:
        if isinstance(item, tuple):
            bits.code(*item[2])
            bits.number(*item[3])
        else:
            bits.code(item, 4)
    return bits


def spread(counts):
    return [length for length, n in counts.items() for _ in range(n)]


def set_of(*lengths, size):
    return list(lengths) + [0] * (size - len(lengths))


GOOD = set_of(size=256) + [1]      # the end of the block alone has a code
FLAT = [8] * 254 + [9] * 4         # a full set of literals
# 0 to 14 and 16: codes of four bits
WITH_REPEAT = [4] * 15 + [0, 4, 0, 0]
REPEAT = (15, 4)
BLOCKS = {
    # 2002-0059: freed twice where a set of codes was refused
    "too many codes of code lengths": dynamic([], 257, [1] * 19),
    "too many literal codes": dynamic([1] * 257 + [1], 257),
    "too many distance codes": dynamic(FLAT[:257] + [1] * 3, 257),
    # 2004-0797: went on after a refused repetition
    "a repetition of nothing": dynamic(
        [(None, 3, REPEAT, (0, 2))] + [0] * 255, 257, WITH_REPEAT),
    "a repetition behind the end": dynamic(
        [0] * 255 + [1, 1] + [1, (None, 2, REPEAT, (3, 2))], 257,
        WITH_REPEAT),
    # 2005-1849: tables larger than was reckoned
    "the largest tables": dynamic(
        spread(LARGE_LITERALS) + spread(LARGE_DISTANCES), 286),
    # 2005-2096: sets that leave codes over
    "one long distance code": dynamic(FLAT[:257] + [15], 257),
    "one long literal code": dynamic([0] * 256 + [15, 1], 257),
    "few distance codes": dynamic(FLAT[:257] + [3, 3, 3], 257),
    "few literal codes": dynamic([5] * 20 + [0] * 236 + [5, 1], 257),
}


def stored(text):
    size = len(text)
    return (b"\0" + size.to_bytes(2, "little")
            + (size ^ 0xFFFF).to_bytes(2, "little") + text)


def judge(what, status, out, told, whole):
    if status != 1 or told.count(b"\n") != 1:
        print(what, status, told)
    if out != whole:
        print(what, "lines before it:", out)


plain = flows.random_records(20)
whole = flows.enriched(plain)
first = flows.member(plain)
for name, bits in BLOCKS.items():
    for more in (b"", b"\0" * 300, b"\xff" * 300, bytes(range(256))):
        text = flows.member(plain, deflated=stored(plain) + bits.data() + more)
        for before in (b"", first):
            done = flows.run("-j", "1", data=before + text)
            out = whole * 2 if before else whole
            # what is decoded of the bytes behind a good block is no line
            judge(name, done.returncode, done.stdout, done.stderr, out)

# 2022-37434: an extra field that is longer than who asks for it expects,
# and comes in pieces
extra = b"\x1f\x8b\x08\x04\0\0\0\0\0\3\xff\xff" + b"e" * 65535
cut = flows.member(plain, header=extra)[:-9]
program = subprocess.Popen(
    [*flows.COMMAND, "-j", "1"],
    stdin=subprocess.PIPE,
    stdout=subprocess.PIPE,
    stderr=subprocess.PIPE,
    bufsize=0,
)
for at in range(0, len(cut), 5000):
    program.stdin.write(cut[at : at + 5000])
    time.sleep(0.001)
out, told = program.communicate()
if program.returncode != 1 or not whole.startswith(out) or out[-1:] != b"\n":
    print("a long extra field:", program.returncode, out, told)
