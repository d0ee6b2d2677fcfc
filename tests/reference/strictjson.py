"""A strict JSON scanner that yields byte spans.

Python's json module is of no use as a judge here: it takes NaN, guesses
UTF-16, lets lone surrogates through, turns numbers into floats, and forgets
where a value stood. So this one: RFC 8259 over the whole text, well-formed
UTF-8, every \\u surrogate paired, a depth limit; every value knows its first
and last byte, so that it can be carried as it stood.

The second half finds where a value ends by brackets and quotes alone, for
runs of values of which some are broken.
"""

import json
import re

WS = rb"[ \t\n\r]*+"
ESCAPE = (rb'\\(?:["\\/bfnrt]|u(?:(?![dD][89a-fA-F])[0-9a-fA-F]{4}'
          rb"|[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}))")
STRING = rb'"(?:[^"\\\x00-\x1f]++|' + ESCAPE + rb')*+"'
NUMBER = rb"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?"
SCALAR = rb"(?:" + STRING + rb"|" + NUMBER + rb"|true|false|null)"

# One step of an object or array: a (named) scalar, or the start of a
# container, and for a scalar what stands after it.
_VALUE = rb"(?:(" + SCALAR + rb")" + WS + rb"([,\]}]?)|([\[{]))"
_MEMBER = re.compile(WS + rb"(" + STRING + rb")" + WS + rb":" + WS + _VALUE)
_ELEMENT = re.compile(WS + _VALUE)
_DELIMITER = re.compile(WS + rb"([,\]}])")
_SPACE = re.compile(WS)
_LONE = re.compile(WS + rb"(" + SCALAR + rb")" + WS + rb"\Z")
_TOKENS = re.compile(rb'("(?:[^"\\]++|\\.)*+")|[ \t\n\r]++')


class Invalid(Exception):
    """The text is not what the contract calls valid."""


class Value:
    """One value of a text: kind is 's' 'n' 't' 'f' '0' 'o' or 'a'."""

    __slots__ = ("text", "start", "end", "kind", "inside", "depth")

    def __init__(self, text, start, kind):
        self.text = text
        self.start = start
        self.end = start
        self.kind = kind
        self.inside = None  # of an object: dict of bytes; of an array: list
        self.depth = 0      # levels of containers, itself included

    def raw(self):
        """The bytes as they stand."""
        return self.text[self.start:self.end]

    def member(self, name):
        """The last member of that name, or None; None for a non-object."""
        return self.inside.get(name) if self.kind == "o" else None

    def spelled(self):
        """What a string spells, as UTF-8; None for anything else."""
        if self.kind != "s":
            return None
        return spell(self.raw())


_KINDS = {b'"': "s", b"t": "t", b"f": "f", b"n": "0", b"{": "o", b"[": "a"}


def spell(quoted):
    """What a valid string token spells, as UTF-8."""
    if b"\\" not in quoted:
        return quoted[1:-1]
    return json.loads(quoted).encode()


def is_object(value):
    return value is not None and value.kind == "o"


def is_array(value):
    return value is not None and value.kind == "a"


def _scalar(text, start, end):
    value = Value(text, start, _KINDS.get(text[start:start + 1], "n"))
    value.end = end
    return value


def parse(text, max_depth):
    """Judges text, one value and white space; raises Invalid."""
    if not text.isascii():
        try:
            text.decode("utf-8")
        except UnicodeDecodeError:
            raise Invalid("not UTF-8") from None
    start = _SPACE.match(text).end()
    if text[start:start + 1] not in (b"{", b"["):
        lone = _LONE.match(text)
        if lone is None:
            raise Invalid("no value")
        return _scalar(text, lone.start(1), lone.end(1))
    value = _container(text, start, max_depth)
    if _SPACE.match(text, value.end).end() != len(text):
        raise Invalid("something after the value")
    return value


def _open(text, at):
    value = Value(text, at, "o" if text[at] == 0x7B else "a")
    value.inside = {} if value.kind == "o" else []
    value.depth = 1
    return value


def _container(text, at, max_depth):
    """The container that opens at at; a loop with a stack of its own."""
    top = _open(text, at)
    stack = [top]
    keys = [None]
    at += 1
    if max_depth < 1:
        raise Invalid("too deep")
    closed = _empty(text, at, top)
    at = closed or at
    while True:
        value = stack[-1]
        if not closed:
            isobject = value.kind == "o"
            step = (_MEMBER if isobject else _ELEMENT).match(text, at)
            if step is None:
                raise Invalid("no value where one is due")
            group = 2 if isobject else 1
            key = spell(step.group(1)) if isobject else None
            if step.group(group) is None:
                at = step.end()
                child = _open(text, at - 1)
                if len(stack) >= max_depth:
                    raise Invalid("too deep")
                stack.append(child)
                keys.append(key)
                closed = _empty(text, at, child)
                at = closed or at
                continue
            _put(value, key, _scalar(text, *step.span(group)))
            mark = step.group(group + 1)
            at = step.end()
        else:
            stack.pop()
            key = keys.pop()
            value.end = at
            if not stack:
                return value
            parent = stack[-1]
            parent.depth = max(parent.depth, value.depth + 1)
            _put(parent, key, value)
            value = parent
            step = _DELIMITER.match(text, at)
            if step is None:
                raise Invalid("no comma or bracket where one is due")
            mark = step.group(1)
            at = step.end()
        closed = mark != b","
        if closed and mark != (b"}" if value.kind == "o" else b"]"):
            raise Invalid("wrong bracket")


