#!/usr/bin/env python3
"""Holds vcnflow and vcnmeta against the reference.

    compare.py VCNFLOW VCNMETA [--records N] [--scale X] [--seed S]
               [--only WORD] [--inputs FOLDER] [--keep-going]

Every subject, a generated input under one set of options, is judged once by
the reference and run several ways: by stdin and by name, with one thread and
two, plain and as gzip of one and of many members. What must agree: stdout,
exit status, --stats but for the seconds, --rejects, and the places that the
messages name. A difference is shown with the smallest input that still shows
it. What fuzzing found is judged too, by its own lookup file: what the tree has
of it, or all that lies in the FOLDER. The last line counts the ways that were
run.
"""

import argparse
import gzip
import json
import os
import random
import re
import subprocess
import sys
import tempfile
from typing import NamedTuple

import corpus
import generate
import metadata
import scraps
import subjects
import vcnref
from world import World, dumps

EPOCH = 1790000000
LIMIT = 60          # seconds for one run of a program
NAMED = 10          # bad records that are named in a run
TRIES = 400         # runs for making a difference small
SHOWN = 3000        # bytes of each side that are printed
_PLACE = re.compile(r"\b(line|record) (\d+)\b")


class Way(NamedTuple):
    """How an input reaches the program."""

    name: str
    argv: tuple
    pack: object     # bytes to bytes: what is stored
    by_name: bool    # a file operand; else stdin


class Outcome(NamedTuple):
    """What a run left behind."""

    status: int
    stdout: bytes
    stats: dict
    rejects: bytes
    places: list


def _many(data):
    return generate.members(data, len(data), 2 + len(data) // 100000)


WAYS = (Way("-j1", ("-j", "1"), bytes, False),
        Way("-j2", ("-j", "2"), bytes, True),
        Way("gzip -j2", ("-j", "2"), lambda data: gzip.compress(data, 1),
            False),
        Way("members -j1", ("-j", "1"), _many, True))


class Bench:
    """The programs, their lookup file, and what the reference knows."""

    def __init__(self, given, folder):
        self.vcnflow = os.path.abspath(given.vcnflow)
        self.vcnmeta = os.path.abspath(given.vcnmeta)
        self.folder = folder
        self.world = World(given.seed)
        self.environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C",
                            "SOURCE_DATE_EPOCH": str(EPOCH)}
        for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS", "TSAN_OPTIONS",
                     "GCOV_PREFIX", "LD_LIBRARY_PATH"):
            if name in os.environ:
                self.environment[name] = os.environ[name]
        os.environ["SOURCE_DATE_EPOCH"] = str(EPOCH)
        self.use(generate.write_dumps(self.world, folder), "net.lut")

    def use(self, dumps, lookup):
        """Takes the metadata of these dumps from here on."""
        self.dumps = dumps
        self.known = metadata.load(dumps)
        self.lookup = self.path(lookup)

    def path(self, name):
        return os.path.join(self.folder, name)

    def call(self, argv, stdin=b""):
        """Runs a program; a run that hangs counts as status -1."""
        try:
            return subprocess.run(argv, input=stdin, capture_output=True,
                                  env=self.environment, timeout=LIMIT,
                                  check=False)
        except subprocess.TimeoutExpired:
            return subprocess.CompletedProcess(argv, -1, b"", b"timed out")

    # -- the filter --------------------------------------------------------

    def run(self, argv, way, data):
        """vcnflow's outcome over data, reached the given way."""
        stats, rejects = self.path("stats"), self.path("rejects")
        for path in (stats, rejects):
            if os.path.exists(path):
                os.unlink(path)
        stored = way.pack(data)
        command = [self.vcnflow, *argv, *way.argv, "--stats=" + stats,
                   "--rejects", rejects]
        if "-m" not in argv:
            command += ["-m", self.lookup]
        if way.by_name:
            with open(self.path("input"), "wb") as file:
                file.write(stored)
            command.append(self.path("input"))
            stored = b""
        done = self.call(command, stored)
        return Outcome(done.returncode, _plain(argv, done.stdout),
                       _read_json(stats), _read(rejects), _places(done.stderr))

    def judge(self, argv, data):
        """The reference's run over data."""
        about = metadata.NOTHING if "-m" in argv else self.known
        options = vcnref.options_of(reference_argv(argv))
        return vcnref.Run(options, about).run([("-", data)])


def reference_argv(argv):
    """Without what the reference has no option for."""
    kept = list(argv)
    if "-z" in kept:
        kept.remove("-z")
    if "-m" in kept:
        at = kept.index("-m")
        del kept[at:at + 2]
    return kept


