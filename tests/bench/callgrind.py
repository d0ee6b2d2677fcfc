"""Instructions by stage, from what callgrind wrote.

An instruction counts for the stage of its function. A function that stands in
no stage works for its callers: callgrind says of each call how many
instructions were spent in it, and the part of those that are of no stage
themselves is added to the caller.
"""

import os
import re
import subprocess
from collections import Counter
from typing import NamedTuple

OTHER = "other"
CALLER = "caller"
_NAME = re.compile(r"\((\d+)\)(?: (.*))?")


class Function(NamedTuple):
    """Where a function stands."""

    name: str
    path: str     # of its source, or ???
    library: str  # or program


class Profile:
    """What one run did; functions go by callgrind's numbers."""

    def __init__(self, path):
        self.functions = {}
        self.own = Counter()    # instructions of the function itself
        self.calls = Counter()  # (caller, callee): instructions within
        self._names = {}
        self._at = {"ob": "???", "fl": "???"}
        with open(path, encoding="utf-8") as file:
            self._read(file)

    def _name(self, kind, text):
        """Resolves a name, which is written out only once."""
        kind = {"cob": "ob", "cfn": "fn"}.get(kind, kind)
        if kind not in ("ob", "fn"):
            kind = "fl"
        number, name = _NAME.fullmatch(text).groups()
        if name is not None:
            self._names[kind, number] = name
        return number, self._names[kind, number]

    def _read(self, lines):
        function = callee = None
        in_call = False
        for line in lines:
            key, equals, value = line.rstrip("\n").partition("=")
            if equals and key == "calls":
                in_call = True
            elif equals and key in ("ob", "fl", "fi", "fe", "fn", "cob",
                                    "cfi", "cfl", "cfn"):
                number, name = self._name(key, value)
                if key in self._at:
                    self._at[key] = name
                elif key == "fn":
                    function = number
                    self.functions.setdefault(number, Function(
                        name, self._at["fl"], self._at["ob"]))
                elif key == "cfn":
                    callee = number
            elif line[0] in "0123456789+-*":
                cost = int(line.split()[1])
                if in_call:
                    self.calls[function, callee] += cost
                else:
                    self.own[function] += cost
                in_call = False


def sources(build):
    """Paths of sources, below the top, by the names of their functions.

    The object files tell: of a function that begins with an inlined one
    callgrind says that it stands in a header.
    """
    # Of release and open alike: they share all objects but one.
    place = os.path.join(os.path.dirname(build), "objects", "release")
    objects = [os.path.join(folder, name)
               for folder, _, names in os.walk(os.path.join(place, "src"))
               for name in names if name.endswith(".o")]
    done = subprocess.run(["nm", "-A", "-C", "--defined-only", *objects],
                          stdout=subprocess.PIPE, check=True, text=True)
    found = {}
    for line in done.stdout.splitlines():
        path, symbol = line.split(":", 1)
        _, kind, name = symbol.split(maxsplit=2)
        if kind in "tTwW":
            source = os.path.relpath(path, place).removesuffix(".o")
            found.setdefault(name, set()).add(source)
    return found


class Stages:
    """The map of stages.txt, for the objects of a build."""

    def __init__(self, path, build):
        self.sources = sources(build)
        with open(path, encoding="utf-8") as file:
            self.places = [line.split()[::-1] for line in file
                           if line.strip() and not line.startswith("#")]
        # in the order of the work
        self.names = [name for name in dict(
            (stage, None) for _, stage in self.places) if name != CALLER]
        self.names.append(OTHER)

    def _place(self, place):
        fits = [each for each in self.places if place.startswith(each[0])]
        if fits:
            return max(fits, key=lambda each: len(each[0]))[1]
        return OTHER if place.startswith("src/") else CALLER

    def of(self, function):
        """The stage of a function, or CALLER."""
        library = os.path.basename(function.library)
        if ".so" in library:
            return self._place(library)
        found = self.sources.get(function.name, ())
        for source in sorted(found):
            if function.path.endswith("/" + source):
                return self._place(source)
        return self._place(min(found, default=""))


def by_stage(profile, stages):
    """How many instructions each stage took."""
    stage = {number: stages.of(function)
             for number, function in profile.functions.items()}
    within = Counter(profile.own)
    passed_on = {}
    for (caller, _), cost in profile.calls.items():
        within[caller] += cost
    below = {}
    for (caller, callee), cost in profile.calls.items():
        if stage[callee] == CALLER:
            below.setdefault(caller, []).append((callee, cost))

    def share(number):
        """Of a call to this function: the part that is its caller's work."""
        if number not in passed_on:
            passed_on[number] = 0.0  # of a call within itself
            passed_on[number] = work(number) / max(within[number], 1)
        return passed_on[number]

    def work(number):
        return profile.own[number] + sum(
            cost * share(callee) for callee, cost in below.get(number, ()))

    found = Counter()
    for number in profile.functions:
        if stage[number] != CALLER:
            found[stage[number]] += work(number)
    found[OTHER] += sum(profile.own.values()) - sum(found.values())
    return found
