#!/usr/bin/env python3
"""Tests of the reference's rooms below the record: JSON, framing, gzip."""

import gzip
import json
import random
import unittest

import generate
import oddities
import units
import world
from strictjson import Invalid, parse, scan, without_space
from test_vcnref import FLOW, counted, run
from units import MARK


class StrictJson(unittest.TestCase):
    """The scanner against the grammar, and against Python's own reader."""

    GOOD = (b"{}", b"[]", b" [ ] ", b"0", b"-0", b"1.5e+3", b'"\\ud83d\\ude00"',
            b'"\\u0000"', b"[1,[2,{}],{}]", b'{"a":1,"a":2}', b'"\x7f"',
            b'{"":{"":[null,true,false]}}', b"9" * 9999, '"é"'.encode())
    BAD = (b"", b" ", b"01", b"+1", b".5", b"1.", b"1e", b"-", b"NaN", b"tru",
           b"Infinity", b"[1,]", b"[,1]", b"{,}", b'{"a":1,}', b'{"a"}',
           b"{1:2}", b'{"a" 1}', b"[1 2]", b"[1:2]", b"[1}", b"{]", b"[", b"]",
           b"{} {}", b"{}x", b"{}\x00", b"\x00", b'"\\q"', b'"\\u12"',
           b'"\\ud800"', b'"\\udc00"', b'"\\ud800\\ud800"', b'"a\tb"',
           b'"\x00"', b'"\xff"', b'"\xc0\x80"', b'"\xed\xa0\x80"',
           b"\xef\xbb\xbf1", b'"a', b'"\\', b"'a'", b"\x0b1", b"[1]]", b"{}}",
           b'{"a":}', b'{"a":1 "b":2}', b"/**/1", b"nulll", b"1 2")

    def test_good(self):
        for text in self.GOOD:
            parse(text, 10)

    def test_bad(self):
        for text in self.BAD:
            with self.assertRaises(Invalid, msg=text):
                parse(text, 10)
            with self.assertRaises(Invalid, msg=text):
                parse(b'{"a":[' + text + b"," + text + b"]}", 10)

    def test_spans(self):
        value = parse(b' {"a" : [1 , {"b":"\\u0063"}]} ', 10)
        self.assertEqual(value.raw(), b'{"a" : [1 , {"b":"\\u0063"}]}')
        inner = value.member(b"a").inside[1]
        self.assertEqual(inner.raw(), b'{"b":"\\u0063"}')
        self.assertEqual(inner.member(b"b").spelled(), b"c")
        self.assertEqual(value.depth, 3)

    def test_depth(self):
        parse(b"[" * 128 + b"]" * 128, 128)
        for text in (b"[" * 129 + b"]" * 129, b"[" * 10**6):
            with self.assertRaises(Invalid):
                parse(text, 128)

    def test_against_python(self):
        rng = random.Random(1)
        flows = world.Flows(world.World(1), 1)
        for _ in range(3000):
            kind = rng.choice(oddities.ODD + oddities.BROKEN
                              + (oddities.mutated,) * 9)
            text = kind(rng, flows.record())
            if text.count(b"{") + text.count(b"[") > 500:
                continue  # how deep Python goes differs from version to version
            self.assertEqual(self._accepted(text), self._python(text), text)

    @staticmethod
    def _accepted(text):
        try:
            parse(text, 900)
            return True
        except Invalid:
            return False

    @staticmethod
    def _python(text):
        def refuse(_):
            raise ValueError
        try:
            value = json.loads(text.decode("utf-8"), parse_constant=refuse,
                               parse_int=str, parse_float=str)
            json.dumps(value, ensure_ascii=False).encode("utf-8")
            return True
        except (ValueError, RecursionError):
            return False

    def test_without_space(self):
        self.assertEqual(without_space(b'{ "a b\\" " :\t[ 1 ,\r\n2 ] }'),
                         b'{"a b\\" ":[1,2]}')


