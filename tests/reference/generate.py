#!/usr/bin/env python3
"""Seeded flow logs, clean or with every oddity, and the metadata behind them.

    generate.py [--clean] [--records N] [--seed S] [--shape SHAPE]
                [--gzip [--members N]] >FILE
    generate.py --dumps DIRECTORY [--seed S]

--clean writes real-looking records only, fast; else every second line or so
is odd or broken. --dumps writes the files that vcnmeta build reads.
"""

import argparse
import gzip
import io
import os
import random
import re
import sys
import zlib

import oddities
from world import Flows, World, dumps

# What the parts of a run may hold. A break leaves it open what an opening
# bracket after it means, hence no arrays within broken runs.
RUN_BROKEN = (oddities.bad_value, oddities.bad_utf8, oddities.lone_surrogate,
               oddities.cut)
RUN_BALANCED = (oddities.bad_utf8, oddities.bad_value)
_LEXEMES = re.compile(rb'"(?:[^"\\]|\\.)*"?|[{}\[\],:]|[^"{}\[\],:]+', re.S)


# ---- lines -----------------------------------------------------------------


class Mixer:
    """A seeded stream of units: clean, odd and broken ones."""

    def __init__(self, world, seed, odd=0.3, broken=0.08):
        self.flows = Flows(world, seed)
        self.rng = random.Random(f"mixer {seed}")
        self.odd = odd
        self.broken = broken

    def unit(self, odd=oddities.ODD, broken=oddities.BROKEN):
        """One line or unit, without a line feed."""
        draw = self.rng.random()
        if draw < self.broken:
            return self.rng.choice(broken)(self.rng, self.flows.record())
        if draw < self.broken + self.odd:
            text = self.rng.choice(odd)(self.rng, self.flows.record())
            if self.rng.random() < 0.1:
                return oddities.wrapped_text(self.rng, text)
            return text
        return self.flows.line()


def mixed_lines(world, count, seed, odd=0.3, broken=0.08):
    """Lines as they may come in NDJSON, without their line feeds."""
    mixer = Mixer(world, seed, odd, broken)
    kinds = oddities.ODD + oddities.LINES_ONLY
    lines = []
    for _ in range(count):
        line = mixer.unit(odd=kinds).replace(b"\n", b" ")
        lines.append(line)
        if mixer.rng.random() < 0.02:
            lines.append(mixer.rng.choice((b"", b"  ", b"\t", b"\r", b" \r ")))
    return lines


def clean_line(world, seed):
    """One clean record, to tell NDJSON by."""
    return Flows(world, f"first {seed}").line()


def long_lines(world, count, seed, maximum):
    """Lines of about maximum bytes: just below, at, and past it."""
    mixer = Mixer(world, seed)
    lines = []
    for _ in range(count):
        line = mixer.flows.line()
        want = mixer.rng.choice((0, maximum - 1, maximum, maximum + 1,
                                 maximum + 2, 4 * maximum, 70000))
        gap = want - len(line) - len(b',"pad":""')
        if gap >= 0:
            line = line[:-1] + b',"pad":"' + b"p" * gap + b'"}'
        lines.append(line)
    return lines


def join_lines(lines, seed, bom=False, crlf=0.0, final=True):
    """NDJSON text of lines; crlf: how many of them end in CR LF."""
    rng = random.Random(f"join {seed}")
    parts = []
    for line in lines:
        if bom and (not parts or rng.random() < 0.02):
            parts.append(b"\xef\xbb\xbf")
        parts.append(line)
        parts.append(b"\r\n" if rng.random() < crlf else b"\n")
    if not final and parts:
        parts.pop()
    return b"".join(parts)


# ---- runs of values --------------------------------------------------------


