"""Each request for memory fails in turn: exit 5 or all is well, no crash."""

import os
import subprocess
import zlib

COMMANDS = (
    "vcnflow -q -m net.lut -j 1 in.log",
    "vcnflow -q -m net.lut -j 2 --framing json --internal vcn in.log",
    "vcnflow -q -m none -z -j 1 in.log",
    "vcnflow -q --list-subnets -k data -o out --rejects bad --stats in.log",
    "vcnflow -q -m net.lut -j 2 --files-from names --name *.log .",
    "vcnflow -q -m net.lut -j 2 -a all --conversations in.log",
)
MOST = 500
with open("names", "w", encoding="utf-8") as file:
    file.write("in.log\n")


def run(command, **more):
    return subprocess.run(
        command.split(),
        env=dict(os.environ, **more),
        capture_output=True,
        check=False,
    )


def text_of(command, out):
    """What was written, inflated as far as it goes."""
    if "-z" not in command:
        return out
    inflater = zlib.decompressobj(31)
    return inflater.decompress(out)


def judge(command, number, whole, **more):
    done = run(command, LD_PRELOAD="./fail.so", FAIL_AT=str(number), **more)
    told = (command, number, more, done)
    if done.returncode not in (0, 5):
        print("exit status:", *told)
    text = text_of(command, done.stdout)
    if done.returncode == 0 and text != whole:
        print("something is missing:", *told)
    if not whole.startswith(text):
        print("not a beginning of it:", *told)
    if text and text[-1:] != b"\n":
        print("half a line:", *told)
    if done.returncode == 5 and done.stderr.count(b"vcnflow: ") != 1:
        print("messages:", *told)
    return done.returncode


refused = 0
for command in COMMANDS:
    done = run(command)
    assert done.returncode == 0, done
    whole = text_of(command, done.stdout)
    number = clean = 0
    while clean < 3 and number < MOST:
        number += 1
        if judge(command, number, whole, FAIL_ALL="1"):
            clean = 0
        else:
            clean += 1
        refused += judge(command, number, whole) == 5
    if number in (3, MOST):
        print(f"{command}: {number} requests tried")
if refused < 100:
    print(f"only {refused} requests refused")
