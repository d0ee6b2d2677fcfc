"""Reads of the input and all writes interrupted in turn: nothing is lost."""

import re
import subprocess

PROGRAM = "vcnflow -q -m none -l none --line-buffered -j 1 -".split()


def run(*options):
    command = ["strace", "-f", "-o", "trace", *options, *PROGRAM]
    with open("in.log", "rb") as file:
        return subprocess.run(
            command, stdin=file, capture_output=True, check=False
        )


def calls(name, descriptor):
    """The numbers of those calls that use the descriptor."""
    run("-e", "trace=" + name)
    with open("trace", encoding="utf-8", errors="replace") as file:
        lines = re.findall(name + r"\((\d+)", file.read())
    return [n for n, fd in enumerate(lines, 1) if int(fd) == descriptor]


whole = run().stdout
assert whole.count(b"\n") == 3
tried = 0
for name, descriptor in (("read", 0), ("writev", 1)):
    for number in calls(name, descriptor):
        for error in ("EINTR", "EAGAIN"):
            inject = f"inject={name}:error={error}:when={number}"
            done = run("-e", "trace=" + name, "-e", inject)
            tried += 1
            if done.returncode or done.stdout != whole or done.stderr:
                print(inject, done.returncode, done.stdout, done.stderr)
assert tried >= 8, tried