def pretty(text, indent=b"", step=b"  "):
    """Puts every member on a line of its own, whatever the text is worth."""
    out = []
    level = 0
    for lexeme in _LEXEMES.findall(text):
        if lexeme in (b"{", b"["):
            level += 1
            out += [lexeme, b"\n", indent, step * min(level, 40)]
        elif lexeme in (b"}", b"]"):
            level = max(level - 1, 0)
            out += [b"\n", indent, step * min(level, 40), lexeme]
        elif lexeme == b",":
            out += [b",\n", indent, step * min(level, 40)]
        elif lexeme == b":":
            out.append(b": ")
        else:
            out.append(lexeme)
    return b"".join(out)


def array(world, count, seed, shape, broken=False):
    """A top-level array: shape is 'line', 'lines' or 'pretty'."""
    mixer = Mixer(world, seed, broken=0.05)
    kinds = oddities.ODD
    units = []
    for _ in range(count):
        if broken:
            unit = mixer.unit(odd=(oddities.wrapped, oddities.ipv6),
                              broken=RUN_BROKEN)
        else:
            unit = mixer.unit(odd=kinds + (array_element,),
                              broken=RUN_BALANCED)
        units.append(unit if shape != "pretty" else b"  "
                     + pretty(unit, b"  "))
    comma = {"line": b",", "lines": b",\n", "pretty": b",\n"}[shape]
    opening, closing = (b"[", b"]") if shape == "line" else (b"[\n", b"\n]\n")
    if mixer.rng.random() < 0.3:  # cut
        closing = mixer.rng.choice((b"", comma, b" \n"))
    return opening + comma.join(units) + closing


def array_element(rng, record):
    """What an element may be besides an object."""
    text = oddities.encode(record)
    return rng.choice((b"[]", b"[" + text + b"]", b"1", b'"x"', b"null",
                       oddities.search_line(rng, record)))


def pretty_values(world, count, seed, broken=0.05, step=b"  "):
    """Pretty-printed objects one after another, some with a stray comma."""
    mixer = Mixer(world, seed, broken=broken)
    parts = [pretty(mixer.flows.line(), step=step), b"\n"]
    for _ in range(count - 1):
        parts.append(pretty(mixer.unit(broken=RUN_BROKEN), step=step))
        parts.append(mixer.rng.choice((b"\n", b"\n", b",\n", b"\n\n", b" ",
                                       b"\r\n", b"\n},\n")
                                      if mixer.rng.random() < 0.1
                                      else (b"\n",)))
    return b"".join(parts)


def documents(world, count, seed, shape):
    """oci logging-search documents, pretty-printed or 'mixed' with lines."""
    mixer = Mixer(world, seed, broken=0.04)
    parts = []
    while count > 0:
        size = min(count, mixer.rng.choice((0, 1, 3, 20, 50)))
        rows = [mixer.unit(odd=oddities.ODD + (array_row,),
                           broken=RUN_BALANCED) for _ in range(size)]
        rows = [oddities.wrapped_text(mixer.rng, row)
                if mixer.rng.random() < 0.8 else row for row in rows]
        parts.append(_document(mixer.rng, rows, shape))
        count -= max(size, 1)
    return mixer.rng.choice((b"\n", b"\n\xef\xbb\xbf", b"\n\x1e")).join(parts) + b"\n"


def array_row(rng, record):
    text = oddities.encode(record)
    return rng.choice((b"[" + text + b"]", b"[]", b"3",
                       b'{"data":{"results":[' + text + b"]}}"))


def _document(rng, rows, shape):
    head, tail = rng.choice((
        (b'{"data":{"fields":[{"field-name":"results"}],"results":[',
         b'],"summary":{"result-count":3}},"opc-next-page":null}'),
        (b'{"data":{"results":[', b"]}}"),
        (b'{"opc-next-page":"x","data":{"results":[', b'],"summary":{}}}'),
        (b'{"x":{"data":{"results":[1]}},"data":{"results":[', b']},"z":[1]}'),
        (b'{"d\\u0061ta":{"a":"]}\\"","result\\u0073":[', b"]}}"),
        (b'{"results":[', b'],"opc-next-page":"x"}')))
    text = head + b",".join(rows) + tail
    if shape == "pretty" or rng.random() < 0.5:
        return pretty(text)
    return b"{\n" + text[1:]


