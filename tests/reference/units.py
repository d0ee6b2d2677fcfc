"""From the bytes of one input to the units that are judged alone.

Told from the contract, section 2: compression by magic bytes, the byte order
mark, framing, lines, runs of values, and what a broken value costs.
"""

import re
import zlib
from typing import NamedTuple

from strictjson import MARK, indent_of, scan

BLANK = b" \t\r\n"
_SKIP = re.compile(rb"[ \t\r\n,\x1e]*+")
_SPACE = re.compile(rb"[ \t\r\n]*+")
_LONELY_BRACE = re.compile(rb"\{[ \t\r]*+\n")


class Unit(NamedTuple):
    """What is judged alone, or known to be one bad record already."""

    text: bytes     # as --rejects writes it
    bad: bool       # no need to judge it
    row: bool       # of a search document: that step of unwrapping is done
    line: int       # NDJSON: its line, from 1; else 0


# ---- compression -----------------------------------------------------------


def inflate(stored):
    """Returns (bytes, damage): damage is None or a word for the first."""
    if stored[:2] != b"\x1f\x8b":
        if stored == b"\x1f":
            return b"", "cut"
        return stored, None
    out = []
    damage = None
    at = 0
    while True:
        member, end, fault = _member(stored, at)
        out.append(member)
        damage = damage or fault
        if fault not in (None, "checksum"):
            break
        at = end
        if not stored[at:].strip(b"\0"):
            break
        if stored[at:at + 2] != b"\x1f\x8b":
            damage = damage or ("cut" if stored[at:] == b"\x1f" else "garbage")
            break
    return b"".join(out), damage


def _header(stored, at):
    """Behind the header of the member at at, or None and a word."""
    fixed = stored[at:at + 10]
    if len(fixed) >= 3 and fixed[2] != 8:
        return None, "method"
    if len(fixed) >= 4 and fixed[3] & 0xE0:
        return None, "flags"
    if len(fixed) < 10:
        return None, "cut"
    here = at + 10
    if fixed[3] & 4:
        if len(stored) < here + 2:
            return None, "cut"
        here += 2 + int.from_bytes(stored[here:here + 2], "little")
    for bit in (8, 16):
        if fixed[3] & bit:
            nul = stored.find(b"\0", here)
            if nul < 0:
                return None, "cut"
            here = nul + 1
    if fixed[3] & 2:
        want = zlib.crc32(stored[at:here]) & 0xFFFF
        if len(stored) < here + 2:
            return None, "cut"
        if int.from_bytes(stored[here:here + 2], "little") != want:
            return None, "header checksum"
        here += 2
    return (here, None) if here <= len(stored) else (None, "cut")


def _member(stored, at):
    """Returns (bytes, end, damage) of the member at at."""
    here, fault = _header(stored, at)
    if fault:
        return b"", at, fault
    inflater = zlib.decompressobj(-15)
    out = []
    try:
        # In small pieces: what stands before the damage is handed out.
        while here < len(stored) and not inflater.eof:
            piece = stored[here:here + 65536]
            out.append(inflater.decompress(piece))
            here += len(piece) - len(inflater.unused_data)
    except zlib.error:
        return b"".join(out) + _before_damage(stored, at, out), at, "data"
    text = b"".join(out)
    if not inflater.eof:
        return text + inflater.flush(), here, "cut"
    trailer = stored[here:here + 8]
    if len(trailer) < 8:
        return text, here, "cut"
    good = (trailer[:4] == zlib.crc32(text).to_bytes(4, "little")
            and trailer[4:] == (len(text) & 0xFFFFFFFF).to_bytes(4, "little"))
    return text, here + 8, None if good else "checksum"


def _before_damage(stored, at, done):
    """The bytes of the damaged piece that could still be inflated."""
    here, _ = _header(stored, at)
    inflater = zlib.decompressobj(-15)
    out = []
    try:
        for index in range(here, len(stored)):
            out.append(inflater.decompress(stored[index:index + 1]))
    except zlib.error:
        pass
    return b"".join(out)[sum(map(len, done)):]


# ---- framing ---------------------------------------------------------------


def is_run(text):
    """Tells a run of values from NDJSON by the first non-blank bytes."""
    start = _SPACE.match(text).end()
    while text.startswith(MARK, start) and text[max(start - 1, 0):start] in (b"", b"\n"):
        start = _SPACE.match(text, start + len(MARK)).end()
    return (text[start:start + 1] in (b"[", b"\x1e")
            or bool(_LONELY_BRACE.match(text, start)))


def units(text, framing, max_record, damaged):
    """Yields the units of one input's inflated bytes."""
    if framing == "json" or (framing == "auto" and is_run(text)):
        return _Run(text, max_record).units()
    return _lines(text, max_record, damaged)


