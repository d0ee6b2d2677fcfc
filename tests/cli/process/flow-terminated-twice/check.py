import signal
import subprocess
import time
import os
import sys

sys.path.insert(0, os.environ["TESTS"] + "/cli")

import flows  # noqa: E402

os.makedirs("folder", exist_ok=True)
if not os.path.exists("rejects"):
    os.mkfifo("rejects")
holder = os.open("rejects", os.O_RDWR)
with open("in.log", "wb") as file:
    file.write((b"x" * 200 + b"\n") * 5000)
program = subprocess.Popen(
    [*flows.COMMAND, "-o", "folder/out", "--rejects", "rejects", "in.log"],
    stderr=subprocess.PIPE,
)
while not os.listdir("folder"):
    time.sleep(0.01)
# until the pipe is full and nothing happens any more
before = None
while True:
    time.sleep(0.2)
    with open(f"/proc/{program.pid}/stat", encoding="ascii") as file:
        fields = file.read().rpartition(")")[2].split()
    if before == fields[11:13] and fields[0] == "S":
        break
    before = fields[11:13]
program.send_signal(signal.SIGTERM)
if sys.argv[1] == "twice":
    time.sleep(0.1)
    program.send_signal(signal.SIGTERM)
print(sys.argv[1], program.wait(), program.stderr.read(), os.listdir("folder"))