# ---- compression -----------------------------------------------------------


def members(data, seed, count, level=1):
    """gzip of many members, cut anywhere, with every optional field."""
    rng = random.Random(f"members {seed}")
    cuts = sorted(rng.randrange(len(data) + 1) for _ in range(count - 1))
    parts = []
    for begin, end in zip([0] + cuts, cuts + [len(data)]):
        parts.append(member(data[begin:end], rng, level))
    return b"".join(parts)


def member(data, rng, level):
    """One gzip member with a random set of header fields."""
    flags = rng.randrange(32) & 0x1F
    head = bytes((0x1F, 0x8B, 8, flags)) + rng.randbytes(6)
    if flags & 4:
        size = rng.choice((0, 1, 300))
        head += size.to_bytes(2, "little") + rng.randbytes(size)
    for bit in (8, 16):
        if flags & bit:
            head += b"n" * rng.choice((0, 5, 2000)) + b"\0"
    if flags & 2:
        head += (zlib.crc32(head) & 0xFFFF).to_bytes(2, "little")
    deflater = zlib.compressobj(level, zlib.DEFLATED, -15)
    body = deflater.compress(data) + deflater.flush()
    return (head + body + zlib.crc32(data).to_bytes(4, "little")
            + (len(data) & 0xFFFFFFFF).to_bytes(4, "little"))


# ---- the command line ------------------------------------------------------


def write_clean(world, count, seed, out):
    """count clean records to out, in pieces."""
    flows = Flows(world, seed)
    while count > 0:
        piece = min(count, 1000)
        out.write(b"\n".join([flows.line() for _ in range(piece)]) + b"\n")
        count -= piece


class MemberWriter(io.RawIOBase):
    """Compresses what it is given into members of about size bytes."""

    def __init__(self, out, size):
        super().__init__()
        self.out = out
        self.size = size
        self.held = []
        self.length = 0

    def write(self, data):
        self.held.append(data)
        self.length += len(data)
        if self.length >= self.size:
            self.finish()
        return len(data)

    def finish(self):
        """Ends the member."""
        if self.held:
            self.out.write(gzip.compress(b"".join(self.held), 6, mtime=0))
        self.held, self.length = [], 0


def write_dumps(world, directory):
    """The files for vcnmeta build; returns their paths."""
    paths = []
    for name, text in dumps(world).items():
        path = os.path.join(directory, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(text)
        paths.append(path)
    return paths


SHAPES = {
    "ndjson": lambda world, n, seed: join_lines(
        mixed_lines(world, n, seed), seed),
    "array": lambda world, n, seed: array(world, n, seed, "line"),
    "pretty-array": lambda world, n, seed: array(world, n, seed, "pretty"),
    "pretty": pretty_values,
    "documents": lambda world, n, seed: documents(world, n, seed, "pretty"),
}


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--clean", action="store_true")
    parser.add_argument("--records", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--shape", choices=SHAPES, default="ndjson")
    parser.add_argument("--gzip", action="store_true")
    parser.add_argument("--members", type=int, default=1)
    parser.add_argument("--dumps", metavar="DIRECTORY")
    given = parser.parse_args()
    world = World(given.seed)
    if given.dumps:
        write_dumps(world, given.dumps)
        return
    out = sys.stdout.buffer
    if given.gzip and given.members > 1:
        out = MemberWriter(out, given.records * 1250 // given.members)
    elif given.gzip:
        out = gzip.GzipFile(fileobj=out, mode="wb", compresslevel=6, mtime=0)
    if given.clean:
        write_clean(world, given.records, given.seed, out)
    else:
        out.write(SHAPES[given.shape](world, given.records, given.seed))
    if isinstance(out, MemberWriter):
        out.finish()
    elif given.gzip:
        out.close()


if __name__ == "__main__":
    main()
