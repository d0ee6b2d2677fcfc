#!/usr/bin/env python3
"""An independent statement of what vcnflow does, told from its contract.

    vcnref.py [options like vcnflow's] [--dump FILE]... [FILE...] <in >out

Metadata comes from the dumps that vcnmeta build reads (--dump), so that
vcnmeta, the lookup file and vcnflow are judged together. Slow and simple on
purpose: the whole input is held in memory. tests/reference/compare.py holds
the programs against it.
"""

import argparse
import ipaddress
import json
import re
import sys
from dataclasses import dataclass, field

import metadata as meta
import units as framing
import vcntime
from strictjson import (Invalid, is_array, is_object, parse, without_marks,
                        without_space)

FIVE = ("destinationAddress", "destinationPort", "protocol", "protocolName",
        "sourceAddress")
TAGGED = ("internal_or_external_source", "internal_or_external_destination",
          "traffic_direction", "traffic_type")
OUTPUT_KEYS = FIVE + TAGGED + ("security_lists", "security_list_ids", "oracle")
FLOW_TYPE = b"com.oraclecloud.vcn.flowlogs."
DEPTH = 128
LINE_DEPTH = DEPTH + 5  # a row of a search document, itself a wrapper
PROTOCOLS = {"icmp": 1, "ipv4": 4, "tcp": 6, "udp": 17, "ipv6": 41, "gre": 47,
             "esp": 50, "ah": 51, "icmpv6": 58, "sctp": 132}
RFC1918 = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")
BLOCKS = {"rfc1918": RFC1918, "ula": ("fc00::/7",),
          "cgnat": ("100.64.0.0/10",)}
FILTERS = ("type", "time", "action", "protocol", "endpoint", "direction", "traffic",
           "verdict")
SUBNET = re.compile(rb"ocid1\.subnet\.[A-Za-z0-9._-]{0,240}")


# ---- options ---------------------------------------------------------------


@dataclass
class Options:
    """What the command line says, checked and with defaults."""

    framing: str = "auto"
    max_record: int = 1 << 20
    since: int = None
    until: int = None
    time_field: str = "ingested"
    action: str = "accept"
    protocols: set = None
    directions: set = None
    traffic: str = None
    internal: list = field(default_factory=lambda: list(RFC1918))
    lists: str = "full"
    keep: tuple = ()
    format: str = "ndjson"
    list_subnets: bool = False
    ignore_bad: bool = False
    strict: bool = False
    rejects: str = None
    stats: str = None
    dumps: tuple = ()
    operands: tuple = ()


def _parser():
    parser = argparse.ArgumentParser(allow_abbrev=False)
    add = parser.add_argument
    add("-s", "--since")
    add("-u", "--until")
    add("--time-field", default="ingested",
        choices=("ingested", "event", "start", "end"))
    add("--now")
    add("-a", "--action", default="accept", choices=("accept", "reject", "all"))
    add("-p", "--protocol")
    add("-d", "--direction")
    add("-t", "--traffic", choices=("internal", "external"))
    add("--internal", action="append", default=[])
    add("-l", "--security-lists", default="full",
        choices=("full", "ids", "none"))
    add("-k", "--keep", default="")
    add("--format", default="ndjson", choices=("ndjson", "array"))
    add("--framing", default="auto", choices=("auto", "ndjson", "json"))
    add("--max-record", type=int, default=1 << 20)
    add("--list-subnets", action="store_true")
    add("--ignore-bad", action="store_true")
    add("--strict", action="store_true")
    add("--rejects")
    add("--stats", metavar="=FILE")
    add("--dump", action="append", default=[])
    add("operands", nargs="*")
    return parser


def _names(text, known):
    chosen = set()
    for name in text.split(","):
        if name.lower() not in known:
            raise ValueError(f"unknown name: {name!r}")
        chosen.add(known[name.lower()])
    return chosen


def _internal(specs):
    blocks = list(RFC1918)
    for spec in specs:
        if spec.startswith("="):
            blocks = []
            spec = spec[1:]
        for name in spec.split(","):
            if name.startswith("@"):
                with open(name[1:], encoding="utf-8") as file:
                    lines = [line.split("#")[0].strip() for line in file]
                blocks += [line for line in lines if line]
            else:
                blocks += BLOCKS.get(name, (name,))
    return blocks


def _keep(text):
    names = tuple(text.split(",")) if text else ()
    if len(set(names)) < len(names) or set(names) & set(OUTPUT_KEYS):
        raise ValueError("--keep: a name that is there already")
    return names


