"""Each read fails in turn: what was read before comes out, the input is named.

Once and for good; of an input that is read again after the first failure it
would not be known whether anything is missing.
"""

import gzip
import re
import subprocess
import os
import sys

sys.path.insert(0, os.environ["TESTS"] + "/cli")

import flows  # noqa: E402

plain = flows.random_records(1500)
with open("in.log", "wb") as file:
    file.write(plain)
with open("in.gz", "wb") as file:
    file.write(gzip.compress(plain, 0, mtime=0))  # more than one read takes
whole = flows.enriched(plain)


def run(name, *options):
    command = ["strace", "-f", "-o", "trace", "-e", "trace=read", *options]
    return subprocess.run(
        [*command, *flows.COMMAND, "-j", "1", "--stats=stats", name],
        capture_output=True,
        check=False,
    )


def calls(name):
    """The numbers of the reads of that file."""
    run(name, "-y")
    with open("trace", encoding="utf-8", errors="replace") as file:
        lines = re.findall(r"read\(\d+<([^>]*)>", file.read())
    return [n for n, path in enumerate(lines, 1) if path.endswith(name)]


tried = 0
for name in ("in.log", "in.gz"):
    named = ("'%s'" % name).encode()
    longest = 0
    for number in calls(name):
        for more in ("", "+"):
            done = run(name, "-e", f"inject=read:error=EIO:when={number}{more}")
            tried += 1
            problem = [name, number, more, done.returncode, done.stderr]
            if done.returncode != 1 or done.stderr.count(b"\n") != 1:
                print(*problem)
            if named not in done.stderr or b"/output error" not in done.stderr:
                print(*problem)
            if not whole.startswith(done.stdout):
                print("something else comes:", *problem)
            if done.stdout and not done.stdout.endswith(b"\n"):
                print("half a line:", *problem)
            longest = max(longest, len(done.stdout))
    if longest < len(whole) // 2:
        print(name, "at most", longest, "bytes come")
assert tried >= 8, tried