def _plain(argv, stdout):
    if "-z" not in argv:
        return stdout
    try:
        return gzip.decompress(stdout)
    except (OSError, EOFError):
        return b"(no gzip) " + stdout


def _read(path):
    if not os.path.exists(path):
        return b"(no file)"
    with open(path, "rb") as file:
        return file.read()


def _read_json(path):
    try:
        return json.loads(_read(path))
    except ValueError:
        return {"not JSON": _read(path).decode("utf-8", "replace")}


def _places(stderr):
    """The places that are named; None where one message stands for all."""
    if b"holds more than flow-log records" in stderr:
        return None
    text = stderr.decode("utf-8", "replace")
    found = [_PLACE.search(line) for line in text.split("\n")]
    return [(match[1], int(match[2])) for match in found if match]


# ---- comparing -------------------------------------------------------------


def expected(run, stored, argv):
    """What the reference says, in the terms of an outcome."""
    stats = run.stats()
    stats["bytes_in"] = len(stored)
    if "-z" in argv:
        del stats["bytes_out"]
    places = [place[1:] for place in run.places[:NAMED]]
    return Outcome(run.exit_status(), run.output(), stats,
                   b"".join(run.rejects), places)


def differences(want, got, argv):
    """Yields (what, wanted, came) for each part that differs."""
    if want.status != got.status:
        yield "exit status", want.status, got.status
    if want.stdout != got.stdout:
        yield "stdout", want.stdout, got.stdout
    if "--strict" in argv:
        return
    stats = {name: value for name, value in got.stats.items()
             if name != "seconds" and (name != "bytes_out" or "-z" not in argv)}
    if list(want.stats.items()) != list(stats.items()):
        yield "stats", want.stats, stats
    elif list(got.stats)[-1] != "seconds":
        yield "stats", "seconds at the end", list(got.stats)
    if want.rejects != got.rejects:
        yield "rejects", want.rejects, got.rejects
    if want.stats["records"] != want.stats["bad"]:
        if got.places not in (None, want.places):
            yield "places", want.places, got.places


def check(bench, subject, way, run):
    """The differences of one way to run a subject."""
    got = bench.run(subject.argv, way, subject.data)
    want = expected(run, way.pack(subject.data), subject.argv)
    return list(differences(want, got, subject.argv))


# ---- making a difference small ---------------------------------------------


def minimised(bench, subject, way):
    """The smallest part of the subject's data that still differs."""
    tries = [TRIES]

    def differs(parts):
        tries[0] -= 1
        data = subject._replace(data=b"".join(parts))
        return bool(check(bench, data, way,
                          bench.judge(subject.argv, data.data)))

    parts = _reduce(_lines(subject.data), differs, tries)
    if len(parts) == 1:
        pieces = re.findall(rb'"[^"]*"|[^"\w]|\w+', parts[0], re.S)
        if differs(pieces):
            parts = _reduce(pieces, differs, tries)
    return b"".join(parts)


def _reduce(parts, differs, tries):
    """Takes away ever smaller stretches, as long as differs says yes."""
    size = len(parts) // 2
    while size and tries[0] > 0:
        at = 0
        while at < len(parts) and tries[0] > 0:
            fewer = parts[:at] + parts[at + size:]
            if fewer and differs(fewer):
                parts = fewer
            else:
                at += size
        size //= 2
    return parts


def _shown(value):
    if not isinstance(value, bytes):
        return repr(value)
    text = repr(value[:SHOWN])
    return text + (f" … {len(value)} bytes" if len(value) > SHOWN else "")


def report(bench, subject, way):
    """Prints the smallest reproducer of a difference."""
    data = minimised(bench, subject, way)
    small = subject._replace(data=data)
    found = check(bench, small, way, bench.judge(subject.argv, data))
    if not found:  # it comes and goes: show the whole
        found = check(bench, subject, way,
                      bench.judge(subject.argv, subject.data))
    print(f"  options: {' '.join(subject.argv)}   way: {way.name}")
    print(f"  input: {_shown(data)}")
    for what, want, came in found:
        if what == "stats":
            want, came = _differing(want, came)
        print(f"  {what}\n    reference: {_shown(want)}\n"
              f"    vcnflow:   {_shown(came)}")


def _differing(want, came):
    if not isinstance(want, dict) or list(want) != list(came):
        return want, came
    names = [name for name in want if want[name] != came[name]]
    return ({name: want[name] for name in names},
            {name: came[name] for name in names})


# ---- what else must hold ---------------------------------------------------


