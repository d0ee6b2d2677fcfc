"""Conversations in which one thing is wrong, held against a reading of their own.

Each member is left out and set to each of many values, alone and among lines that
are in order; then each byte of a line is damaged, and the line cut at each. What
is bad is found by Python; of all the rest the sums must be exact.
"""

import datetime
import ipaddress
import json
import random
import re
import subprocess
import sys

MOST = 2**63 - 1
GOOD = [
    {"period": "2026-11-01T00:00:00Z", "subnet": "ocid1.subnet.oc1..a",
     "vnic": "ocid1.vnic.oc1..a", "local": "10.0.1.5", "peer": "198.51.100.7",
     "protocol": 6, "local_port": 443, "peer_port": None,
     "client_ports": [41511, 60830], "began": "peer", "action": "ACCEPT",
     "in": {"records": 12, "packets": 40, "bytes": 5120},
     "out": {"records": 12, "packets": 38, "bytes": 90112},
     "first": "2026-11-01T00:00:04Z", "last": "2026-11-27T10:00:00Z"},
    {"subnet": "ocid1.subnet.oc1..a", "vnic": None, "local": "2001:db8::5",
     "peer": "2001:db8::7", "protocol": 17, "local_port": None, "peer_port": 53,
     "client_ports": [1, 65535], "began": "local", "action": "REJECT",
     "in": {"records": 0, "packets": 0, "bytes": 0},
     "out": {"records": 1, "packets": 1, "bytes": 60}, "first": None, "last": None},
    {"subnet": "s", "vnic": "v", "local": "10.0.1.5", "peer": "10.0.1.6",
     "protocol": 17, "local_port": 123, "peer_port": 123, "client_ports": None,
     "began": None, "action": "ACCEPT",
     "in": {"records": 1, "packets": 1, "bytes": 76},
     "out": {"records": 1, "packets": 1, "bytes": 76},
     "first": "0000-01-01T00:00:00Z", "last": "9999-12-31T23:59:59Z"},
    {"subnet": "s", "vnic": "v", "local": "10.0.1.5", "peer": "10.0.1.6",
     "protocol": None, "local_port": None, "peer_port": None, "client_ports": None,
     "began": "peer", "action": "ACCEPT",
     "in": {"records": 1, "packets": 0, "bytes": 0},
     "out": {"records": 0, "packets": 0, "bytes": 0},
     "first": "2024-02-29T00:00:00Z", "last": "2024-02-29T00:00:00Z"},
]
# Values of all sorts for each member; as text, for what Python would not write.
ODD = [
    "null", "true", "false", "0", "1", "-1", "-0", "0.0", "1.5", "1e3", "1E0", "255",
    "256", "443", "65535", "65536", "9223372036854775807", "9223372036854775808",
    "18446744073709551616", "1" * 400, '""', '"x"', '"0"', '"443"', '"local"',
    '"peer"', '"PEER"', '"ACCEPT"', '"REJECT"', '"accept"', '"10.0.1.5"',
    '"010.0.1.5"', '"10.0.1.5/32"', '"::"', '"::ffff:1.2.3.4"', '"fe80::1%0"',
    '"2026-11-01T00:00:00Z"', '"2026-11-01T00:00:00.000Z"', '"2026-11-01T24:00:00Z"',
    '"2026-02-29T00:00:00Z"', '"2026-11-01T00:00:60Z"', '"2026-11-01t00:00:00z"',
    '"2026-11-01T00:00:00+00:00"', '"0000-01-01T00:00:00Z"', '"9999-12-31T23:59:59Z"',
    '"10000-01-01T00:00:00Z"', "[]", "[1]", "[1,2]", "[2,1]", "[1,1]", "[1,2,3]",
    "[-1,2]", "[0,65536]", "[1.0,2]", '["1","2"]', "[null,null]", "[[1,2]]", "{}",
    '{"records":1,"packets":2,"bytes":3}', '{"records":1,"packets":2}',
    '{"records":1,"packets":2,"bytes":-3}', '{"records":1,"packets":2,"bytes":3.0}',
    '{"bytes":9223372036854775807,"records":0,"packets":0,"more":[]}',
    '{"records":1,"packets":2,"bytes":9223372036854775808}',
    '{"records":"1","packets":2,"bytes":3}', '"\\u0041"', '"\\ud83d\\ude00"', '"a\\nb"',
]
TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)


class Number(str):
    """A number as it was written."""


def pairs(found):
    return dict(found)


def parse(line):
    """The object of a line, its numbers as text, or None."""
    try:
        value = json.loads(line.decode(), parse_int=Number, parse_float=Number,
                           parse_constant=refuse, object_pairs_hook=pairs)
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    try:
        json.dumps(value, ensure_ascii=False).encode()  # surrogates that are alone
    except UnicodeEncodeError:
        return None
    return value


def refuse(text):
    raise ValueError(text)


def is_text(value):
    return isinstance(value, str) and not isinstance(value, Number)


def number(value, most):
    if not isinstance(value, Number) or not value.isdigit() or int(value) > most:
        raise ValueError
    return int(value)


def port_or_null(value, wanted):
    if not wanted:
        if value is not None:
            raise ValueError
        return None
    return number(value, 65535)


def when(value):
    if value is None:
        return None
    if not is_text(value) or not TIME.fullmatch(value):
        raise ValueError
    year = int(value[:4])
    # Python's calendar begins with the year 1; 0 was a leap year as 2000
    datetime.datetime.fromisoformat(("2000" if year == 0 else value[:4]) + value[4:-1])
    return value


