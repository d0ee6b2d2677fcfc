#!/usr/bin/env python3
"""Holds vcnflow --rules against the statement of rules.py.

    compare_rules.py VCNFLOW VCNMETA [--records N] [--seed S] [--keep-going]

The settled cases, and random worlds that are dense in matches, become dumps of
the oci CLI, these a lookup file, and each record's member "rules" what the
statement says. All that can come out has to have come up. The last line counts
the records.
"""

import argparse
import collections
import itertools
import json
import os
import random
import subprocess
import sys
import tempfile

import rules
import rules_worlds

CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                     "rules_cases.ndjson")
RECORDS_OF_WORLD = 400
RECORDS_OF_FULL = 100
REGION = "us-ashburn-1"
TAGS = {rules_worlds.LABEL: "OSN",
        rules_worlds.STORAGE_LABEL: "OBJECT_STORAGE"}
OUTCOMES = {
    ("permitted", "certain"), ("permitted", "likely"),
    ("permitted", "possible"), ("reply", "certain"), ("reply", "likely"),
    ("reply", "possible"), ("either", "possible"), ("unexplained", "none"),
    ("denied", "certain"), ("denied", "likely"), ("denied", "possible"),
    ("late_reply", "likely"), ("contradicted", "none"),
    ("exempt", "certain"), ("unknown", "none")}


class Seen:
    """What came up, so that nothing is equal by never being asked."""

    def __init__(self):
        self.outcomes = collections.Counter()
        self.words = collections.Counter()

    def add(self, result):
        if result is None:
            self.words["not judged"] += 1
            return
        self.outcomes[result["verdict"], result["confidence"]] += 1
        for name in ("permitted_by", "reply_to", "nearest"):
            for entry in result.get(name, []):
                for word in entry.get("maybe", []):
                    self.words["maybe " + word] += 1
                for word in entry.get("misses", []):
                    self.words["misses " + word] += 1
        if len(result.get("nearest", [])) == 3:
            self.words["three nearest"] += 1

    def missing(self):
        wanted = ["maybe " + word for word in rules.REASONS]
        wanted += ["misses " + word for word in rules.WEIGHTS]
        wanted += ["three nearest", "not judged"]
        return sorted(map(str, OUTCOMES - set(self.outcomes))) + \
            [word for word in wanted if not self.words[word]]


def settled():
    """(world, records, results) of each settled case."""
    with open(CASES, encoding="utf-8") as file:
        for line in file:
            case = json.loads(line)
            yield case["world"], [case["record"]], [case["rules"]]


def invented(rng, count, is_full=False):
    """(world, records, results) until there are so many records."""
    while count > 0:
        source = rules_worlds.make_world(rng, is_full)
        world = rules.World(source)
        records = [rules_worlds.make_record(rng)
                   for _ in range(min(count, RECORDS_OF_WORLD))]
        count -= len(records)
        yield source, records, [rules.judge(world, record)
                                for record in records]


class Programs:
    """The programs, and a folder for what goes in."""

    def __init__(self, vcnflow, vcnmeta, folder):
        self.vcnflow, self.vcnmeta = vcnflow, vcnmeta
        self.folder = folder
        self.lookup = os.path.join(folder, "net.lut")

    def _write(self, name, value):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            json.dump(value, file)
        return path

    def _groups(self, source):
        """The arguments that bring what is known of groups."""
        argv = []
        if "nsgs" in source:
            argv.append(self._write("nsgs.json", {"data": source["nsgs"]}))
            if source.get("all_groups", True):
                argv.append("--all-groups")
        for name, option in (("nsgrules", "--nsg-rules"),
                             ("nsgvnics", "--nsg-vnics")):
            for ocid, held in source.get(name, {}).items():
                if name == "nsgvnics":
                    held = [{"vnicId": vnic, "resourceId": None}
                            for vnic in held]
                path = self._write(f"{name}-{ocid[-2:]}.json", {"data": held})
                argv += [option, f"{ocid}={path}"]
        return argv

    def build(self, source):
        """Makes the lookup file of a world."""
        argv = [self.vcnmeta, "build", "-q", "-o", self.lookup,
                self._write("subnets.json", {"data": source["subnets"]}),
                self._write("lists.json", {"data": source["lists"]})]
        argv += self._groups(source)
        if "vcns" in source:
            argv.append(self._write("vcns.json", {"data": source["vcns"]}))
        if source.get("ips"):
            argv.append(self._write("ips.json", {"data": source["ips"]}))
        if "ranges" in source:
            cidrs = [{"cidr": block, "tags": [TAGS[label]]}
                     for label, blocks in source["ranges"].items()
                     for block in blocks]
            argv.append(self._write("ranges.json", {
                "last_updated_timestamp": "2026-11-01T00:00:00.000000",
                "regions": [{"region": REGION, "cidrs": cidrs}]}))
        held = {each["id"] for each in source["lists"]}
        is_missing = any(ocid not in held for subnet in source["subnets"]
                         for ocid in subnet["securityListIds"])
        self.run(argv, b"", (1,) if is_missing else (0,))

    def judge(self, records):
        """The member "rules" of each record."""
        text = "".join(json.dumps(record) + "\n" for record in records)
        done = self.run([self.vcnflow, "-q", "-m", self.lookup, "-a", "all",
                          "-l", "none", "--rules"], text.encode(), (0,))
        return [json.loads(line)["rules"] for line in done.splitlines()]

    @staticmethod
    def run(argv, data, statuses):
        done = subprocess.run(argv, check=False, input=data,
                              capture_output=True)
        if done.returncode not in statuses:
            sys.exit(f"{' '.join(argv)}: status {done.returncode}\n"
                     f"{done.stderr.decode(errors='replace')}")
        return done.stdout


def show(source, record, wanted, result):
    """A difference, with all that is needed to see it again."""
    print("world:   ", json.dumps(source))
    print("record:  ", json.dumps(record))
    print("expected:", json.dumps(wanted))
    print("result:  ", json.dumps(result))


def compare(programs, worlds, seen, keep_going):
    """(records, differences)"""
    judged = differing = 0
    for source, records, expected in worlds:
        programs.build(source)
        results = programs.judge(records)
        if len(results) != len(records):
            sys.exit(f"{len(results)} of {len(records)} records came out")
        for record, wanted, result in zip(records, expected, results):
            judged += 1
            seen.add(wanted)
            if result == wanted:
                continue
            differing += 1
            show(source, record, wanted, result)
            if not keep_going:
                return judged, differing
    return judged, differing


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("vcnflow")
    parser.add_argument("vcnmeta")
    parser.add_argument("--records", type=int, default=100000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep-going", action="store_true")
    given = parser.parse_args()
    rng = random.Random(f"rules {given.seed}")
    seen = Seen()
    with tempfile.TemporaryDirectory() as folder:
        judged, differing = compare(
            Programs(os.path.abspath(given.vcnflow),
                     os.path.abspath(given.vcnmeta), folder),
            itertools.chain(settled(), invented(rng, RECORDS_OF_FULL, True),
                            invented(rng, given.records)),
            seen, given.keep_going)
    for outcome, count in sorted(seen.outcomes.items()):
        print(f"{count:8} {outcome[0]}, {outcome[1]}")
    missing = [] if differing else seen.missing()
    if missing:
        print("never came up: " + ", ".join(missing))
    print(f"{judged - differing} passed, {differing + bool(missing)} failed, "
          "0 skipped")
    return 1 if differing or missing else 0


if __name__ == "__main__":
    sys.exit(main())
