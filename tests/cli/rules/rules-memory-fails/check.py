"""Each request for memory fails in turn, alone and with all later ones."""

import os
import subprocess

COMMANDS = (
    "vcnrules report -q -m net.lut log",
    "vcnrules report -q -m net.lut --format csv log",
    "vcnrules lint -m net.lut --across --subnet web",
    "vcnrules lint -m net.lut --format table -o out",
    "vcnrules report -q -m net.lut --format html --list web log",
    "vcnrules lint -m net.lut --format html",
    "vcnrules check -q -m net.lut --against after log",
    "vcnrules explain -m net.lut --subnet web "
    "ingress tcp 10.0.2.7:50000 10.0.1.5:22",
)
MOST = 500


def run(command, **more):
    return subprocess.run(
        command.split(),
        env=dict(os.environ, **more),
        capture_output=True,
        check=False,
    )


def judge(command, number, whole, **more):
    done = run(command, LD_PRELOAD="./fail.so", FAIL_AT=str(number), **more)
    told = (command, number, more, done)
    if done.returncode not in (0, 5):
        print("exit status:", *told)
    if done.returncode == 0 and done.stdout != whole:
        print("something is missing:", *told)
    if not whole.startswith(done.stdout):
        print("not a beginning of it:", *told)
    if done.returncode == 5 and done.stderr.count(b"vcnrules: ") != 1:
        print("messages:", *told)
    return done.returncode


for command in COMMANDS:
    done = run(command)
    assert done.returncode == 0, done
    number = clean = refused = 0
    while clean < 3 and number < MOST:
        number += 1
        one = judge(command, number, done.stdout)
        all_of = judge(command, number, done.stdout, FAIL_ALL="1")
        refused += one == 5
        clean = 0 if one or all_of else clean + 1
    print(command.split()[1], "refused" if refused > 10 else refused,
          "and then well" if clean == 3 else "never well")
