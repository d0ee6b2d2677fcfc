#!/usr/bin/env python3
"""Holds tables and selections by endpoint against a statement of their own.

    compare_tables.py VCNFLOW VCNMETA [--worlds N] [--runs N] [--seed S]

For random worlds whose names are hard on formats, records with odd members, and
random --fields, --format, --missing, --header, --keep, --source, --destination,
--address, their ports, --subnet and --vnic: the output byte for byte, and how
many records were left out. What the usual record says of a record (compare.py and
compare_rules.py hold that) is where derived fields come from, and the original is
where all the rest comes from. The last line counts the runs.
"""

import argparse
import ipaddress
import json
import os
import random
import sys
import tempfile

import compare_rules
import rules
import rules_worlds
import strictjson

CARRIED = ("destinationAddress", "destinationPort", "protocol", "protocolName",
           "sourceAddress")
SHORT = {"action": "action", "bytes": "bytesOut", "packets": "packets",
         "source_port": "sourcePort", "start": "startTime", "end": "endTime"}
DERIVED = ("internal_or_external_source", "internal_or_external_destination",
           "traffic_direction", "traffic_type", "security_lists",
           "security_list_ids", "rules", "names")
NAMES = {"subnet_name": "subnet", "vcn_name": "vcn",
         "compartment_name": "compartment", "peer_subnet_name": "peer_subnet"}
JUDGED = ("verdict", "confidence", "permitted_by")
PATHS = ("time", "data", "oracle", "data.bytesOut", "data.x", "data.x.y",
         "data.x.y.z", "data.odd", "data.gone", "gone", "odd.key", "odd",
         "oracle.vnicocid", "data.sourceAddress", "data.", ".data", "a b",
         "data.\u00fc", "\u00fc")
DEFAULT = ("start", "end", "action", "traffic_direction", "traffic_type",
           "protocolName", "sourceAddress", "source_port", "destinationAddress",
           "destinationPort", "packets", "bytes", "subnet_name", "vcn_name")
TEXTS = ("plain", "a,b", 'a"b', "a\nb", "a\r\nb", "a\tb", "a\\b", "", " a ", "null",
         "\u00fc\U0001f600", "=1+1", "\x01\x7f", "</script>", "!x", "@y", "#z", '"')
ODD = (None, True, False, 0, -7, 1.5, 1e300, 2**64, [], {}, [1, "a,\t"],
       {"y": {"z": "deep\n"}}, {"y": 5}, {"y.z": 6, "y": [{"z": 7}]})


# ---- what comes in -----------------------------------------------------------


def odd(rng):
    return rng.choice(TEXTS) if rng.random() < 0.5 else rng.choice(ODD)


def make_line(rng):
    record = rules_worlds.make_record(rng)
    data, oracle = record["data"], record["oracle"]
    for name in ("bytesOut", "packets", "startTime", "endTime", "protocolName",
                 "x", "odd", "\u00fc", ""):
        if rng.random() < 0.6:
            data[name] = rng.randrange(10**6) if rng.random() < 0.5 else odd(rng)
    for name in ("sourceAddress", "sourcePort", "protocol", "action"):
        if rng.random() < 0.03:
            del data[name]
    if rng.random() < 0.05:
        oracle[rng.choice(("vnicocid", "vnicsubnetocid"))] = odd(rng)
    for name in ("time", "odd", "odd.key", "data.x", "a b", "\u00fc", "names"):
        if rng.random() < 0.3:
            record[name] = odd(rng)
    members = list(record.items())
    rng.shuffle(members)
    text = json.dumps(dict(members), ensure_ascii=rng.random() < 0.5,
                      separators=rng.choice(((",", ":"), (", ", ": "))))
    return text.encode()


def make_names(rng, world):
    """Gives the subnets names: hard ones, and twice the same one."""
    for subnet in world["subnets"]:
        subnet["displayName"] = rng.choice((*TEXTS, None, "plain", "plain"))
    world["vcns"] = [
        {"id": rules_worlds.VCN, "displayName": rng.choice(TEXTS),
         "cidrBlocks": ["10.0.0.0/16"], "lifecycleState": "AVAILABLE",
         "compartmentId": "ocid1.compartment.oc1..c"}]