# ---- lines -----------------------------------------------------------------


def _lines(text, max_record, damaged):
    lines = text.split(b"\n")
    half = len(lines) if damaged else 0
    for number, line in enumerate(lines, 1):
        line = line.removeprefix(MARK)
        content = line.strip(BLANK)
        if not content:
            continue
        length = len(line) - (line.endswith(b"\r") and number < len(lines))
        if length > max_record:
            yield Unit(line, True, False, number)
        elif number == half:
            yield Unit(line, True, False, number)
        elif content.startswith(b"["):
            yield from _line_array(line, number)
        else:
            yield Unit(line, False, False, number)


def _line_array(line, number):
    """The elements of an array on a line of its own, a small run: what is
    neither a balanced element nor a comma costs the rest of the line, and so
    does an array that is not closed."""
    at = line.index(b"[") + 1
    while True:
        at = _SKIP.match(line, at).end()
        end = at
        if line[at:at + 1] not in (b"]", b"}", b""):
            found = scan(line, at, 0)
            if found.state != "whole":
                break
            end = found.end
            yield Unit(line[at:end], False, False, number)
        rest = line[end:].strip(BLANK)
        if rest == b"]":
            return
        at = end
        if not rest.startswith(b","):
            break
    yield Unit(line[at:], True, False, number)


# ---- runs ------------------------------------------------------------------


class _Run:
    """A run of JSON values: top-level values, arrays, search documents."""

    def __init__(self, text, max_record):
        self.text = text
        self.max_record = max_record
        self.at = 0
        self.broken = False  # a break came: stray closers are no matter
        self.inside = None   # None, "array", or "rows"
        self.outer = 0       # how far the line of that is indented
        self.around = ()     # the brackets around the rows

    def units(self):
        while True:
            self._skip()
            if self.at >= len(self.text):
                if self.inside is not None:  # cut between elements
                    yield Unit(b"", True, False, 0)
                return
            byte = self.text[self.at:self.at + 1]
            if byte in b"]}":
                yield from self._closer(byte)
            elif byte == b"[" and self.inside is None:
                self.inside = "array"
                self.outer = indent_of(self.text, self.at)
                self.at += 1
            elif byte == b"{" and self.inside is None:
                yield from self._object()
            else:
                yield self._unit(self.inside == "rows")

    def _skip(self):
        """What stands between units; marks at the start of lines, too."""
        self.at = _SKIP.match(self.text, self.at).end()
        while (self.text.startswith(MARK, self.at)
               and self.text[max(self.at - 1, 0):self.at] in (b"", b"\n")):
            self.at = _SKIP.match(self.text, self.at + len(MARK)).end()

    def _unit(self, row):
        """The unit that begins here, whole or broken."""
        start = self.at
        found = scan(self.text, start, indent_of(self.text, start))
        return self._take(start, found, row)

    def _take(self, start, found, row):
        bad = found.state != "whole"
        self.at = found.end
        if self.inside is not None and self.at == len(self.text) \
                and self.text[start:start + 1] not in b'"[{':
            bad = True  # a bare word might go on
        if bad:
            self.broken = True
            if found.end == len(self.text) \
                    or indent_of(self.text, found.end) <= self.outer:
                self.inside = None
        text = self.text[start:self.at]
        return Unit(text, bad or len(text) > self.max_record, row, 0)

    def _object(self):
        """A top-level object: a search document's rows, or one unit."""
        start = self.at
        found = scan(self.text, start, indent_of(self.text, start),
                     want_rows=True)
        if found.rows is None:
            yield self._take(start, found, False)
        elif found.rows - 1 - start > self.max_record:  # too long before them
            yield self._unit(False)
        else:
            self.inside = "rows"
            self.outer = indent_of(self.text, start)
            self.around = (b"{",) * found.depth
            self.at = found.rows

    def _closer(self, byte):
        start = self.at
        self.at += 1
        if self.inside == "array" and byte == b"]":
            self.inside = None
        elif self.inside == "rows" and byte == b"]":
            self.inside = None
            yield from self._after_rows()
        elif not self.broken:
            yield Unit(self.text[start:self.at], True, False, 0)

    def _after_rows(self):
        """The rest of a search document costs no record, if it is whole; else
        one bad record, which stands from the break on."""
        start = self.at
        found = scan(self.text, start, indent_of(self.text, start),
                     stack=self.around)
        if found.state == "whole":
            self.at = found.end
        else:
            self.broken = True
            self.at = found.end
            broke = found.end if found.state == "cut" else found.broke
            yield Unit(self.text[broke:self.at], True, False, 0)