def options_of(argv):
    """Reads argv; raises ValueError, or SystemExit(2) as argparse does."""
    argv = ["--stats=-" if each == "--stats" else each for each in argv]
    given = _parser().parse_args(argv)
    now = vcntime.clock()
    if given.now is not None:
        now = vcntime.of_option(given.now, now)
    options = Options(
        framing=given.framing, max_record=given.max_record,
        time_field=given.time_field, action=given.action,
        traffic=given.traffic, internal=_internal(given.internal),
        lists=given.security_lists, keep=_keep(given.keep),
        format=given.format, list_subnets=given.list_subnets,
        ignore_bad=given.ignore_bad, strict=given.strict,
        rejects=given.rejects, stats=given.stats,
        dumps=tuple(given.dump), operands=tuple(given.operands))
    if given.since is not None:
        options.since = vcntime.of_bound(given.since, now)
    if given.until is not None:
        options.until = vcntime.of_bound(given.until, now)
    if None not in (options.since, options.until) \
            and options.since > options.until:
        raise ValueError("--since is after --until")
    if given.protocol is not None:
        known = {str(n): n for n in range(256)} | PROTOCOLS
        options.protocols = _names(given.protocol, known)
    if given.direction is not None:
        known = {"ingress": "ingress", "egress": "egress", "none": "N/A"}
        options.directions = _names(given.direction, known)
    return options


# ---- addresses -------------------------------------------------------------


class Addresses:
    """Texts to (version, number), and membership in blocks."""

    def __init__(self, blocks):
        self.blocks = [_block(ipaddress.ip_network(block, strict=False))
                       for block in blocks]
        self.known = {}

    def of(self, value):
        """(address or None, 'internal' | 'external' | 'invalid')."""
        text = value.spelled() if value is not None else None
        if text not in self.known:
            self.known[text] = self._judge(text)
        return self.known[text]

    def _judge(self, text):
        try:
            found = ipaddress.ip_address((text or b"").decode("ascii"))
        except ValueError:
            return None, "invalid"
        if b"%" in text:
            return None, "invalid"
        address = (found.version, int(found))
        inside = holds(self.blocks, address)
        return address, "internal" if inside else "external"


def _block(net):
    return net.version, int(net.netmask), int(net.network_address)


def holds(blocks, address):
    """Tells if one of the (version, mask, number) blocks has the address."""
    return address is not None and any(
        version == address[0] and address[1] & mask == number
        for version, mask, number in blocks)


# ---- one record ------------------------------------------------------------


class Bad(Exception):
    """The record is bad."""


class Filtered(Exception):
    """The record is left out; the argument names the counter."""


def records_of(unit):
    """The unit's records: pairs of a Value, or None for a bad one, and the
    bytes that are rejected with it."""
    try:
        value = parse(without_marks(unit.text), LINE_DEPTH)
    except Invalid:
        return [(None, unit.text)]
    if _is_nothing(value):
        return []
    data = value.member(b"data")
    rows = data.member(b"results") if is_object(data) else None
    if not is_array(rows):
        rows = value.member(b"results")
    if not unit.row and is_array(rows):
        return [(_unwrap(row), unit.text[row.start:row.end])
                for row in rows.inside if not _is_nothing(row)]
    return [(_unwrap(value), unit.text)]


def _is_nothing(value):
    """An empty array is no record, in an array neither."""
    return is_array(value) and not value.inside


def _unwrap(value):
    """The record in a value, or None when it is bad."""
    record = value
    above = 0
    data = value.member(b"data")
    if is_object(data) and is_object(data.member(b"logContent")):
        record, above = data.member(b"logContent"), 2
    elif is_object(value.member(b"logContent")):
        record, above = value.member(b"logContent"), 1
    good = (is_object(record) and is_object(record.member(b"data"))
            and is_object(record.member(b"oracle"))
            and record.member(b"internal_or_external_source") is None
            and value.depth - above <= DEPTH)
    return record if good else None


