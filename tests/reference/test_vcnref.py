#!/usr/bin/env python3
"""The reference's own tests, so that it can be trusted as a judge."""

import json
import random
import unittest

import generate
import metadata
import oddities
import vcnref
import vcntime
import world
from strictjson import Invalid, parse

FLOW = (b'{"data":{"action":"ACCEPT","destinationAddress":"10.0.0.9",'
        b'"destinationPort":443,"protocol":6,"protocolName":"TCP",'
        b'"sourceAddress":"8.8.8.8","startTime":1786320000},'
        b'"oracle":{"ingestedtime":"2026-08-10T00:00:00Z",'
        b'"vnicsubnetocid":"ocid1.subnet.a"},"id":"1"}')
LIST = {"id": "ocid1.securitylist.l", "display-name": "l\u00e4",
        "ingress-security-rules": [
            {"protocol": "6", "source": "0.0.0.0/0", "tcp-options": {}}],
        "egress-security-rules": [
            {"protocol": "1", "destination": "::/0",
             "icmp-options": {"type": 3}}]}
SUBNET = {"id": "ocid1.subnet.a", "cidr-block": "10.0.0.0/24",
          "ipv6-cidr-blocks": ["2001:db8::/64"],
          "security-list-ids": ["ocid1.securitylist.l"]}


def known():
    """Metadata of one subnet with one list."""
    missing = set()
    lists = {LIST["id"]: metadata._list(metadata._fields(LIST))}
    subnet = metadata._subnet(metadata._fields(SUBNET), lists, missing)
    return metadata.Metadata({b"ocid1.subnet.a": subnet}, subnet.prefixes,
                             missing, None)


def run(text, *argv, about=metadata.NOTHING):
    return vcnref.Run(vcnref.options_of(list(argv)), about).run([("-", text)])


def counted(text, *argv):
    """(records, emitted, bad) of a run."""
    stats = run(text, *argv).stats()
    return stats["records"], stats["emitted"], stats["bad"]


class Selecting(unittest.TestCase):
    """Verdicts and their order."""

    def _verdict(self, text, *argv):
        stats = run(text, *argv).stats()
        names = [name for name, n in stats["filtered"].items() if n]
        names += [name for name in ("emitted", "no_data", "bad") if stats[name]]
        self.assertEqual(len(names), 1, text)
        return names[0]

    def test_verdicts(self):
        other = FLOW[:-1] + b',"type":"x"}'
        self.assertEqual(self._verdict(FLOW), "emitted")
        self.assertEqual(self._verdict(other), "type")
        timeless = FLOW.replace(b"2026-08", b"2026:08")
        self.assertEqual(self._verdict(timeless), "emitted")
        self.assertEqual(self._verdict(timeless, "-s", "@0"), "bad")
        self.assertEqual(self._verdict(timeless[:-1] + b',"type":"x"}',
                                       "-s", "@0"), "type")
        self.assertEqual(self._verdict(FLOW, "-a", "reject"), "action")
        self.assertEqual(self._verdict(FLOW, "-p", "udp"), "protocol")
        self.assertEqual(self._verdict(FLOW, "-d", "ingress,egress"),
                         "direction")
        self.assertEqual(self._verdict(FLOW, "-t", "internal"), "traffic")
        for action in (b"null", b'""', b'"-"', b'"\\u002d"'):
            text = FLOW.replace(b'"ACCEPT"', action)
            self.assertEqual(self._verdict(text), "no_data")
            self.assertEqual(self._verdict(text, "-a", "all"), "emitted")
            self.assertEqual(self._verdict(text, "-u", "@0"), "time")

    def test_times(self):
        for since, until, want in (
                ("2026-08-10", None, "emitted"),
                ("2026-08-10T00:00:00.000000001Z", None, "time"),
                (None, "2026-08-10T00:00:00Z", "time"),
                (None, "2026-08-10T02:00:01+02:00", "emitted")):
            argv = ["-s", since] if since else ["-u", until]
            self.assertEqual(self._verdict(FLOW, *argv), want)
        self.assertEqual(self._verdict(FLOW, "--time-field", "start", "-s",
                                       "@1786320000"), "emitted")
        self.assertEqual(self._verdict(FLOW, "--time-field", "end", "-s",
                                       "@0"), "bad")

    def test_protocols(self):
        for value, names, want in (
                (b"6", "tcp", "emitted"), (b'"6"', "TCP", "emitted"),
                (b"6.0", "6", "protocol"), (b'"x"', "6", "protocol"),
                (b"null", "6", "protocol"), (b"58", "icmpv6", "emitted")):
            text = FLOW.replace(b'"protocol":6', b'"protocol":' + value)
            self.assertEqual(self._verdict(text, "-p", names), want)

    def test_time_texts(self):
        self.assertEqual(vcntime.of_record("1970-01-01T00:00:60Z"), 60 * 10**9)
        self.assertEqual(vcntime.of_record("1970-01-01T01:00:00.5+01:00"),
                         500_000_000)
        for text in ("1970-01-01T00:00:00", "1970-02-30T00:00:00Z", "",
                     "1970-01-01T00:00:00.1234567890Z", "1970-01-01T24:00:00Z"):
            self.assertIsNone(vcntime.of_record(text), text)
        now = 86400 * 10**9 * 100 + 5
        for text, want in (("now", now), ("1d12h", now - 129600 * 10**9),
                           ("2 days ago", now - 172800 * 10**9),
                           ("90min", now - 5400 * 10**9),
                           ("1 week", now - 604800 * 10**9),
                           ("today", now - 5), ("@7", 7 * 10**9),
                           ("yesterday", now - 5 - 86400 * 10**9),
                           ("1970-01-02", 86400 * 10**9)):
            self.assertEqual(vcntime.of_option(text, now), want)
        for text, want in (("1970-01-01T00:00:00.0000000011Z", 2),
                           ("1970-01-01T00:00:00.0000000010Z", 1),
                           ("1970-01-01", 0), ("now", now)):
            self.assertEqual(vcntime.of_bound(text, now), want)