# ---- the statement -------------------------------------------------------------


class Known:
    """A record: its original, and what the usual record says."""

    def __init__(self, line, full, ids, plain):
        self.plain = plain
        self.original = strictjson.parse(line, 128)
        self.record = json.loads(line)
        self.full = strictjson.parse(full, 128)
        self.said = json.loads(full)
        self.ids = strictjson.parse(ids, 128)

    def path(self, name):
        """The raw value at a path into the original, or None."""
        found = self.original.member(name.encode())
        if found is None and "." in name:
            found = self.original
            for step in name.split("."):
                found = found.member(step.encode()) if found is not None else None
        return None if found is None else found.raw()

    def field(self, name, missing):
        """The JSON of a field; "missing" is that of the five."""
        if name in CARRIED:
            found = self.original.member(b"data").member(name.encode())
            return missing if found is None else found.raw()
        if name in SHORT:
            found = self.original.member(b"data").member(SHORT[name].encode())
            return b"null" if found is None else found.raw()
        if name == "security_list_ids":
            return self.ids.member(b"security_list_ids").raw()
        if name in DERIVED:
            return self.full.member(name.encode()).raw()
        if name in NAMES:
            return self.full.member(b"names").member(NAMES[name].encode()).raw()
        if name in JUDGED:
            return self.judged(name)
        return self.path(name) or b"null"

    def judged(self, name):
        judgement = self.full.member(b"rules")
        if judgement.kind == "0":
            return b"null"
        if name != "permitted_by":
            return judgement.member(name.encode()).raw()
        texts = [f"{each['ocid']} {each['rule']}"
                 for each in self.said["rules"]["permitted_by"]]
        return json.dumps("; ".join(texts), ensure_ascii=False).encode()


def cell(value, form):
    """A JSON value in a cell."""
    if value == b"null":
        return b""
    text = strictjson.spell(value) if value[:1] == b'"' else value
    if form == "tsv":
        for byte, letter in ((b"\\", b"\\\\"), (b"\t", b"\\t"), (b"\n", b"\\n"),
                             (b"\r", b"\\r")):
            text = text.replace(byte, letter)
        return text
    if any(byte in text for byte in b'",\r\n'):
        return b'"' + text.replace(b'"', b'""') + b'"'
    return text


def lines_of(known, run):
    """The output, as a list of lines."""
    form, missing = run.form, run.missing
    if missing is None:
        missing = b"null" if form in ("csv", "tsv") else b'"N/A"'
    names = [name.encode() for name in run.fields]
    if form in ("csv", "tsv"):
        between = b"," if form == "csv" else b"\t"
        out = []
        if run.header:
            out.append(between.join(
                cell(json.dumps(name).encode(), form) for name in run.fields))
        for each in known:
            out.append(between.join(
                cell(each.field(name, missing), form) for name in run.fields))
        return out
    return [b"{" + b",".join(
        json.dumps(name.decode(), ensure_ascii=False).encode() + b":" +
        each.field(name.decode(), missing) for name in names) + b"}"
        for each in known]


def kept_line(each, run):
    """The usual record, and the members that --keep names and it has."""
    out = each.plain[:-1]
    for name in run.kept:
        value = each.path(name)
        if value is not None:
            out += b"," + json.dumps(name, ensure_ascii=False).encode() + b":" + value
    return out + b"}"


def text_of(known, run):
    if run.kept:
        lines = [kept_line(each, run) for each in known]
    else:
        lines = lines_of(known, run)
    if run.form == "array":
        return b"[" + b",\n".join(lines) + b"]\n"
    return b"".join(line + b"\n" for line in lines)


# ---- endpoints -------------------------------------------------------------------


