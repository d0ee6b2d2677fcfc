"""A record now and then: how long each takes to come out."""

import subprocess
import time
import os
import sys

sys.path.insert(0, os.environ["TESTS"] + "/cli")

import figures  # noqa: E402
import flows  # noqa: E402

program = subprocess.Popen(
    flows.COMMAND, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0
)
longest = 0
for number in range(10):
    time.sleep(0.1)
    program.stdin.write(flows.record(number))
    written = time.monotonic()
    got = b""
    while not got.endswith(b"\n"):
        got += program.stdout.read(65536)
    longest = max(longest, time.monotonic() - written)
program.stdin.close()
program.wait()
figures.figure("at most, from record to line", longest * 1000, "ms", 50)
