"""Each request for memory fails in turn, alone and with all later ones."""

import glob
import os
import shutil
import subprocess

COMMAND = ("vcnrules propose -q -m net.lut -o new --terraform --remove-unused "
           "--remove-redundant --drop-weak --sites sites --keep keep log")
MOST = 3000
# After the first ones, some: there are many of them.
FIRST, STEP = 60, 4


def judge(number, files, **more):
    done = subprocess.run(
        COMMAND.split(), capture_output=True, check=False,
        env=dict(os.environ, LD_PRELOAD="./fail.so", FAIL_AT=str(number), **more))
    told = (number, more, done)
    if done.returncode not in (0, 5):
        print("exit status:", *told)
    if done.returncode == 0 and sorted(os.listdir("new")) != files:
        print("something is missing:", *told)
    if done.returncode == 5 and glob.glob("new*"):
        print("left behind:", glob.glob("new*"), *told)
    if done.returncode == 5 and done.stderr.count(b"vcnrules: ") != 1:
        print("messages:", *told)
    shutil.rmtree("new", ignore_errors=True)
    return done.returncode


subprocess.run(COMMAND.split(), check=True)
files = sorted(os.listdir("new"))
shutil.rmtree("new")
number = clean = refused = 0
while clean < 3 and number < MOST:
    number += 1 if number < FIRST else STEP
    one = judge(number, files)
    all_of = judge(number, files, FAIL_ALL="1")
    refused += one == 5
    clean = 0 if one or all_of else clean + 1
print("refused" if refused > 10 else refused, "and then well" if clean == 3 else "never well")
