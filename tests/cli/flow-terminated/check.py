"""Ended by a signal: whole lines, no temporary file, death by that signal.

Stalled: nobody reads what it writes; then it gives up after a second.
"""

import os
import signal
import subprocess
import sys
import time

number = getattr(signal, "SIG" + sys.argv[1])
stalled = "stalled" in sys.argv
with open("in.log", "rb") as file:
    record = file.read()
os.mkdir("folder") if not os.path.exists("folder") else None

# one with -o and an input that goes on
program = subprocess.Popen(
    ["vcnflow", "-q", "-m", "none", "-o", "folder/out"],
    stdin=subprocess.PIPE,
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
    ["vcnflow", "-q", "-m", "none", "-l", "none", "-"],
    stdin=subprocess.PIPE,
    stdout=subprocess.PIPE,
)
os.set_blocking(program.stdin.fileno(), False)
text = record * 1000
sent = 0
if stalled:
    # until the program takes no more, its reader being asleep
    quiet_since = time.monotonic()
    while time.monotonic() - quiet_since < 0.5:
        try:
            sent += os.write(program.stdin.fileno(), text) or 0
            quiet_since = time.monotonic()
        except BlockingIOError:
            time.sleep(0.01)
    program.send_signal(number)
    second = program.wait()
    got = program.stdout.read()
    whole = True
else:
    os.write(program.stdin.fileno(), record * 3)
    got = program.stdout.readline()
    program.send_signal(number)
    got += program.stdout.read()
    second = program.wait()
    whole = got.endswith(b"}\n")
name = sys.argv[1] + (" stalled" if stalled else "")
print(f"{name}:", first if first == second else (first, second), whole,
      os.listdir("folder"))
