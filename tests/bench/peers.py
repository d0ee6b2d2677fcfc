"""Other programs that do the same work, and whether they do it.

Each reads the flow logs that vcnflow reads and the output of "vcnmeta show",
or the dumps, and writes records as vcnflow does with its defaults.
"""

import filecmp
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
SUBNETS = "subnets.ndjson"


class Differs(Exception):
    """Another program's output is not ours."""


def is_there(need):
    """Is a program, or the module of DuckDB, installed?"""
    if need == "@duckdb/node-api":
        return os.path.isdir(os.path.join(MODULES, need))
    return shutil.which(need) is not None


def jq(name, _dumps):
    return (f"gzip -dc {name}.gz | jq -cn --slurpfile subnets {SUBNETS} "
            f"-f '{HERE}/enrich.jq'")


def duckdb(name, _dumps):
    return (f"NODE_PATH='{MODULES}' exec node '{HERE}/duckdb.js' {SUBNETS} "
            f"{name}.gz")


def python(name, _dumps):
    return f"exec '{PYTHON}' '{HERE}/enrich.py' {SUBNETS} {name}.gz"


def reference(name, dumps):
    options = " ".join(f"--dump '{dump}'" for dump in dumps)
    return f"exec '{PYTHON}' '{REFERENCE}' {options} {name}.gz"


# By name: what it needs, its line for sh, whether it keeps the order.
PEERS = {
    "jq": (("jq",), jq, True),
    "duckdb": (("node", "@duckdb/node-api"), duckdb, False),
    "python": ((), python, True),
    "reference": ((), reference, True),
}


def line(peer, bench, name):
    """The line for sh that works through NAME.gz of the folder."""
    return bench.line(PEERS[peer][1](name, bench.dumps))


# ---- the same output -------------------------------------------------------


def _values(path):
    """What each line says, in short, however it is written."""
    values = []
    with open(path, "rb") as file:
        for text in file:
            value = json.dumps(json.loads(text), sort_keys=True)
            values.append(hashlib.blake2b(value.encode(),
                                          digest_size=16).digest())
    return values


def _check(peer, bench, name, ours):
    """Raises Differs unless a program's records are those of the file ours."""
    theirs = bench.path(peer + ".out")
    with open(theirs, "wb") as file:
        subprocess.run(["sh", "-c", line(peer, bench, name)], stdout=file,
                       stdin=subprocess.DEVNULL, check=True)
    if not filecmp.cmp(ours, theirs, shallow=False):
        values, others = _values(ours), _values(theirs)
        if not PEERS[peer][2]:
            values.sort()
            others.sort()
        if values != others:
            raise Differs(f"the output of {peer} is not that of vcnflow")
    os.remove(theirs)


def check_all(bench, name):
    """Holds our output against that of each program that is there."""
    ours = bench.path("ours.out")
    for program in (bench.vcnflow, bench.zlib):
        for threads in (2, 1):
            target = bench.path("again.out") if os.path.exists(ours) else ours
            with open(target, "wb") as file:
                subprocess.run(["sh", "-c", bench.flow(
                    f"-j {threads} {name}.gz", program=program)],
                    stdout=file, check=True)
            if not filecmp.cmp(ours, target, shallow=False):
                raise Differs(f"the output of {program} -j {threads} is "
                              f"another one")
    os.remove(bench.path("again.out"))
    for peer, (needs, _, _) in PEERS.items():
        if all(is_there(need) for need in needs):
            _check(peer, bench, name, ours)
    os.remove(ours)
