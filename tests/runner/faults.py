"""The faults that the programs must stand, and the cases that hold them.

tests/faults.tsv has a line for each fault and suite: the fault's number, the
suite, and names of its cases (the whole name or its last component), which may
hold * and ?. A name of the unit suite
may have the test's function after a colon; the suite "none" stands for a
fault that no case holds, and why.
"""

import os
from typing import NamedTuple

import place

FILE = os.path.join(place.TESTS, "faults.tsv")
NUMBERS = [f"F{n}" for n in range(1, 72) if n != 41] + [
    f"M{n}" for n in range(1, 41) if n != 30
]
NUMBERS += [f"R{n}" for n in range(1, 7)] + ["C1", "C2"]
NONE = "none"


class Held(NamedTuple):
    """One line: what holds a fault."""

    number: str
    suite: str
    names: list


def load():
    """The lines of the file, in its order."""
    held = []
    with open(FILE, encoding="utf-8") as file:
        for line in file:
            if line.strip() and not line.startswith("#"):
                number, suite, names = line.rstrip("\n").split("\t")
                held.append(Held(number, suite, names.split(" ")))
    return held


def program_of(name):
    """A name without the function after it."""
    return name.partition(":")[0]


def function_of(name):
    return name.partition(":")[2]


def pick(cases, names):
    """Of the cases, those that are named."""
    wanted = [program_of(name) for name in names]
    return [
        case
        for case in cases
        if any(place.is_named(case.name, name) for name in wanted)
    ]