def _lines(data):
    """Its lines, each with its line feed, which alone ends one."""
    return [line for line in re.split(rb"(?<=\n)", data) if line]


def shards(bench, subject):
    """Cut between lines: outputs and counts of the parts are the whole's."""
    lines = _lines(subject.data)
    rng = random.Random(len(lines))
    cuts = sorted(rng.randrange(len(lines) + 1) for _ in range(5))
    argv = subject.argv + ("--framing", "ndjson")
    whole = bench.run(argv, WAYS[0], subject.data)
    parts = [bench.run(argv, WAYS[n % 2], b"".join(lines[begin:end]))
             for n, (begin, end) in enumerate(zip([0] + cuts,
                                                  cuts + [len(lines)]))]
    if b"".join(part.stdout for part in parts) != whole.stdout:
        return "the outputs of the parts are not that of the whole"
    for name in ("records", "emitted", "no_data", "bad", "bytes_in"):
        if sum(part.stats[name] for part in parts) != whole.stats[name]:
            return f"{name} of the parts do not add up"
    if b"".join(part.rejects for part in parts) != whole.rejects:
        return "the rejects of the parts are not those of the whole"
    return None


def damaged(bench, subject):
    """Damaged gzip: status 1, and what could be decoded is there."""
    stored = gzip.compress(subject.data, 1)
    rng = random.Random(len(stored))
    cut = rng.randrange(20, len(stored))
    cases = {"cut": stored[:cut], "garbage": stored + b"garbage",
             "a lone 1f": stored + b"\x1f", "text after": stored + b"{}\n",
             "wrong CRC": stored[:-8] + b"\1\2\3\4" + stored[-4:] + stored,
             "reserved flag": stored[:3] + b"\x80" + stored[4:]}
    for name, data in cases.items():
        run = bench.judge(subject.argv, data)
        way = Way(name, ("-j", "2"), bytes, True)
        got = bench.run(subject.argv, way, data)
        want = expected(run, data, subject.argv)
        if got.status != 1 or not _agrees(name, want.stdout, got.stdout):
            return f"{name}: status {got.status}, {len(got.stdout)} bytes" \
                   f" where the reference has {len(want.stdout)}"
        stats = got.stats
        if stats["records"] != (stats["emitted"] + stats["no_data"]
                                + stats["bad"]
                                + sum(stats["filtered"].values())):
            return f"{name}: the records do not add up"
    return None


def _agrees(name, want, came):
    if name != "cut":
        return want == came
    return (want.startswith(came) or came.startswith(want)) \
        and (came.endswith(b"\n") or not came) \
        and abs(len(want) - len(came)) < 65536 * 8


def several_inputs(bench, subject):
    """Several operands, one of them empty, one not there."""
    lines = _lines(subject.data)
    texts = [b"".join(lines[n::3]) for n in range(3)] + [b""]
    names = [bench.path(f"part{n}") for n in range(4)]
    for name, text in zip(names, texts):
        with open(name, "wb") as file:
            file.write(text)
    options = vcnref.options_of(reference_argv(subject.argv))
    run = vcnref.Run(options, bench.known).run(
        [("-", text) for text in texts])
    done = bench.call([bench.vcnflow, *subject.argv, "-m", bench.lookup,
                       "-j", "2", *names, bench.path("absent")])
    if done.returncode != 1 or done.stdout != run.output():
        return f"status {done.returncode}, {len(done.stdout)} bytes where" \
               f" the reference has {len(run.output())}"
    for name in ("part3", "absent"):
        if done.stderr.count(name.encode()) != 1:
            return f"{name} is not named once"
    return None


def build_lookup(bench):
    """vcnmeta build: the same bytes for any order of the dumps."""
    done = bench.call([bench.vcnmeta, "build", "-o", bench.lookup,
                       *bench.dumps])
    if done.returncode != 0:
        return f"vcnmeta build: {done.stderr.decode()}"
    again = bench.path("again.lut")
    bench.call([bench.vcnmeta, "build", "-o", again, *bench.dumps[::-1]])
    if _read(again) != _read(bench.lookup):
        return "another order of the dumps gives another file"
    verified = bench.call([bench.vcnmeta, "verify", bench.lookup])
    if verified.returncode != 0:
        return f"vcnmeta verify: {verified.stderr.decode()}"
    return None