class Judge:
    """Verdicts and output records, for one set of options and metadata."""

    def __init__(self, options, metadata):
        self.options = options
        self.metadata = metadata
        blocks = [block for block in options.internal if block != "vcn"]
        if "vcn" in options.internal:
            blocks += metadata.prefixes
        self.addresses = Addresses(blocks)
        self.blocks = {ocid: [_block(net) for net in subnet.prefixes]
                       for ocid, subnet in metadata.subnets.items()}

    def tag(self, record):
        """Selects and tags; raises Bad or Filtered."""
        data = record.member(b"data")
        kind = record.member(b"type")
        spelled = kind.spelled() if kind is not None else None
        if spelled is not None and not spelled.startswith(FLOW_TYPE):
            raise Filtered("type")
        self._time(record)
        self._action(data)
        if self.options.protocols is not None:
            if _integer(data.member(b"protocol")) not in self.options.protocols:
                raise Filtered("protocol")
        tags = self._tags(record, data)
        if self.options.directions is not None:
            if tags["traffic_direction"] not in self.options.directions:
                raise Filtered("direction")
        if self.options.traffic is not None:
            if tags["traffic_type"] != self.options.traffic + " traffic":
                raise Filtered("traffic")
        return tags

    def _time(self, record):
        options = self.options
        if options.since is None and options.until is None:
            return
        when = _instant(record, options.time_field)
        if when is None:
            raise Bad
        if options.since is not None and when < options.since:
            raise Filtered("time")
        if options.until is not None and when >= options.until:
            raise Filtered("time")

    def _action(self, data):
        if self.options.action == "all":
            return
        action = data.member(b"action")
        status = data.member(b"status")
        if action is None or action.kind == "0" \
                or action.spelled() in (b"", b"-") \
                or (status is not None
                    and status.spelled() in (b"NODATA", b"SKIPDATA")):
            raise Filtered("no_data")
        if action.spelled() != self.options.action.upper().encode():
            raise Filtered("action")

    def _tags(self, record, data):
        source, side = self.addresses.of(data.member(b"sourceAddress"))
        target, other = self.addresses.of(data.member(b"destinationAddress"))
        blocks = self.blocks.get(subnet_of(record), ())
        direction = "N/A"
        if holds(blocks, source):
            direction = "egress"
        elif holds(blocks, target):
            direction = "ingress"
        both = side == other == "internal"
        return {
            "internal_or_external_source": side,
            "internal_or_external_destination": other,
            "traffic_direction": direction,
            "traffic_type": ("internal" if both else "external") + " traffic",
        }

    def output(self, record, tags, in_run):
        """The record's line, without its line feed."""
        data = record.member(b"data")
        parts = [_member(name, carried(data.member(name.encode()), in_run)
                         or b'"N/A"') for name in FIVE]
        if self.options.action == "all":
            parts.append(_member("action", carried(data.member(b"action"), in_run)
                                 or b"null"))
        parts += [_member(name, b'"' + tags[name].encode() + b'"')
                  for name in TAGGED]
        subnet = self.metadata.subnets.get(subnet_of(record))
        if self.options.lists == "full":
            parts.append(_member("security_lists",
                                 subnet.lists if subnet else b"[]"))
        elif self.options.lists == "ids":
            parts.append(_member("security_list_ids",
                                 subnet.ids if subnet else b"[]"))
        parts.append(_member("oracle",
                             carried(record.member(b"oracle"), in_run)))
        for name in self.options.keep:
            kept = record.member(name.encode())
            if kept is not None:
                parts.append(_member(name, carried(kept, in_run)))
        return b"{" + b",".join(parts) + b"}"


def subnet_of(record):
    """The spelled OCID of the record's subnet, or None."""
    value = record.member(b"oracle").member(b"vnicsubnetocid")
    return value.spelled() if value is not None else None


def carried(value, in_run):
    """The bytes of a value as they are carried; None for None."""
    if value is None:
        return None
    raw = value.raw()
    if in_run or b"\n" in raw or b"\r" in raw or b"\t" in raw:
        return without_space(raw)
    return raw


def _member(name, raw):
    return json.dumps(name, ensure_ascii=False).encode() + b":" + raw


def _integer(value):
    """Of an integer, or a string of an integer's digits; else None."""
    text = b""
    if value is not None:
        text = value.raw() if value.kind == "n" else value.spelled() or b""
    if re.fullmatch(rb"0|[1-9][0-9]{0,17}", text):
        return int(text)
    return None


def _instant(record, name):
    """The record's time, or None when it can't be read."""
    where = {"ingested": (b"oracle", b"ingestedtime"), "event": (b"time",),
             "start": (b"data", b"startTime"), "end": (b"data", b"endTime")}
    value = record
    for step in where[name]:
        value = value.member(step)
    if value is None or (value.kind == "n" and name in ("ingested", "event")):
        return None
    text = value.raw() if value.kind == "n" else value.spelled()
    if text is None:
        return None
    text = text.decode("utf-8")
    if name in ("start", "end"):
        return vcntime.of_epoch(text, value.kind == "n")
    return vcntime.of_record(text)


# ---- the run ---------------------------------------------------------------


class Stop(Exception):
    """--strict met its first fault."""


