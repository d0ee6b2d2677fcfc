"""The filters of system calls of two machines, read back and compared.

    calls.py HERE THERE [EMULATOR PROGRAMS INPUTS]

Each is a folder with the program "filter" of filter.c and "calls", what the machine's
C compiler says of its __NR_ macros; the one of THERE is run by EMULATOR. Each filter is
run here for each call: THERE must be allowed what HERE is, as far as it has such a call,
and nothing else. Then PROGRAMS are run with INPUTS, and what they call, once they have
given up rights, is looked for among what is allowed. Prints faults; none: exit status 0.
"""

import os
import re
import subprocess
import sys

ARCHES = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOW, ENOSYS = 0x7FFF0000, 0x00050000 | 38
NEVER = {"socket", "connect", "sendto", "execve", "execveat", "ptrace", "mount", "bpf",
         "keyctl"}
TERMINALS = {0x5401, 0x802C542A, 0x5413}


class Machine:
    """Numbers of its calls, and its two filters."""

    def __init__(self, folder, name, emulator=()):
        self.name = name
        self.emulator = list(emulator)
        self.numbers = numbers(os.path.join(folder, "calls"))
        self.filters = {kind: self.program(folder, kind) for kind in ("filter", "client")}

    def program(self, folder, kind):
        text = subprocess.run([*self.emulator, os.path.join(folder, "filter"), kind],
                              check=True, capture_output=True, text=True).stdout
        return [tuple(map(int, line.split())) for line in text.splitlines()]

    def answer(self, kind, number, arch=None, second=0):
        if arch is None:
            arch = ARCHES[self.name]
        return answer(self.filters[kind], number, arch, second)

    def allowed(self, kind):
        return {name for name, number in self.numbers.items()
                if self.answer(kind, number) == ALLOW}


def numbers(path):
    """Names of calls and their numbers, out of #define lines."""
    with open(path, encoding="utf-8") as file:
        said = dict(re.findall(r"^#define (__NR\w+) (\w+)$", file.read(), re.M))
    found = {}
    for name, value in said.items():
        while value in said:
            value = said[value]
        if name.startswith("__NR_") and value.isdigit():
            found[name[5:]] = int(value)
    return found


def answer(program, number, arch, second):
    """What the kernel would do: the filter's return value."""
    data = {0: number, 4: arch, 24: second & 0xFFFFFFFF, 28: second >> 32}
    held = at = 0
    while True:
        code, so, not_so, operand = program[at]
        at += 1
        if code == 0x20:
            held = data[operand]
        elif code == 0x06:
            return operand
        elif code == 0x05:
            at += operand
        elif code in (0x15, 0x35):
            true = held == operand if code == 0x15 else held >= operand
            at += so if true else not_so
        else:
            raise ValueError(f"instruction {code:#x}")


def faults_of(machine):
    """What holds for each machine by itself."""
    allowed = machine.allowed("filter")
    for name in NEVER & allowed:
        yield f"{machine.name}: {name} is allowed"
    for name in {"read", "write", "openat", "mmap", "futex", "exit_group"} - allowed:
        yield f"{machine.name}: {name} is refused"
    for name in {"execve", "ptrace", "mount"} & machine.allowed("client"):
        yield f"{machine.name}: a client may {name}"
    for name in {"socket", "connect"} - machine.allowed("client"):
        yield f"{machine.name}: a client may not {name}"
    ioctl = machine.numbers["ioctl"]
    for request in (*TERMINALS, 0x5412, 0x5421, 0):
        wanted = ALLOW if request in TERMINALS else ENOSYS
        if machine.answer("filter", ioctl, second=request) != wanted:
            yield f"{machine.name}: ioctl {request:#x} is judged wrong"
    for kind in machine.filters:
        for arch in (0, *set(ARCHES.values()) - {ARCHES[machine.name]}):
            if any(machine.answer(kind, number, arch) != ENOSYS
                   for number in machine.numbers.values()):
                yield f"{machine.name}: {kind} lets calls of another machine, {arch:#x}, pass"
    refused = machine.answer("filter", max(machine.numbers.values()) + 1)
    if refused != ENOSYS:
        yield f"{machine.name}: a call of a later day gives {refused:#x}"


def differences(here, there):
    for kind in here.filters:
        both = set(here.numbers) & set(there.numbers)
        differ = (here.allowed(kind) & both) ^ (there.allowed(kind) & both)
        for name in sorted(differ):
            yield f"{kind}: {name} is allowed on one machine only"
    for name in sorted(there.allowed("filter") - set(here.numbers)):
        yield f"filter: {name} is allowed, and no call here"


def made_calls(machine, command):
    """What command called once its rights were given up, by the emulator's word."""
    done = subprocess.run([*machine.emulator, "-strace", *command], capture_output=True,
                          check=False, text=True, errors="replace")
    calls = re.findall(r"^\d+ (?:Unknown syscall (\d+)|(\w+)\()(\d+,\d+,)?", done.stderr,
                       re.M)
    names = {number: name for name, number in machine.numbers.items()}
    seen = [(names.get(int(number), number) if number else name, more)
            for number, name, more in calls]
    begun = [at for at, (name, more) in enumerate(seen)
             if name == "prctl" and more == "22,2,"]
    if done.returncode not in (0, 1) or not begun:
        raise RuntimeError(f"{command}: {done.stderr[-500:]}")
    return {name for name, _ in seen[begun[0] + 1:]}


def traced(machine, programs, inputs):
    """Each program at its work; qemu has names of its own for some calls."""
    lookup, log, talk, out = (os.path.join(inputs, name)
                              for name in ("net.lut", "part.log", "talk.ndjson", "out"))
    flow, rules = (os.path.join(programs, name) for name in ("vcnflow", "vcnrules"))
    allowed = machine.allowed("filter") | {"ioctl"}
    for command in (
            [flow, "-q", "-m", lookup, "-a", "all", "-j", "3", "-z", "-o", out, log],
            [flow, "-q", "-m", lookup, "--conversations", "-j", "2", inputs],
            [flow, "-m", "none", "--list-subnets", log],
            [rules, "report", "-m", lookup, "-o", out, talk],
            [rules, "lint", "-m", lookup]):
        for name in sorted(made_calls(machine, command) - allowed):
            yield f"{' '.join(command[:2])} ... calls {name}, which is not allowed"


def main():
    here = Machine(sys.argv[1], "x86_64")
    there = Machine(sys.argv[2], "aarch64", sys.argv[3:4])
    faults = [*faults_of(here), *faults_of(there), *differences(here, there)]
    if len(sys.argv) > 5:
        faults += traced(there, *sys.argv[4:6])
    print(*faults, sep="\n", end="\n" if faults else "")
    return 1 if faults else 0


sys.exit(main())
