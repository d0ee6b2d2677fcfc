"""The lookup file overwritten in place between two records."""

import json
import os
import random
import shutil
import subprocess
import sys

sys.path.insert(0, os.environ["TESTS"] + "/cli")
import flows  # noqa: E402

how = sys.argv[1]
shutil.copy("good", "net.lut")
with open("good", "rb") as file:
    good = file.read()
line = flows.record(1).replace(
    b'"n":1', b'"n":1,"vnicsubnetocid":"ocid1.subnet.oc1.iad.one"'
)
program = subprocess.Popen(
    [*flows.COMMAND[:2], "-m", "net.lut", "-j", "1", "--line-buffered"],
    stdin=subprocess.PIPE,
    stdout=subprocess.PIPE,
    stderr=subprocess.PIPE,
    bufsize=0,
)
program.stdin.write(line)
first = program.stdout.readline()
json.loads(first)
other = {
    "zeros": bytes(len(good)),
    "ones": b"\xff" * len(good),
    "other": good.replace(b"ocid1.", b"OCID2.").replace(b"web", b"WEB"),
    "noise": random.Random(39).randbytes(len(good)),
}[how]
with open("net.lut", "r+b") as file:
    file.write(other)
program.stdin.write(line * 100)
out, told = program.communicate()
if program.returncode not in (0, 2):
    print(how, "exit status", program.returncode, told)
if program.returncode == 2 and told.count(b"\n") != 1:
    print(how, told)
if out and not out.endswith(b"}\n"):
    print(how, "half a line at the end", out[-200:])
if how == "other" and (program.returncode or out.count(b"\n") != 100):
    print(how, program.returncode, out, told)
