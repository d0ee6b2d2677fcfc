import json
import os
import sys

sys.path.insert(0, os.environ["TESTS"] + "/cli")

import flows  # noqa: E402

VALUES = rb"""01 +1 .5 1. 1e 1e+ 0x1 - -a 1_0 05 5x Infinity NaN -Infinity
tru truee True TRUE nul nulll fals bare 'q' "\q" "\x41" "\u12G4" "\u12" "\uZZZZ"
"\ud800" "\udc00" "\ud800x" "\ud800\u0041" "\udc00\ud800" "\ud83d\ud83d\ude00"
[1,] [,1] [1;2] [1 {"a"} {"a":} {"a":1,} {,} {a:1} {"a"1} {"a":1:2} {1:2} [1} {] [
] } { [}] {"a":[} "open : , [1]] {"a":1}}""".split()
VALUES += [
    b'"a\tb"', b'"a\0b"', b"\0", b'"a\x1fb"', b"1 2", b'"a" "b"', b"", b" ",
    # not UTF-8, overlong, surrogates as such, beyond the last character
    b'"\xff"', b'"\x80"', b'"\xc3"', b'"\xc0\xaf"', b'"\xe0\x80\xaf"',
    b'"\xf0\x80\x80\xaf"', b'"\xed\xa0\x80\xed\xb0\x80"', b'"\xed\xa0\x80"',
    b'"\xf4\x90\x80\x80"', b'"\xf5\x80\x80\x80"', b'"\xe2\x82"',
]
# a used field, unused ones, values in values, and names
PLACES = (
    b'{"data":{"action":"ACCEPT","sourceAddress":%s},"oracle":{}}',
    b'{"data":{"action":"ACCEPT","protocol":%s},"oracle":{}}',
    b'{"data":{"action":"ACCEPT","other":%s},"oracle":{}}',
    b'{"data":{"action":"ACCEPT"},"oracle":{"x":%s}}',
    b'{"other":%s,"data":{"action":"ACCEPT"},"oracle":{}}',
    b'{"data":{"action":"ACCEPT"},"oracle":{},"other":{"k":[0,{"l":%s}]}}',
)
GOOD = b'{"data":{"action":"ACCEPT"},"oracle":{}}'
BEHIND = [b"1", b"{}", b"]", b"}", b",", b"x", b'"', b"\0", b"\xef\xbb\xbf",
          b" text", b" null", GOOD, b"," + GOOD]
LINES = [place % value for value in VALUES for place in PLACES]
LINES += [GOOD + behind for behind in BEHIND]
LINES += [before + GOOD for before in (b",", b"]", b"x ", b"\0", b"\xff")]
LINES += [GOOD[:cut] for cut in range(1, len(GOOD))]


def refuse(name):
    raise ValueError(name)


def judge(what, line, done, numbers):
    lines = done.stdout.splitlines(True)
    try:
        came = [
            json.loads(text, parse_constant=refuse)["oracle"]["n"]
            for text in lines
        ]
    except (ValueError, KeyError) as error:
        came = error
    if done.returncode != 1 or done.stderr or came != numbers:
        print(what, line, done.returncode, came, done.stderr)


step = 1 if "release" in os.environ["BUILD"] else 31
for line in LINES[::step]:
    judge("alone", line, flows.run(data=line + b"\n"), [])
    between = flows.record(1) + line + b"\n" + flows.record(3)
    judge("between", line, flows.run(data=between), [1, 3])
text = b"".join(
    flows.record(n) + line + b"\n" for n, line in enumerate(LINES)
)
judge("all", b"", flows.run(data=text), list(range(len(LINES))))
