#!/usr/bin/env python3
"""Holds matching and judging against the statement of rules.py.

    compare_rules.py JUDGE_LINES [--records N] [--seed S]

The settled cases and random worlds and records go through JUDGE_LINES
(tests/unit/rules), which is told by lines what applies and who belongs to which
group. All results must be equal, and all that can come out has to have come up.
"""

import argparse
import collections
import itertools
import json
import os
import random
import subprocess
import sys

import rules
import rules_worlds

CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                     "rules_cases.ndjson")
RECORDS_OF_WORLD = 50
_ANSWERS = {rules.NO: 0, rules.MAYBE: 1, rules.YES: 2}
_DIRECTIONS = {"ingress": 0, "egress": 1, None: 2}
OUTCOMES = {
    ("permitted", "certain"), ("permitted", "likely"),
    ("permitted", "possible"), ("reply", "certain"), ("reply", "likely"),
    ("reply", "possible"), ("either", "possible"), ("unexplained", "none"),
    ("denied", "certain"), ("denied", "likely"), ("denied", "possible"),
    ("late_reply", "likely"), ("contradicted", "none"),
    ("exempt", "certain"), ("unknown", "none")}


def line_of_world(source, world, owners):
    """The world for the program: runs, in the order of owners."""
    runs = []
    for ocid in owners:
        of_group = ocid in world.groups
        if of_group:
            name = world.groups[ocid].get("displayName")
            given = [("ingress", rule) if rule["direction"] == "INGRESS" else
                     ("egress", rule)
                     for rule in source["nsgrules"].get(ocid, [])]
        else:
            held = next(each for each in source["lists"]
                        if each["id"] == ocid)
            name = held["displayName"]
            given = [(way, rule) for way in ("ingress", "egress")
                     for rule in held[way + "SecurityRules"]]
        runs.append({"ocid": ocid, "name": name, "group": of_group,
                     "ingress": [rule for way, rule in given
                                 if way == "ingress"],
                     "egress": [rule for way, rule in given
                                if way == "egress"]})
    return {"world": {"runs": runs, "groups": sorted(world.groups),
                      "services": source.get("ranges", {})}}


def line_of_record(world, record, owners):
    """A record for the program, with what it cannot know by itself."""
    judging = rules.Judging(world, record)
    subnet = judging.subnet
    applying, answers = [], []
    if subnet is not None:
        applying = [ocid for ocid in subnet["securityListIds"]
                    if ocid in world.lists] + world.groups_of(judging.vnic)
    names = sorted(world.groups) + ["ocid1.networksecuritygroup.unknown"]
    for address in (judging.source, judging.destination):
        answers.append([
            _ANSWERS[world.group_has(name, subnet["vcnId"], address)]
            if address is not None and subnet is not None else 0
            for name in names])
    return {"data": record["data"], "complete": judging.complete,
            "direction": _DIRECTIONS[judging.direction],
            "guessed": judging.guessed, "within": judging.both_inside
            if subnet is not None else False,
            "runs": [owners.index(ocid) for ocid in applying],
            "source_in": answers[0], "destination_in": answers[1]}


class Seen:
    """What came up, so that nothing is equal by never being asked."""

    def __init__(self):
        self.outcomes = collections.Counter()
        self.words = collections.Counter()

    def add(self, result):
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
        wanted.append("three nearest")
        return sorted(map(str, OUTCOMES - set(self.outcomes))) + \
            [word for word in wanted if not self.words[word]]


def settled():
    """(world, records, results) of each settled case."""
    with open(CASES, encoding="utf-8") as file:
        for line in file:
            case = json.loads(line)
            yield case["world"], [case["record"]], [case["rules"]]


def invented(rng, count):
    """(world, records, None) until there are so many records."""
    for _ in range(-(-count // RECORDS_OF_WORLD)):
        yield rules_worlds.make_world(rng), [
            rules_worlds.make_record(rng)
            for _ in range(RECORDS_OF_WORLD)], None


def make_lines(worlds):
    """(lines for the program, [(world, record, expected result)])"""
    lines, expected = [], []
    for source, records, results in worlds:
        world = rules.World(source)
        owners = list(world.lists) + sorted(world.groups)
        lines.append(line_of_world(source, world, owners))
        lines += [line_of_record(world, record, owners) for record in records]
        results = results or [rules.judge(world, record)
                              for record in records]
        expected += [(source, *each) for each in zip(records, results)]
    return lines, expected


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("program")
    parser.add_argument("--records", type=int, default=100000)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = random.Random(f"rules {given.seed}")
    lines, expected = make_lines(
        itertools.chain(settled(), invented(rng, given.records)))
    done = subprocess.run(
        [given.program], check=False, stdout=subprocess.PIPE,
        input="".join(json.dumps(line) + "\n" for line in lines).encode())
    results = [json.loads(line) for line in done.stdout.splitlines()]
    if done.returncode != 0 or len(results) != len(expected):
        sys.exit(f"{given.program}: status {done.returncode}, "
                 f"{len(results)} of {len(expected)} results")
    seen = Seen()
    for result, (source, record, wanted) in zip(results, expected):
        seen.add(wanted)
        if result != wanted:
            sys.exit("\n".join((
                "world:    " + json.dumps(source),
                "record:   " + json.dumps(record),
                "expected: " + json.dumps(wanted),
                "result:   " + json.dumps(result))))
    for outcome, count in sorted(seen.outcomes.items()):
        print(f"{count:8} {outcome[0]}, {outcome[1]}")
    missing = seen.missing()
    if missing:
        sys.exit("never came up: " + ", ".join(missing))
    print(f"{len(expected)} records judged alike")


if __name__ == "__main__":
    main()
