"""Each request for memory fails in turn: exit 5 or all is well, no crash."""

import os
import subprocess
import sys

done = subprocess.run(
    "gcc -O1 -shared -fPIC -o fail.so fail.c".split(), check=False
)
if done.returncode:
    sys.exit("cannot build fail.so")
COMMANDS = (
    "vcnflow -q -m net.lut -j 1 in.log",
    "vcnflow -q -m net.lut -j 2 --framing json --internal vcn in.log",
    "vcnflow -q -m none -z -j 1 in.log",
    "vcnflow -q --list-subnets -k data -o out --rejects bad --stats in.log",
)
subprocess.run(
    'sh -c \'. "$TESTS/cli/lib.sh"; make_net\'', shell=True, check=True
)


def judge(command, number, more):
    env = dict(os.environ, LD_PRELOAD="./fail.so", FAIL_AT=str(number), **more)
    done = subprocess.run(
        command.split(), env=env, capture_output=True, check=False
    )
    if done.returncode not in (0, 5):
        print(f"{command}: {number} {more}: {done.returncode} {done.stderr}")
    if done.stdout and not ("-z" in command or done.stdout.endswith(b"\n")):
        print(f"{command}: {number} {more}: half a line")
    if done.returncode == 5 and done.stderr.count(b"vcnflow: ") != 1:
        print(f"{command}: {number} {more}: {done.stderr}")
    return done.returncode


for command in COMMANDS:
    number = clean = 0
    while clean < 3 and number < 500:
        number += 1
        clean = 0 if judge(command, number, {"FAIL_ALL": "1"}) else clean + 1
        judge(command, number, {})
    if number == 500 or number <= 3:
        print(f"{command}: {number} requests tried")
