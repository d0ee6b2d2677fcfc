#!/usr/bin/env python3
"""Holds vcnflow --conversations against the statement of conversations.py.

    compare_conversations.py VCNFLOW VCNMETA [--worlds N] [--seed S]

For random worlds and logs the sums must be those of the statement, byte for
byte, with any number of threads. Then they must add up: the log is cut at random,
its parts in random order are summed, in part with tables that hold one line, and
what comes of that is shuffled, cut and summed again, several times over; at the
end it must be what one run over the whole says. The last line counts the checks.
"""

import argparse
import gzip
import json
import os
import random
import sys
import tempfile

import compare_rules
import conversations
import rules
import rules_worlds

RECORDS = 1500
START = 1793491200      # 2026-11-01
_NUMBERS = (1, 2, 40, 1500, 0, -3, 2.5, "7", None, 2**40, 2**62, 2**63, 2**64)


def make_record(rng):
    record = rules_worlds.make_record(rng)
    data = record["data"]
    start = START + rng.randrange(3 * 86400)
    times = {"startTime": start, "endTime": start + rng.randrange(61)}
    for name, seconds in times.items():
        odd = rng.random()
        if odd < 0.9:
            data[name] = seconds
        elif odd < 0.94:
            data[name] = str(seconds)
        elif odd < 0.97:
            data[name] = rng.choice((None, "x", 1.5, [], str(-seconds)))
    if rng.random() < 0.01:
        # the first of a period, and none that could be told by its end
        data.update(startTime=START, endTime=START)
    for name in ("packets", "bytesOut"):
        if rng.random() < 0.95:
            data[name] = rng.choice(_NUMBERS) if rng.random() < 0.1 else \
                rng.randrange(1, 2000)
    if rng.random() < 0.5:
        # few keys, so that there is something to sum
        data.update(sourcePort=443, destinationPort=rng.randrange(40000, 60000))
    if rng.random() < 0.3:
        data["sourcePort"], data["destinationPort"] = \
            data["destinationPort"], data["sourcePort"]
    return record


class Runs:
    """Runs of vcnflow --conversations with one lookup file."""

    def __init__(self, programs, rng):
        self.programs, self.rng = programs, rng
        self.stats = os.path.join(programs.folder, "stats.json")

    def sums(self, data, *more):
        return self.programs.run(
            [self.programs.vcnflow, "-q", "-m", self.programs.lookup,
             "--conversations", f"--stats={self.stats}", *more], data, (0,))

    def counts(self):
        with open(self.stats, encoding="utf-8") as file:
            return json.load(file)

    def in_parts(self, data, *more):
        """Sums of the lines of data, cut and ordered at random."""
        lines = data.splitlines(keepends=True)
        self.rng.shuffle(lines)
        cuts = sorted(self.rng.sample(range(len(lines) + 1),
                                      min(len(lines), self.rng.randrange(9))))
        parts = []
        for begin, end in zip([0, *cuts], [*cuts, len(lines)]):
            part = b"".join(lines[begin:end])
            if self.rng.random() < 0.3:
                part = gzip.compress(part, 1)
            table = ["--table", "1"] if self.rng.random() < 0.3 else []
            parts.append(self.sums(part, *more, *table))
        self.rng.shuffle(parts)
        return b"".join(parts)


def check_world(runs, world, records):
    """Yields (what, whether it held)."""
    log = b"".join(json.dumps(each).encode() + b"\n" for each in records)
    whole, counts = conversations.summed(world, records)
    yield "the sums", runs.sums(log, "-j", "1") == whole
    said = runs.counts()
    yield "the counts", all(said[name] == counts[name] for name in (
        "emitted", "no_data", "left_out", "conversations")) and \
        said["records"] == len(records)
    yield "three threads", runs.sums(log, "-j", "3") == whole
    table = runs.sums(log * 3, "--table", "1", "-j", "1")
    yield "a small table, three threads", \
        runs.sums(log * 3, "--table", "1", "-j", "3") == table
    yield "a small table, summed again", \
        runs.sums(table) == runs.sums(log * 3)
    for per, seconds in (("1h", 3600), ("5h", 18000), ("1d", 86400)):
        wanted, _ = conversations.summed(world, records, seconds)
        parts = runs.in_parts(log, "--per", per)
        for level in range(runs.rng.randrange(3)):
            parts = runs.in_parts(parts, "--per", per)
        yield f"parts, --per {per}", runs.sums(parts, "--per", per) == wanted
        yield f"parts, --per {per} dropped", runs.sums(parts) == whole
    parts = runs.in_parts(log)
    for level in range(runs.rng.randrange(3)):
        parts = runs.in_parts(parts)
    yield "parts", runs.sums(parts) == whole
    hours = runs.in_parts(log, "--per", "1h")
    wanted, _ = conversations.summed(world, records, 86400)
    yield "hours to days", runs.sums(hours, "--per", "1d") == wanted


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("vcnflow")
    parser.add_argument("vcnmeta")
    parser.add_argument("--worlds", type=int, default=4)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    rng = random.Random(f"conversations {given.seed}")
    passed = failed = 0
    with tempfile.TemporaryDirectory() as folder:
        programs = compare_rules.Programs(
            os.path.abspath(given.vcnflow), os.path.abspath(given.vcnmeta),
            folder)
        for number in range(given.worlds):
            source = rules_worlds.make_world(rng)
            programs.build(source)
            records = [make_record(rng) for _ in range(RECORDS)]
            for what, held in check_world(Runs(programs, rng),
                                          rules.World(source), records):
                passed, failed = passed + held, failed + (not held)
                if not held:
                    print(f"world {number}: {what} differ")
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
