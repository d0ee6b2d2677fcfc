import os
import signal
import subprocess
import sys
import time

sys.path.insert(0, os.environ["TESTS"] + "/cli")

import flows  # noqa: E402


def until(reached):
    while not reached():
        time.sleep(0.01)


def run(name, arguments, reached, *signals, slow=False):
    """Starts a run, sends the signals once it is there, tells what is left."""
    os.makedirs("folder")
    for file in ("out", "rejects", "stats"):
        with open("folder/" + file, "w", encoding="ascii") as old:
            old.write("old")
    environment = dict(os.environ, **({"LD_PRELOAD": "./slow.so"} if slow else {}))
    with subprocess.Popen(
        [*flows.COMMAND, *arguments, "in.log"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        env=environment,
    ) as program:
        until(reached)
        for number in signals:
            time.sleep(0.1)
            program.send_signal(number)
        said = program.stderr.read()
        program.wait()
    if slow:
        os.unlink("folder/slow")
    left = []
    for file in sorted(os.listdir("folder")):
        with open("folder/" + file, encoding="ascii") as one:
            left.append(file + " " + one.read())
        os.unlink("folder/" + file)
    os.rmdir("folder")
    print(name, program.returncode, said, left)


ALL = ["-o", "folder/out", "--rejects=folder/rejects", "--stats=folder/stats"]


def in_fsync():
    return os.path.exists("folder/slow")


def temporary(count):
    return lambda: sum(name.endswith("tmp") for name in os.listdir("folder")) == count


INT, TERM, HUP = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
for numbers in ((INT, TERM), (TERM, INT), (HUP, HUP), (INT,)):
    run("fsync", ALL, in_fsync, *numbers, slow=True)
os.mkfifo("pipe")
for numbers in ((TERM,), (HUP, INT)):
    run("rejects", [*ALL[:2], "--rejects=pipe"], temporary(1), *numbers)
    run("stats", [*ALL[:3], "--stats=pipe"], temporary(2), *numbers)