def _empty(text, at, value):
    """Behind the closing bracket of an empty container, else 0."""
    at = _SPACE.match(text, at).end()
    closer = 0x7D if value.kind == "o" else 0x5D
    return at + 1 if at < len(text) and text[at] == closer else 0


def _put(container, key, value):
    if container.kind == "o":
        container.inside[key] = value
    else:
        container.inside.append(value)


def without_marks(text):
    """The text with blanks for marks at the start of any line but the first."""
    return text.replace(b"\n" + MARK, b"\n   ")


def without_space(raw):
    """A valid text without the white space between its tokens."""
    return _TOKENS.sub(lambda found: found.group(1) or b"", raw)


# ---- brackets and quotes alone ---------------------------------------------

_QUOTED = rb'"(?:[^"\\\n]++|\\[^\n])*+'
MARK = b"\xef\xbb\xbf"  # skipped at the start of a line
_INDENT = rb"(?:" + MARK + rb")?(?P<blanks>[ \t\r\x1e]*+)"
_SCAN = re.compile(rb'(?P<string>' + _QUOTED + rb'("?))|\n' + _INDENT +
                   rb'|(?P<punctuation>[\[\]{},:])|(?P<blank>[ \t\r]++)'
                   rb'|[^"\[\]{},:\n \t\r]++')
_RESYNC = re.compile(rb"\n" + _INDENT + rb"\{")
SEPARATOR = b"\x1e"  # a blank of no width at the start of a line
_BAREWORD = re.compile(rb"[^ \t\n\r,\[\]{}\"]++")
_FITS = {b"]": b"[", b"}": b"{"}


class Scan:
    """Where a unit ends: end, and why: 'whole', 'broken' or 'cut'.

    Of a broken one, end is where reading resumes. rows: after the '[' of
    /data/results or /results, if that was asked for and came first, in so many
    objects as depth says. broke: of a broken one, where what breaks it stands.
    """

    def __init__(self, state, end, rows=None, broke=None, depth=0):
        self.state = state
        self.end = end
        self.rows = rows
        self.depth = depth
        self.broke = broke


def width(blanks):
    """How far they indent a line: what is no space or tab has no width."""
    return blanks.count(b" ") + blanks.count(b"\t")


def indent_of(text, at):
    """How far the line in which at stands is indented."""
    begin = text.rfind(b"\n", 0, at) + 1
    if text.startswith(MARK, begin):
        begin += len(MARK)
    here = begin
    while here < len(text) and text[here] in b" \t\r\x1e":
        here += 1
    return width(text[begin:here])


def resync(text, at, indent):
    """The start of the line where reading resumes after a break at at."""
    for found in _RESYNC.finditer(text, at):
        if width(found.group("blanks")) <= indent:
            return found.start() + 1
    return len(text)


def scan(text, at, indent, stack=(), want_rows=False):
    """Scans the value that begins at at, or what is left of one whose open
    brackets are stack."""
    if not stack and text[at] not in b'"[{':
        return Scan("whole", _BAREWORD.match(text, at).end())
    stack = list(stack)
    names = [None] * len(stack)
    name = None     # the last string token, as it stands
    previous = b""
    for token in _SCAN.finditer(text, at):
        group = token.lastgroup
        if group == "blank":
            continue
        if group == "string":
            if token.group(2) == b"":
                return _broken_string(text, token.end(), indent)
            if not stack:
                return Scan("whole", token.end())
            name = token.group()
            previous = b'"'
        elif group == "punctuation":
            mark = token.group()
            if mark in b"[{":
                stack.append(mark)
                names.append(name if previous == b":" else None)
                if want_rows and mark == b"[" and _is_rows(stack, names):
                    return Scan("rows", token.end(), token.end(),
                                depth=len(stack) - 1)
            elif mark in b"]}":
                if not stack or stack[-1] != _FITS[mark]:
                    return Scan("broken", resync(text, token.start(), indent),
                                broke=token.start())
                stack.pop()
                names.pop()
                if not stack:
                    return Scan("whole", token.end())
            previous = mark
        elif group == "blanks":
            blanks = token.group("blanks")
            if SEPARATOR in blanks:
                previous = b"x"
            if (width(blanks) <= indent
                    and text[token.end():token.end() + 1] == b"{"
                    and previous not in (b"[", b",", b":")):
                return Scan("broken", token.start() + 1,
                            broke=token.start() + 1)
        else:
            previous = b"x"
    return Scan("cut", len(text))


def _broken_string(text, at, indent):
    if at >= len(text) or text.find(b"\n", at) < 0:
        return Scan("cut", len(text))
    feed = text.find(b"\n", at)
    return Scan("broken", resync(text, feed, indent), broke=feed)


def _is_rows(stack, names):
    if stack not in ([b"{", b"["], [b"{", b"{", b"["]):
        return False
    try:
        path = [parse(name or b"0", 0).spelled() for name in names[1:]]
        return path in ([b"results"], [b"data", b"results"])
    except Invalid:
        return False