class Endpoint:
    """A list of an option: elements that are texts, or ones with "!"."""

    def __init__(self, option, elements, fits):
        self.option, self.elements, self.fits = option, elements, fits

    def keeps(self, record):
        plain = [each for each in self.elements if each[0] != "!"]
        marked = [each[1:] for each in self.elements if each[0] == "!"]
        return (not plain or any(self.fits(each, record) for each in plain)) and \
            not any(self.fits(each, record) for each in marked)


def holds(element, value):
    address = rules.address_of(value)
    if address is None:
        return False
    blocks = {"rfc1918": ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"),
              "cgnat": ("100.64.0.0/10",), "ula": ("fc00::/7",)}.get(
                  element, (element,))
    return any(address in ipaddress.ip_network(block, strict=False)
               for block in blocks
               if ipaddress.ip_network(block, strict=False).version ==
               address.version)


def has_port(element, value):
    port = rules.number_of(value, 65535)
    low, _, high = element.partition("-")
    return port is not None and int(low) <= port <= int(high or low)


def of_sides(test, *names):
    return lambda element, record: any(
        test(element, record["data"].get(name)) for name in names)


def of_subnet(world):
    def fits(element, record):
        subnet = record["oracle"].get("vnicsubnetocid")
        if element.startswith("ocid1.subnet."):
            return subnet == element
        return any(each["id"] == subnet and each["displayName"] == element
                   for each in world["subnets"])
    return fits


def make_endpoints(rng, world):
    blocks = ("10.0.1.5", "10.0.1.0/24", "10.0.0.0/8", "198.51.100.7/25", "::/0",
              "0.0.0.0/0", "2001:db8:1:1::5", "2001:DB8::/32", "rfc1918", "cgnat",
              "ula", "::ffff:10.0.1.5", "8.8.8.8")
    ports = ("0", "22", "443", "0443", "80-9000", "40000-65535", "0-65535", "53")
    names = sorted({each["displayName"] for each in world["subnets"]
                    if each["displayName"] and each["displayName"].strip() and
                    not set(each["displayName"]) & set(",!@#\n\r\t") and
                    each["displayName"].strip() == each["displayName"]})
    subnets = [each["id"] for each in world["subnets"]] + names + \
        ["ocid1.subnet.oc1.iad.gone"]
    vnics = [f"ocid1.vnic.oc1.iad.{tail}" for tail in ("v1", "v2", "v9", "none")]
    kinds = (
        ("source", blocks, of_sides(holds, "sourceAddress")),
        ("destination", blocks, of_sides(holds, "destinationAddress")),
        ("address", blocks, of_sides(holds, "sourceAddress", "destinationAddress")),
        ("source-port", ports, of_sides(has_port, "sourcePort")),
        ("destination-port", ports, of_sides(has_port, "destinationPort")),
        ("port", ports, of_sides(has_port, "sourcePort", "destinationPort")),
        ("subnet", subnets, of_subnet(world)),
        ("vnic", vnics, lambda element, record:
         record["oracle"].get("vnicocid") == element))
    for option, elements, fits in rng.sample(kinds, rng.choice((0, 0, 1, 1, 2, 3))):
        chosen = [("!" if rng.random() < 0.3 else "") + rng.choice(elements)
                  for _ in range(rng.choice((1, 1, 2, 3)))]
        yield Endpoint(option, chosen, fits)


# ---- runs ------------------------------------------------------------------------


