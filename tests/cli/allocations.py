"""allocations.py MANY: memory asked for with ten records and with so many.

The records come by a pipe, over and over the same; prints how many requests
and how many MiB there were more of for the many.
"""

import os
import subprocess
import sys

sys.path.insert(0, os.environ["TESTS"] + "/cli")
import figures  # noqa: E402
import flows  # noqa: E402

ONCE = 10000
WAYS = ((), ("-z",), ("--framing", "json"), ("-m", "net.lut"))


def measure(count, way):
    """How often and how much memory was asked for."""
    block = b"".join(flows.record(n) for n in range(min(count, ONCE)))
    env = dict(os.environ, LD_PRELOAD="./count.so", MALLOC_COUNT="count")
    program = subprocess.Popen(
        [*flows.COMMAND, "-j", "1", *way],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=env,
    )
    for _ in range(count // min(count, ONCE)):
        program.stdin.write(block)
    program.stdin.close()
    _, status, usage = os.wait4(program.pid, 0)
    program.returncode = status
    assert status == 0, status
    with open("count", encoding="ascii") as file:
        return int(file.read()), usage.ru_maxrss / 1024


for way in WAYS:
    few, many = measure(10, way), measure(int(sys.argv[1]), way)
    name = " ".join(way) or "plain"
    print(f"{name}: {many[0] - few[0]} requests more")
    figures.figure(f"{name}: requests", many[0], "of both", few[0], few[0])
    figures.figure(f"{name}: memory more by", many[1] - few[1], "MiB", 0, 8)
