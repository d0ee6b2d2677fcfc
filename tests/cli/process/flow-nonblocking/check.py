"""Non-blocking stdout with a slow reader, non-blocking stdin: all comes out.

And while it can go neither forth nor back, the processor is left alone.
"""

import subprocess
import threading
import time
import os
import sys

sys.path.insert(0, os.environ["TESTS"] + "/cli")

import figures  # noqa: E402

record = b'{"data":{"action":"ACCEPT"},"oracle":{"n":%d}}\n'
data = b"".join(record % n for n in range(4000))
with open("in.log", "wb") as file:
    file.write(data)
command = ["vcnflow", "-q", "-m", "none", "-l", "none", *sys.argv[1:]]
whole = subprocess.run(
    [*command, "in.log"], capture_output=True, check=True
).stdout


def used(pid):
    """Seconds of processor time."""
    with open(f"/proc/{pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def share_while_blocked(pid, what):
    """Once it waits: of a second, how much it works."""
    before = used(pid)
    while True:
        time.sleep(0.05)
        now = used(pid)
        if now == before:
            break
        before = now
    started = time.monotonic()
    time.sleep(1)
    share = (used(pid) - before) / (time.monotonic() - started)
    figures.figure(f"{what}: busy while blocked", share * 100, "%", 5, 5)


reader, writer = os.pipe()
os.set_blocking(writer, False)
program = subprocess.Popen([*command, "in.log"], stdout=writer)
os.close(writer)
share_while_blocked(program.pid, "stdout")
got = b""
while True:
    time.sleep(0.001)
    part = os.read(reader, 20000)
    if not part:
        break
    got += part
first = (program.wait(), got == whole)

reader, writer = os.pipe()
os.set_blocking(reader, False)
program = subprocess.Popen(command, stdin=reader, stdout=subprocess.PIPE)


def feed():
    for start in range(0, len(data), 30000):
        os.write(writer, data[start : start + 30000])
        if start == 0:
            share_while_blocked(program.pid, "stdin")
        time.sleep(0.005)
    os.close(writer)


feeder = threading.Thread(target=feed)
feeder.start()
got = program.stdout.read()
feeder.join()
print(*first, program.wait(), got == whole)