class Run:
    """The options of one run, and what must come of it."""

    def __init__(self, rng, world, folder):
        self.form = rng.choice(("ndjson", "array", "csv", "csv", "tsv", "tsv"))
        self.header = rng.random() < 0.8
        self.missing, self.argv = None, ["--format", self.form]
        self.kept, self.fields = (), ()
        if self.form in ("ndjson", "array") and rng.random() < 0.3:
            self.kept = rng.sample([each for each in (*PATHS, "names", "rules")
                                    if each != "oracle"], rng.randrange(1, 6))
            self.argv += ["-l", "none", "--keep", ",".join(self.kept)]
        elif rng.random() < 0.2 and self.form in ("csv", "tsv"):
            self.fields = DEFAULT
        else:
            every = [*CARRIED, *SHORT, *DERIVED, *NAMES, *JUDGED, *PATHS]
            self.fields = rng.sample(every, rng.randrange(1, 9))
            self.argv += ["--fields", ",".join(self.fields)]
        if not self.kept and rng.random() < 0.3:
            text = rng.choice(("null", "-", "", 'a"b', "\t,", "N/A"))
            self.missing = b"null" if text == "null" else json.dumps(text).encode()
            self.argv += ["--missing", text]
        if self.form in ("csv", "tsv"):
            if not self.header:
                self.argv.append("--no-header")
            elif rng.random() < 0.5:
                self.argv.append("--header")
        self.endpoints = list(make_endpoints(rng, world))
        for endpoint in self.endpoints:
            self.argv += ["--" + endpoint.option,
                          self.list_of(rng, endpoint, folder)]
        self.argv += ["-j", rng.choice(("1", "3"))]

    @staticmethod
    def list_of(rng, endpoint, folder):
        """On the command line, or all of it in a file."""
        if rng.random() < 0.7:
            return ",".join(endpoint.elements)
        path = os.path.join(folder, "list-" + endpoint.option)
        with open(path, "w", encoding="utf-8", newline="") as file:
            file.write(rng.choice(("", "\ufeff", "# none\r\n\n")))
            file.write(rng.choice(("\n", "\r\n", " # why\n")).join(endpoint.elements))
        return "@" + path

    def keeps(self, record):
        return all(each.keeps(record) for each in self.endpoints)


def outputs(programs, log):
    """The usual records with all, with the OCIDs of lists, and without lists."""
    argv = [programs.vcnflow, "-q", "-m", programs.lookup, "-a", "all"]
    full = programs.run([*argv, "--rules", "--names"], log, (0,))
    ids = programs.run([*argv, "-l", "ids"], log, (0,))
    plain = programs.run([*argv, "-l", "none"], log, (0,))
    return [each.split(b"\n")[:-1] for each in (full, ids, plain)]


def check(programs, run, known, log):
    """What is wrong with a run, or None."""
    stats = os.path.join(programs.folder, "stats.json")
    got = programs.run(
        [programs.vcnflow, "-q", "-m", programs.lookup, "-a", "all",
         f"--stats={stats}", *run.argv], log, (0,))
    kept = [each for each in known if run.keeps(each.record)]
    if got != text_of(kept, run):
        return got, text_of(kept, run)
    with open(stats, encoding="utf-8") as file:
        counts = json.load(file)
    if counts["filtered"]["endpoint"] != len(known) - len(kept) or \
            counts["emitted"] != len(kept):
        return counts, len(kept)
    return None


def difference(got, wanted):
    if isinstance(got, dict):
        return f"counted {got}, wanted {wanted} emitted"
    for number, (one, other) in enumerate(zip(got.split(b"\n"),
                                              wanted.split(b"\n"))):
        if one != other:
            return f"line {number}:\n got    {one}\n wanted {other}"
    return f"{len(got)} bytes, {len(wanted)} wanted"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("vcnflow")
    parser.add_argument("vcnmeta")
    parser.add_argument("--worlds", type=int, default=5)
    parser.add_argument("--runs", type=int, default=60)
    parser.add_argument("--records", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = random.Random(f"tables {given.seed}")
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        programs = compare_rules.Programs(
            os.path.abspath(given.vcnflow), os.path.abspath(given.vcnmeta), folder)
        for _ in range(given.worlds):
            world = rules_worlds.make_world(rng)
            make_names(rng, world)
            programs.build(world)
            lines = [make_line(rng) for _ in range(given.records)]
            log = b"".join(line + b"\n" for line in lines)
            known = [Known(*each) for each in
                     zip(lines, *outputs(programs, log), strict=True)]
            for _ in range(given.runs):
                run = Run(rng, world, folder)
                wrong = check(programs, run, known, log)
                passed, failed = passed + (not wrong), failed + bool(wrong)
                if wrong:
                    print(" ".join(run.argv), difference(*wrong), sep="\n")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
