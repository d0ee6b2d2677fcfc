"""Other programs that do the same work, and whether they do it.

Each reads the flow logs that vcnflow reads and the output of "vcnmeta show",
or the dumps, and writes records as vcnflow does with its defaults.
"""

import filecmp
import functools
import hashlib
import json
import os
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
REFERENCE = os.path.join(os.path.dirname(HERE), "reference", "vcnref.py")
MODULES = os.path.join(os.path.dirname(os.path.dirname(HERE)), "build",
                       "bench", "node_modules")
# The system's own Python, which others have too.
PYTHON = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") \
    else sys.executable
# Where "make check-real" puts packages of Python's index.
REAL_PYTHON = os.path.join(os.path.dirname(os.path.dirname(HERE)), "build", "real",
                           "bin", "python")
REAL_DUCKDB = "DuckDB for Python"
SUBNETS = "subnets.ndjson"
OURS = "ours.out"


class Differs(Exception):
    """Another program's output is not ours."""


def is_there(need):
    """Is a program, or a module of DuckDB, installed?"""
    if need == "@duckdb/node-api":
        return os.path.isdir(os.path.join(MODULES, need))
    if need == REAL_DUCKDB:
        return os.path.exists(REAL_PYTHON) and subprocess.run(
            [REAL_PYTHON, "-c", "import duckdb"], stderr=subprocess.DEVNULL,
            check=False).returncode == 0
    return shutil.which(need) is not None


def duckdb_version():
    """That of the client for Node, which has the library's before the dash."""
    path = os.path.join(MODULES, "@duckdb", "node-api", "package.json")
    if not os.path.exists(path):
        return "is not there"
    with open(path, encoding="utf-8") as file:
        return json.load(file)["version"]


def jq(bench, name):
    return (f"gzip -dc {name}.gz | jq -cn --slurpfile subnets "
            f"'{bench.lookup(SUBNETS)}' -f '{HERE}/enrich.jq'")


def duckdb(bench, name, script="enrich.sql"):
    return (f"NODE_PATH='{MODULES}' exec node '{HERE}/duckdb.js' {script} "
            f"'{bench.lookup(SUBNETS)}' {name}.gz")


def python(bench, name):
    return (f"exec '{PYTHON}' '{HERE}/enrich.py' '{bench.lookup(SUBNETS)}' "
            f"{name}.gz")


def reference(bench, name):
    folder = bench.lookup("dumps")
    options = " ".join(f"--dump '{folder}/{dump}'"
                       for dump in sorted(os.listdir(folder)))
    return f"exec '{PYTHON}' '{REFERENCE}' {options} {name}.gz"


def jq_sums(bench, name):
    script = f"-f '{HERE}/sums.jq'"
    return (f"gzip -dc {name}.gz | jq -cn --arg step rows --slurpfile subnets "
            f"'{bench.lookup(SUBNETS)}' {script} | LC_ALL=C sort | "
            f"jq -cn --arg step sums --argjson subnets '[]' {script}")


def duckdb_sums(bench, name):
    return duckdb(bench, name, "sums.sql")


# By name: what it needs, its line for sh, whether it keeps the order.
PEERS = {
    "jq": (("jq",), jq, True),
    "duckdb": (("node", "@duckdb/node-api"), duckdb, False),
    "python": ((), python, True),
    "reference": ((), reference, True),
}

# The same of those that sum to conversations.
SUMMERS = {
    "jq": (("jq",), jq_sums, False),
    "duckdb": (("node", "@duckdb/node-api"), duckdb_sums, False),
}


def line(peer, bench, name, peers=None):
    """The line for sh that works through NAME.gz of the folder."""
    return bench.line((peers or PEERS)[peer][1](bench, name))


# ---- the same output -------------------------------------------------------


def _write(text, path):
    """What a line for sh prints, into a file."""
    with open(path, "wb") as file:
        subprocess.run(["sh", "-c", text], stdin=subprocess.DEVNULL,
                       stdout=file, check=True)


@functools.cache
def _values(path):
    """What each line says, in short, however it is written."""
    values = []
    with open(path, "rb") as file:
        for text in file:
            value = json.dumps(json.loads(text), sort_keys=True)
            values.append(hashlib.blake2b(value.encode(),
                                          digest_size=16).digest())
    return tuple(values)


def _check(peer, bench, name, ours, peers):
    """Raises Differs unless a program's records are ours."""
    theirs = f"{ours}.{peer}"
    _write(line(peer, bench, name, peers), theirs)
    if not filecmp.cmp(ours, theirs, shallow=False):
        in_order = tuple if peers[peer][2] else sorted
        if in_order(_values(ours)) != in_order(_values(theirs)):
            raise Differs(f"the output of {peer} is not that of vcnflow")
    os.remove(theirs)


def check_ours(bench, name):
    """Holds our outputs against each other, and leaves one in OURS."""
    ours, again = bench.path(OURS), bench.path("again.out")
    _write(bench.flow(f"-j 2 {name}.gz"), ours)
    for program, threads in ((bench.vcnflow, 1), (bench.zlib, 2)):
        _write(bench.flow(f"-j {threads} {name}.gz", program=program), again)
        if not filecmp.cmp(ours, again, shallow=False):
            raise Differs(f"the output of {program} -j {threads} is another")
    os.remove(again)


def check_others(bench, name):
    """Holds OURS against the output of each program that is there."""
    for peer, (needs, _, _) in PEERS.items():
        if all(is_there(need) for need in needs):
            _check(peer, bench, name, bench.path(OURS), PEERS)


def check_summers(bench, name):
    """Holds our sums against each other, and against those of others."""
    ours, again = bench.path("sums.out"), bench.path("again.out")
    _write(bench.flow(f"-j 2 --conversations {name}.gz", "talks.lut"), ours)
    _write(bench.flow(f"-j 1 --conversations {name}.gz", "talks.lut"), again)
    if not filecmp.cmp(ours, again, shallow=False):
        raise Differs("the sums of vcnflow -j 1 are others")
    os.remove(again)
    for peer, (needs, _, _) in SUMMERS.items():
        if all(is_there(need) for need in needs):
            _check(peer, bench, name, ours, SUMMERS)
    os.remove(ours)
