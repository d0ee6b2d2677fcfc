"""Ended by a signal: whole lines, no temporary file, death by that signal.

Stalled: nobody reads what it writes; then it gives up after a second.
"""

import signal
import subprocess
import time
import os
import sys

sys.path.insert(0, os.environ["TESTS"] + "/cli")

import figures  # noqa: E402
import flows  # noqa: E402

number = getattr(signal, "SIG" + sys.argv[1])
stalled = "stalled" in sys.argv
record = flows.record(1)
line = flows.enriched(record)
os.makedirs("folder", exist_ok=True)

# one with -o and an input that goes on
program = subprocess.Popen(
    [*flows.COMMAND, "-o", "folder/out"], stdin=subprocess.PIPE
)
program.stdin.write(record)
program.stdin.flush()
while not os.listdir("folder"):
    time.sleep(0.01)
program.send_signal(number)
first = program.wait()
program.stdin.close()

# one with stdout
program = subprocess.Popen(
    [*flows.COMMAND, "-"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
)
os.set_blocking(program.stdin.fileno(), False)
if stalled:
    # until the program takes no more, its reader being asleep
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < 0.5:
        try:
            os.write(program.stdin.fileno(), record * 1000)
            quiet_since = time.monotonic()
        except BlockingIOError:
            time.sleep(0.01)
    told = time.monotonic()
    program.send_signal(number)
    second = program.wait()
    figures.figure(f"{sys.argv[1]}: gone after", time.monotonic() - told, "s", 1)
    # the line that was begun had no time to be ended
    got = program.stdout.read()
    whole = bool(got) and (line * (len(got) // len(line) + 1)).startswith(got)
else:
    os.write(program.stdin.fileno(), record * 3)
    got = program.stdout.readline()
    program.send_signal(number)
    got += program.stdout.read()
    second = program.wait()
    whole = got in (line, line * 2, line * 3)
name = sys.argv[1] + (" stalled" if stalled else "")
print(f"{name}:", first if first == second else (first, second), whole,
      os.listdir("folder"))