class Output(unittest.TestCase):
    """The record, byte for byte."""

    RULES = (b'"ingress_security_rules":[{"description":null,'
             b'"icmp_options":null,"is_stateless":null,"protocol":"6",'
             b'"source":"0.0.0.0/0","source_type":null,"tcp_options":'
             b'{"destination_port_range":{"max":null,"min":null},'
             b'"source_port_range":{"max":null,"min":null}},'
             b'"udp_options":null}],"egress_security_rules":[{'
             b'"description":null,"icmp_options":{"code":null,"type":3},'
             b'"is_stateless":null,"protocol":"1","destination":"::/0",'
             b'"destination_type":null,"tcp_options":null,'
             b'"udp_options":null}]')

    def test_whole_record(self):
        want = (b'{"destinationAddress":"10.0.0.9","destinationPort":443,'
                b'"protocol":6,"protocolName":"TCP","sourceAddress":"8.8.8.8",'
                b'"internal_or_external_source":"external",'
                b'"internal_or_external_destination":"internal",'
                b'"traffic_direction":"ingress",'
                b'"traffic_type":"external traffic","security_lists":['
                b'{"display_name":"l\xc3\xa4",'
                b'"security_list_ocid":"ocid1.securitylist.l",' + self.RULES
                + b'}],"oracle":{"ingestedtime":"2026-08-10T00:00:00Z",'
                b'"vnicsubnetocid":"ocid1.subnet.a"},"id":"1"}\n')
        self.assertEqual(run(FLOW, "-k", "id,none", about=known()).output(),
                         want)

    def test_lists(self):
        for argv, want in (
                (("-l", "ids"),
                 b'"security_list_ids":["ocid1.securitylist.l"]'),
                (("-l", "none"), b'"external traffic","oracle"')):
            self.assertIn(want, run(FLOW, *argv, about=known()).output())
        self.assertIn(b'"security_lists":[],', run(FLOW).output())

    def test_tags(self):
        for source, side, direction in (
                (b"10.0.0.1", b"internal", b"egress"),
                (b"10.0.0.01", b"invalid", b"ingress"),
                (b"2001:db8::1", b"external", b"egress"),
                (b"::ffff:10.0.0.1", b"external", b"ingress"),
                (b"fe80::1%1", b"invalid", b"ingress"),
                (b"172.32.0.0", b"external", b"ingress")):
            out = run(FLOW.replace(b"8.8.8.8", source), about=known()).output()
            self.assertIn(b'_source":"' + side + b'"', out)
            self.assertIn(b'_direction":"' + direction + b'"', out)

    def test_internal(self):
        for spec, want in (("8.0.0.0/8", b"internal"), ("=ula", b"external"),
                           ("=cgnat,8.8.8.8/32", b"internal")):
            out = run(FLOW, "--internal", spec).output()
            self.assertIn(b'_source":"' + want + b'"', out)
        both = run(FLOW, "--internal", "=8.0.0.0/8,vcn", about=known())
        self.assertIn(b'"internal traffic"', both.output())

    def test_carried(self):
        text = FLOW.replace(b'"oracle":{', b'"oracle":{ "a" :1,"a" : 2, ')
        self.assertIn(b'"oracle":{ "a" :1,"a" : 2, "ing', run(text).output())
        self.assertIn(b'"oracle":{"a":1,"a":2,"ing',
                      run(text.replace(b" :1", b"\t:1")).output())
        self.assertIn(b'"oracle":{"a":1,"a":2,"ing',
                      run(b"[" + text + b"]").output())
        absent = FLOW.replace(b'"protocol":6,', b"")
        self.assertIn(b'"protocol":"N/A"', run(absent).output())
        huge = FLOW.replace(b"443", b"4" * 400)
        self.assertIn(b"4" * 400, run(huge).output())

    def test_array_format(self):
        self.assertEqual(run(b"", "--format", "array").output(), b"[]\n")
        out = run(FLOW + b"\n" + FLOW, "--format", "array").output()
        self.assertEqual(len(json.loads(out)), 2)
        self.assertIn(b"},\n{", out)
        self.assertTrue(out.endswith(b"}]\n"))

    def test_list_subnets(self):
        odd = FLOW.replace(b"subnet.a", b"subnet.a b")
        lines = b"\n".join((FLOW, odd, FLOW.replace(b"subnet.a", b"subnet.0")))
        done = run(lines, "--list-subnets")
        self.assertEqual(done.output(), b"ocid1.subnet.0\nocid1.subnet.a\n")
        self.assertEqual(done.stats()["unknown_subnets"], 3)
        self.assertEqual(run(FLOW, about=known()).unknown, set())

    def test_strict_and_ignore(self):
        text = FLOW + b"\nx\n" + FLOW + b"\n"
        self.assertEqual(run(text).exit_status(), 1)
        self.assertEqual(run(text, "--ignore-bad").exit_status(), 0)
        strict = run(text, "--strict")
        self.assertEqual((strict.selected, strict.exit_status()), (1, 1))

    def test_keep_refused(self):
        for names in ("oracle", "id,id", "protocol", "security_list_ids"):
            with self.assertRaises(ValueError):
                vcnref.options_of(["-k", names])


class Generator(unittest.TestCase):
    """What is generated is what it says."""

    def test_clean(self):
        flows = world.Flows(world.World(3), 3)
        text = b"\n".join(flows.line() for _ in range(500))
        stats = run(text, "-a", "all").stats()
        self.assertEqual((stats["records"], stats["emitted"]), (500, 500))
        self.assertEqual(stats["unknown_subnets"], len({
            json.loads(line)["oracle"]["vnicsubnetocid"]
            for line in text.split(b"\n")}))

    def test_seeded(self):
        for shape in generate.SHAPES.values():
            first, again, other = (
                shape(world.World(seed), 200, seed) for seed in (1, 1, 2))
            self.assertEqual(first, again)
            self.assertNotEqual(first, other)

    def test_every_kind_broken(self):
        rng = random.Random(2)
        flows = world.Flows(world.World(2), 2)
        for kind in oddities.BROKEN[:3]:
            for _ in range(200):
                text = kind(rng, flows.record())
                with self.assertRaises(Invalid, msg=text):
                    parse(text, 900)

    def test_pretty(self):
        line = world.Flows(world.World(2), 2).line()
        self.assertEqual(json.loads(generate.pretty(line)), json.loads(line))


if __name__ == "__main__":
    unittest.main()