class Scan(unittest.TestCase):
    """Brackets and quotes alone."""

    def _scan(self, text, indent=0):
        found = scan(text, indent, indent)
        return found.state, found.end

    def test_whole(self):
        for text in (b"{}", b'{"a}":"\\"}"}', b"[[{}]]", b'"x"', b"word", b":"):
            self.assertEqual(self._scan(text + b","), ("whole", len(text)))

    def test_wrong_closer(self):
        self.assertEqual(self._scan(b'{"a":]\n} \n {}\n{}'), ("broken", 14))

    def test_line_feed_in_string(self):
        self.assertEqual(self._scan(b'{"a":"b\n{}'), ("broken", 8))
        self.assertEqual(self._scan(b'{"a":"b\\\n{}'), ("broken", 9))

    def test_brace_where_no_value_can_stand(self):
        self.assertEqual(self._scan(b'{"a":1\n{}'), ("broken", 7))
        self.assertEqual(self._scan(b'{"a":1,\n{}'), ("cut", 10))
        self.assertEqual(self._scan(b"{\n{}"), ("broken", 2))
        self.assertEqual(self._scan(b'  {"a":1\n   {}\n  {}', 2),
                         ("broken", 15))

    def test_cut(self):
        for text in (b"{", b'{"a', b'{"a\\', b"[{}"):
            self.assertEqual(self._scan(text), ("cut", len(text)))


class Framing(unittest.TestCase):
    """Units of lines and of runs."""

    def test_which(self):
        for text in (b"[", b"\n [1]", b"{\n", b" {\t\r\n}", b"\n\n{  \n", b"\x1e{}",
                     MARK + b"[", MARK + b" \n" + MARK + b"{\n"):
            self.assertTrue(units.is_run(text), text)
        for text in (b"{}", b"", b'{"a":1}\n[', b"x", b'{ "a":\n', b"1\n[",
                     b" " + MARK + b"["):
            self.assertFalse(units.is_run(text), text)

    def test_lines(self):
        text = FLOW + b"\n\n \t\r\n" + FLOW + b"\r\nx\n" + FLOW
        self.assertEqual(counted(text), (4, 3, 1))
        done = run(text)
        self.assertEqual(done.places, [("-", "line", 5)])
        self.assertEqual(done.rejects, [b"x\n"])
        text = b" \t" + FLOW + b" \n"
        self.assertEqual(run(text, "--max-record", "9").rejects, [text[:-1] + b"\n"])

    def test_line_arrays(self):
        for inside, want in (
                (b"", (0, 0, 0)), (FLOW, (1, 1, 0)), (b"1,[]", (1, 0, 1)),
                (b"[],[ ],[1],[[]]", (2, 0, 2)),
                (FLOW + b",{}," + FLOW, (3, 2, 1)),
                (FLOW + b',{"a":],' + FLOW, (2, 1, 1)),
                (FLOW + b",}," + FLOW, (2, 1, 1)),
                (b"," + FLOW + b",,", (1, 1, 0))):
            text = FLOW + b"\n[" + inside + b"]\n" + FLOW
            self.assertEqual(counted(text),
                             (want[0] + 2, want[1] + 2, want[2]), inside)
        self.assertEqual(counted(FLOW + b"\n[" + FLOW + b"] x"), (3, 2, 1))

    def test_search_line(self):
        rows = FLOW + b',{"data":{"logContent":' + FLOW + b"}},[" + FLOW + b"]"
        text = b'{"data":{"results":[' + rows + b'],"x":1}}'
        self.assertEqual(counted(text), (3, 2, 1))
        self.assertEqual(counted(text[:-1]), (1, 0, 1))
        self.assertEqual(counted(b'{"data":{"results":[]}}'), (0, 0, 0))

    def test_wrappers(self):
        for text in (b'{"logContent":' + FLOW + b"}",
                     b'{"data":{"logContent":' + FLOW + b'},"logContent":1}',
                     b'{"logContent":1,"logContent":' + FLOW + b"}"):
            self.assertEqual(counted(text), (1, 1, 0), text)
        for text in (b'{"logContent":{"logContent":' + FLOW + b"}}",
                     b'{"logContent":' + FLOW + b',"logContent":1}', b"[]x"):
            self.assertEqual(counted(b"\n" + text, "--framing", "ndjson"),
                             (1, 0, 1), text)

    def test_run_of_objects(self):
        pretty = generate.pretty(FLOW)
        self.assertEqual(counted(pretty * 3), (3, 3, 0))
        self.assertEqual(counted(pretty + b"\n},\n" + pretty), (3, 2, 1))
        broken = pretty.replace(b"443", b'"443')
        text = pretty + b"\n" + broken + b"\n" + pretty + b"\n"
        self.assertEqual(counted(text), (3, 2, 1))
        self.assertEqual(run(text).rejects, [broken + b"\n"])
        self.assertEqual(run(text).places, [("-", "record", 2)])
        self.assertEqual(counted(pretty + b"1 'x y'"), (4, 1, 3))

    def test_run_of_arrays(self):
        self.assertEqual(counted(b"[]\n[]"), (0, 0, 0))
        self.assertEqual(counted(b"[" + FLOW + b",[" + FLOW + b"],3]"),
                         (3, 1, 2))
        lines = b"[\n" + FLOW + b',\n{"a":]\n' + FLOW + b"\n]\n"
        self.assertEqual(counted(lines), (3, 2, 1))

    def test_run_of_documents(self):
        row = b'{"data":{"logContent":' + FLOW + b"}}"
        text = b'{\n"data":{"results":[' + row + b",7," + row + b"]}}"
        self.assertEqual(counted(text + text), (6, 4, 2))
        self.assertEqual(counted(text[:-1]), (4, 2, 2))
        late = b'{\n"x":{"data":{"results":[1]}},"data":{"results":[]}}'
        self.assertEqual(counted(late), (0, 0, 0))

    def test_cut(self):
        for text, want in (
                (b"[", (1, 0, 1)), (b"[" + FLOW, (2, 1, 1)),
                (b"[" + FLOW + b",\n", (2, 1, 1)), (b"[1", (1, 0, 1)),
                (b"[" + FLOW + b"," + FLOW[:-1], (2, 1, 1)),
                (b'{"results":[' + FLOW, (2, 1, 1)),
                (b'{"data":{"results":[' + FLOW + b"]}", (2, 1, 1))):
            self.assertEqual(counted(text, "--framing", "json"), want, text)

    def test_results(self):
        text = b'{"results":[' + FLOW + b',{"logContent":' + FLOW + b"}]}"
        self.assertEqual(counted(text), (2, 2, 0))
        self.assertEqual(counted(text, "--framing", "json"), (2, 2, 0))
        text = b'{"data":{"results":[1]},"results":[' + FLOW + b"]}"
        self.assertEqual(counted(text), (1, 0, 1))

    def test_marks_and_separators(self):
        text = MARK + FLOW + b"\n" + MARK + FLOW + b"\n" + MARK
        self.assertEqual(counted(text), (2, 2, 0))
        self.assertEqual(counted(text, "--framing", "json"), (2, 2, 0))
        self.assertEqual(counted(b" " + text), (2, 1, 1))
        text = b"\x1e" + FLOW + b"\n\x1e" + generate.pretty(FLOW)
        self.assertEqual(counted(text), (2, 2, 0))
        self.assertEqual(counted(b"\x1e{\n\x1e" + FLOW), (2, 1, 1))

    def test_longest(self):
        size = str(len(FLOW))
        for end in (b"", b"\n", b"\r\n"):
            text = FLOW + end
            self.assertEqual(counted(text, "--max-record", size), (1, 1, 0))
        self.assertEqual(counted(b" " + FLOW, "--max-record", size), (1, 0, 1))
        array = b"[" + FLOW + b" , " + FLOW + b"]"
        self.assertEqual(counted(array, "--max-record", size), (2, 2, 0))

    def test_depth_of_wrapped(self):
        for levels, want in ((127, (1, 1, 0)), (128, (1, 0, 1))):
            deep = FLOW[:-1] + b',"x":' + b"[" * levels + b"]" * levels + b"}"
            for text in (deep, b'{"logContent":' + deep + b"}",
                         b'{"data":{"logContent":' + deep + b"}}"):
                self.assertEqual(counted(text), want)


