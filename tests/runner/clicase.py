"""Cases of the command line: one folder each, as tests/README.md describes."""

import difflib
import functools
import json
import os
import re
import shutil

import needs
import place
import process

UPDATE = False
THREADS = re.compile(rb"(-j|--threads)[ =]?[2-9]")
ANY_LINES = "..."
RECORD = b'"internal_or_external_source":'
DECODER = json.JSONDecoder()


class CliCase:
    """One folder: cmd and what running it must give.

    Its name is its path below the folder of its kind, where "bugs" stays.
    """

    def __init__(self, folder, kind):
        self.folder = folder
        self.name = os.path.relpath(folder, os.path.join(place.TESTS, kind))
        if kind == "bugs":
            self.name = "bugs/" + self.name

    def read(self, name, default=b""):
        try:
            with open(os.path.join(self.folder, name), "rb") as file:
                return file.read()
        except FileNotFoundError:
            return default

    def words(self, name):
        return self.read(name).decode().split()

    def reason_to_skip(self, variant):
        if variant in self.words("not"):
            return f"not run under {variant}"
        if variant == "arm64" and self.name in not_emulated():
            return f"not under an emulator: {not_emulated()[self.name]}"
        reasons = [needs.missing(need) for need in self.words("needs")]
        if variant == "valgrind":
            reasons.append(needs.missing("valgrind"))
        return next(filter(None, reasons), "")

    def run(self, work, env, limit):
        """Runs the case; returns what is wrong, or an empty text."""
        copy = os.path.join(work, "case")
        shutil.copytree(self.folder, copy)
        finished = process.run(["sh", "./cmd"], env, copy, limit, work)
        names = self.words("members")
        if names:
            finished.out = only_members(finished.out, names)
        if UPDATE and not finished.timed_out:
            self.update(finished)
        faults = []
        if finished.timed_out:
            faults.append(f"not done after {limit} s")
        status = int(self.read("status", b"0"))
        if finished.status != status:
            faults.append(f"exit status {finished.status}, not {status}")
        faults += compare_out(self.read("out"), finished.out)
        faults += compare_err(self.read("err").decode(), finished.err)
        return "\n".join(faults)

    def update(self, finished):
        """Makes what came the expectation: stdout and exit status."""
        self.write("out", finished.out)
        status = finished.status
        self.write("status", b"%d\n" % status if status else b"")

    def write(self, name, data):
        path = os.path.join(self.folder, name)
        if data:
            with open(path, "wb") as file:
                file.write(data)
        elif os.path.exists(path):
            os.unlink(path)


@functools.cache
def not_emulated():
    """Why cases cannot be run under an emulator, by their names."""
    with open(os.path.join(place.TESTS, "arm64", "left-out.txt"), encoding="utf-8") as file:
        return dict(line.rstrip("\n").split(" ", 1) for line in file
                    if line.strip() and not line.startswith("#"))


def members_of(text):
    """The members of the object that text is, as they stand: name and value."""
    at = text.index("{") + 1
    while text[at] != "}":
        name, at = DECODER.raw_decode(text, at)
        _, end = DECODER.raw_decode(text, at + 1)
        yield name, text[at + 1:end]
        at = end + 1 if text[end] == "," else end


def only_members(data, names):
    """Of each line that is an enriched record, only the members named."""
    lines = data.split(b"\n")
    for index, line in enumerate(lines):
        if line.startswith(b"{") and RECORD in line:
            kept = [f'"{name}":{value}'
                    for name, value in members_of(line.decode())
                    if name in names]
            lines[index] = b"{" + ",".join(kept).encode() + b"}"
    return b"\n".join(lines)


def text_lines(data):
    return data.decode("utf-8", "backslashreplace").splitlines(True)


def shortened(line, room=300):
    line = line.rstrip("\n")
    return line if len(line) <= room else line[:room] + "..."


def compare_out(wanted, got):
    if wanted == got:
        return []
    diff = difflib.unified_diff(
        text_lines(wanted), text_lines(got), "stdout wanted", "stdout got", n=1
    )
    return [shortened(line) for line in diff] or [
        f"stdout differs in its bytes: {len(wanted)} wanted, {len(got)} came"
    ]


def compare_err(patterns, data):
    """Each line of stderr must match its pattern; "..." is any lines."""
    lines = data.decode("utf-8", "backslashreplace").splitlines()
    if matches(patterns.splitlines(), lines):
        return []
    return (
        ["stderr does not match; wanted:"]
        + ["  " + pattern for pattern in patterns.splitlines()]
        + ["came:"]
        + ["  " + shortened(line, 1000) for line in lines]
    )


def matches(patterns, lines):
    """Whether the lines fit the patterns, one by one and in order."""
    at = {0}  # how many lines may have been used so far
    for pattern in patterns:
        if pattern == ANY_LINES:
            at = set(range(min(at), len(lines) + 1)) if at else at
            continue
        regex = re.compile(pattern)
        at = {
            n + 1
            for n in at
            if n < len(lines) and regex.fullmatch(lines[n])
        }
    return len(lines) in at


def folders_of(kind):
    """The folders with a cmd, however deep below tests/KIND; one case holds
    no other."""
    for folder, names, files in os.walk(os.path.join(place.TESTS, kind)):
        if "cmd" in files:
            names.clear()
            yield folder


@functools.lru_cache(maxsize=None)
def load_all(*kinds):
    """All cases of these folders of tests/, by name."""
    return [
        CliCase(folder, kind)
        for kind in kinds
        for folder in sorted(folders_of(kind))
    ]


def has_threads(case):
    """Whether a case runs vcnflow with more than one thread."""
    return bool(THREADS.search(case.read("cmd")))


@functools.lru_cache(maxsize=1)
def representative():
    path = os.path.join(place.TESTS, "runner", "valgrind-cases.txt")
    with open(path, encoding="utf-8") as file:
        lines = [line.strip() for line in file]
    return {line for line in lines if line and not line.startswith("#")}


def is_representative(case):
    return os.path.basename(case.name) in representative()