def missing_list(bench):
    """A list that no input holds: named, left out, exit status 1."""
    text = dumps(bench.world, missing_list=True)["subnets.json"]
    path = bench.path("missing.json")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    out = bench.path("missing.lut")
    done = bench.call([bench.vcnmeta, "build", "-o", out, path,
                       *bench.dumps[1:]])
    shown = [[line.rpartition(b',"fetched_at":')[0] for line in bench.call(
        [bench.vcnmeta, "show", path]).stdout.splitlines()] for path in (out, bench.lookup)]
    if done.returncode != 1 or shown[0] != shown[1]:
        return f"status {done.returncode}, or the file shows something else"
    if done.stderr.count(bench.world.absent_list.encode()) != 1:
        return "the missing list is not named once"
    return None


def show_lookup(bench):
    """vcnmeta show: what the reference knows of each subnet."""
    done = bench.call([bench.vcnmeta, "show", bench.lookup])
    lines = done.stdout.splitlines()
    if len(lines) != len(bench.known.subnets):
        return f"{len(lines)} lines for {len(bench.known.subnets)} subnets"
    for line, ocid in zip(lines, sorted(bench.known.subnets)):
        shown = json.loads(line)
        subnet = bench.known.subnets[ocid]
        blocks = sorted(str(net) for net in subnet.prefixes)
        if (shown["subnet_ocid"] != ocid.decode()
                or sorted(shown["cidr_blocks"]) != blocks
                or not line.rpartition(b',"fetched_at":')[0].endswith(
                    b'"security_lists":' + subnet.lists)):
            return f"{ocid.decode()}: {line.decode()}"
    return None


# ---- the run ---------------------------------------------------------------


class Tally:
    """Counts, and tells of failures."""

    def __init__(self, keep_going):
        self.passed = self.failed = self.records = 0
        self.keep_going = keep_going

    def add(self, name, fault):
        """Counts a case; fault is None, or text, or a function that prints."""
        if fault is None:
            self.passed += 1
            return
        self.failed += 1
        print(f"failed: {name}")
        if callable(fault):
            fault()
        else:
            print(f"  {fault}")
        sys.stdout.flush()
        if not self.keep_going:
            self.end()

    def end(self):
        """Prints the last line and leaves."""
        print(f"{self.records} records judged")
        print(f"{self.passed} passed, {self.failed} failed, 0 skipped")
        sys.exit(1 if self.failed else 0)


def compare_subject(bench, tally, subject):
    """All ways to run one subject."""
    run = bench.judge(subject.argv, subject.data)
    tally.records += run.counts["records"]
    for way in WAYS:
        found = check(bench, subject, way, run)
        name = f"{subject.name}, {way.name}: {', '.join(f[0] for f in found)}"
        tally.add(name, (lambda way=way: report(bench, subject, way))
                  if found else None)
        if found:
            break
    for also in subject.also:
        tally.add(f"{subject.name}, {also}", _ALSO[also](bench, subject))


def compare_once(bench, tally, subject):
    """One way to run a small subject."""
    run = bench.judge(subject.argv, subject.data)
    tally.records += run.counts["records"]
    found = check(bench, subject, WAYS[0], run)
    tally.add(f"{subject.name}: {', '.join(f[0] for f in found)}",
              (lambda: report(bench, subject, WAYS[0])) if found else None)


def compare_corpus(bench, tally, folder):
    """What fuzzing found."""
    dump = bench.path("corpus.json")
    with open(dump, "w", encoding="utf-8") as file:
        file.write(corpus.METADATA)
    bench.use([dump], "corpus.lut")
    tally.add("lookup file of the corpus", build_lookup(bench))
    for subject in corpus.all_of(folder):
        compare_once(bench, tally, subject)


_ALSO = {"shards": shards, "damaged": damaged, "several": several_inputs}


def main():
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("vcnflow")
    parser.add_argument("vcnmeta")
    parser.add_argument("--records", type=int, default=3000,
                        help="of each subject (default 3000)")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only", default="", metavar="WORD",
                        help="only subjects whose name has WORD")
    parser.add_argument("--inputs", metavar="FOLDER",
                        help="what fuzzing found")
    parser.add_argument("--keep-going", action="store_true")
    given = parser.parse_args()
    tally = Tally(given.keep_going)
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(given, folder)
        for step in (build_lookup, missing_list, show_lookup):
            tally.add(step.__name__, step(bench))
        count = max(1, int(given.records * given.scale))
        for subject in subjects.all_of(bench.world, count, given.seed):
            if given.only in subject.name:
                compare_subject(bench, tally, subject.made())
        for subject in scraps.all_of(count // 2, given.seed):
            if given.only in subject.name:
                compare_once(bench, tally, subject)
        if given.only in "corpus":
            compare_corpus(bench, tally, given.inputs)
        tally.end()


if __name__ == "__main__":
    main()