class Compression(unittest.TestCase):
    """gzip, whole and damaged."""

    def test_members(self):
        text = b"some text\n" * 999
        for count in (1, 2, 50):
            stored = generate.members(text, count, count)
            self.assertEqual(units.inflate(stored), (text, None))
            self.assertEqual(gzip.decompress(stored), text)
            self.assertEqual(units.inflate(stored + b"\0" * 9), (text, None))
            self.assertEqual(units.inflate(stored + b"x"), (text, "garbage"))

    def test_damage(self):
        text = b"some text\n" * 99
        stored = gzip.compress(text, mtime=0)
        for size in range(2, len(stored)):
            part, damage = units.inflate(stored[:size])
            self.assertTrue(text.startswith(part))
            self.assertEqual(damage, "cut")
        wrong = stored[:-8] + b"xxxx" + stored[-4:]
        self.assertEqual(units.inflate(wrong + stored),
                         (text + text, "checksum"))
        self.assertEqual(units.inflate(stored[:2] + b"\7" + stored[3:]),
                         (b"", "method"))

    def test_half_line(self):
        stored = gzip.compress(FLOW + b"\n" + FLOW, mtime=0)
        self.assertEqual(counted(stored), (2, 2, 0))
        self.assertEqual(counted(stored[:-1]), (2, 1, 1))
        self.assertEqual(run(stored[:-1]).exit_status(), 1)


if __name__ == "__main__":
    unittest.main()