class Run:
    """One run of the filter over inputs given as (name, stored bytes)."""

    def __init__(self, options, metadata=meta.NOTHING):
        self.options = options
        self.metadata = metadata
        self.judge = Judge(options, metadata)
        self.records = []    # output records
        self.selected = 0
        self.rejects = []
        self.places = []     # of bad records: (input, "line"|"record", n)
        self.damage = []     # (input, word)
        self.unknown = set()
        self.counts = {"inputs": 0, "bytes_in": 0, "bytes_inflated": 0,
                       "records": 0, "no_data": 0, "bad": 0,
                       "records_unknown_subnet": 0}
        self.filtered = dict.fromkeys(FILTERS, 0)

    def run(self, inputs):
        try:
            for name, stored in inputs:
                self._input(name, stored)
        except Stop:
            pass
        return self

    def _input(self, name, stored):
        self.counts["inputs"] += 1
        text, damage = framing.inflate(stored)
        self.counts["bytes_in"] += len(stored)
        self.counts["bytes_inflated"] += len(text)
        half = damage not in (None, "checksum")
        first = self.counts["records"]
        for unit in framing.units(text, self.options.framing,
                                  self.options.max_record, half):
            self._unit(name, unit, first)
        if damage:
            self.damage.append((name, damage))
            if self.options.strict:
                raise Stop

    def _unit(self, name, unit, first):
        found = [(None, unit.text)] if unit.bad else records_of(unit)
        for record, text in found:
            self.counts["records"] += 1
            try:
                if record is None:
                    raise Bad
                self._record(record, in_run=unit.line == 0)
            except Bad:
                self._bad(name, unit, first, text)

    def _bad(self, name, unit, first, text):
        self.counts["bad"] += 1
        number = self.counts["records"] - first
        self.places.append((name, "line", unit.line) if unit.line
                           else (name, "record", number))
        if text:
            self.rejects.append(
                text if text.endswith(b"\n") else text + b"\n")
        if self.options.strict:
            raise Stop

    def _record(self, record, in_run):
        try:
            tags = self.judge.tag(record)
        except Filtered as verdict:
            name = verdict.args[0]
            if name == "no_data":
                self.counts["no_data"] += 1
            else:
                self.filtered[name] += 1
            return
        self.selected += 1
        subnet = subnet_of(record)
        if subnet not in self.metadata.subnets:
            self.counts["records_unknown_subnet"] += 1
            if subnet is not None:
                self.unknown.add(subnet)
        if not self.options.list_subnets:
            self.records.append(self.judge.output(record, tags, in_run))

    def listed(self):
        """The lines of --list-subnets."""
        return sorted(ocid for ocid in self.unknown if SUBNET.fullmatch(ocid))

    def output(self):
        """The bytes of standard output."""
        if self.options.list_subnets:
            return b"".join(ocid + b"\n" for ocid in self.listed())
        if self.options.format == "array":
            return b"[" + b",\n".join(self.records) + b"]\n"
        return b"".join(record + b"\n" for record in self.records)

    def stats(self):
        """The object of --stats, but for the seconds."""
        counts = self.counts
        return {
            "inputs": counts["inputs"], "bytes_in": counts["bytes_in"],
            "bytes_inflated": counts["bytes_inflated"],
            "records": counts["records"], "emitted": self.selected,
            "filtered": self.filtered, "no_data": counts["no_data"],
            "bad": counts["bad"], "unknown_subnets": len(self.unknown),
            "records_unknown_subnet": counts["records_unknown_subnet"],
            "bytes_out": len(self.output()),
            "metadata_fetched_at": self.metadata.fetched_at,
        }

    def exit_status(self):
        bad = self.counts["bad"] and not self.options.ignore_bad
        return 1 if bad or self.damage else 0


def main():
    """The command line."""
    try:
        options = options_of(sys.argv[1:])
    except ValueError as error:
        sys.exit(f"vcnref.py: {error}")
    inputs = []
    for name in options.operands or ("-",):
        if name == "-":
            inputs.append((name, sys.stdin.buffer.read()))
        else:
            with open(name, "rb") as file:
                inputs.append((name, file.read()))
    done = Run(options, meta.load(options.dumps)).run(inputs)
    sys.stdout.buffer.write(done.output())
    sys.stdout.flush()
    if options.rejects:
        with open(options.rejects, "wb") as file:
            file.write(b"".join(done.rejects))
    if options.stats:
        text = json.dumps(done.stats(), separators=(",", ":")) + "\n"
        if options.stats == "-":
            sys.stderr.write(text)
        else:
            with open(options.stats, "w", encoding="utf-8") as file:
                file.write(text)
    sys.exit(done.exit_status())


if __name__ == "__main__":
    main()