def address(value):
    if not is_text(value) or "%" in value:
        raise ValueError
    return str(ipaddress.ip_address(value))


def sums(value):
    if not isinstance(value, dict):
        raise ValueError
    return [number(value[name], MOST) for name in ("records", "packets", "bytes")]


def understand(line):
    """(key, in, out) of a conversation, or None: it is bad."""
    value = parse(line)
    if value is None or isinstance(value.get("data"), dict):
        return None
    try:
        began, action = value["began"], value["action"]
        if not is_text(value["subnet"]) or began not in (None, "local", "peer") or \
                action not in ("ACCEPT", "REJECT"):
            return None
        if value["vnic"] is not None and not is_text(value["vnic"]):
            return None
        if "period" in value:
            when(value["period"])
        protocol = value["protocol"]
        if protocol is not None:
            protocol = number(protocol, 255)
        clients = value["client_ports"]
        local, peer = value["local_port"], value["peer_port"]
        if (local, peer, clients) != (None, None, None):
            if protocol not in (6, 17):
                return None
            local = port_or_null(local, began != "local")
            peer = port_or_null(peer, began != "peer")
            if began is None:
                if clients is not None:
                    return None
            else:
                low, high = (number(each, 65535) for each in clients)
                if low > high:
                    return None
        when(value["first"])
        when(value["last"])
        key = (value["subnet"], value["vnic"], address(value["local"]),
               address(value["peer"]), protocol, local, peer, began, action)
        return key, sums(value["in"]), sums(value["out"])
    except (KeyError, ValueError, TypeError):
        return None


def members(line):
    """Of an object, its members as (name, text)."""
    return [(name, json.dumps(value, separators=(",", ":")))
            for name, value in line.items()]


def joined(parts):
    return ("{" + ",".join(f'"{name}":{text}' for name, text in parts) + "}").encode()


def mutants():
    for good in GOOD:
        parts = members(good)
        yield joined(parts)
        yield joined(parts[::-1])
        yield joined([*parts, ("more", '{"in":{"records":9}}')])
        for index, (name, _) in enumerate(parts):
            yield joined(parts[:index] + parts[index + 1:])
            for odd in ODD:
                yield joined([*parts[:index], (name, odd), *parts[index + 1:]])
                yield joined([*parts, (name, odd)])  # the last one counts
        for name in ("data", "logContent"):
            yield joined([*parts, (name, "7")])


def damaged():
    """But for what begins with a bracket: an array, whose elements are counted."""
    line = joined(members(GOOD[0]))
    for at in range(len(line)):
        yield line[:at]
        yield line[:at] + line[at + 1:]
        for byte in b"\0\x1f \t\"\\,:{}[]09a\x7f\x80\xc3\xff":
            if at > 0 or byte != ord("["):
                yield line[:at] + bytes((byte,)) + line[at + 1:]


def run(*more, data):
    done = subprocess.run(
        ["vcnflow", "-q", "-m", "net.lut", "--conversations", "--stats=stats.json", *more],
        input=data, stdout=subprocess.PIPE, stderr=subprocess.PIPE, check=False)
    with open("stats.json", encoding="utf-8") as file:
        return done.returncode, done.stdout, json.load(file)


def wanted_sums(lines):
    """The sums under each key, and how many lines are bad."""
    totals, bad, good = {}, 0, 0
    for line in lines:
        if not line.strip(b" \t\r"):
            continue
        found = understand(line)
        if found is None:
            bad += 1
            continue
        good += 1
        total = totals.setdefault(found[0], [0] * 6)
        for index, each in enumerate(found[1] + found[2]):
            total[index] = min(total[index] + each, MOST)
    return totals, bad, good


def got_sums(out):
    """The same of what vcnflow writes, each key once."""
    totals = {}
    for line in out.splitlines():
        key, ins, outs = understand(line)
        if key in totals:
            print("twice:", key)
        totals[key] = ins + outs
    return totals


def check(what, lines):
    data = b"".join(line + b"\n" for line in lines)
    totals, bad, good = wanted_sums(lines)
    outputs = set()
    for threads in ("1", "3"):
        status, out, stats = run("-j", threads, data=data)
        outputs.add(out)
        if status != (1 if bad else 0):
            print(what, "exit status", status)
        if stats["records"] != good + bad or stats["bad"] != bad:
            print(what, "counted", stats["records"], stats["bad"], "not", good + bad, bad)
    if len(outputs) != 1:
        print(what, "depends on threads")
    if got_sums(out) != totals:
        print(what, "sums differ")
    # and again: sums of sums are the same
    if run(data=out)[1] != out:
        print(what, "another time differs")
    print(what, "held")


def main():
    sys.setrecursionlimit(10000)
    rng = random.Random(1)
    all_of = list(mutants())
    check("in order", all_of)
    rng.shuffle(all_of)
    check("shuffled", all_of)
    check("damaged", list(damaged()))
    check("recurring", [rng.choice(all_of) for _ in range(20000)])
    # each alone, a sample of them: what one line is does not hang on others
    for line in rng.sample(all_of, 100):
        found = understand(line)
        status, out, _ = run(data=line + b"\n")
        if (found is None) != (status == 1) or (found is None) != (out == b""):
            print("alone", status, line)


main()
