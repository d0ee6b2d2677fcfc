#!/usr/bin/python3
"""usage: compare.py HERE THERE EMULATOR FOLDER [RECORDS]

Runs the programs of two machines on RECORDS generated flow logs, by default 100,000,
clean ones, and a tenth as many with every oddity: what is written, said and returned
must be the same bytes. FOLDER keeps what was made. The last line counts.
"""

import os
import subprocess
import sys

REFERENCE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))),
                         "reference")
MACHINES = ("here", "there")
# Files in FOLDER are read; each machine writes into a folder of its own, out.
COMMANDS = (
    "vcnmeta build -q -o out/net.lut {dumps}",
    "vcnmeta show out/net.lut",
    "vcnmeta show --rules out/net.lut",
    "vcnflow -q -m net.lut -a all --stats=out/stats clean.log.gz",
    "vcnflow -q -m net.lut -a all -l none --rules --names -k data clean.log",
    "vcnflow -q -m net.lut -a all -l ids -j 3 --internal =ula,vcn clean.log",
    "vcnflow -q -m net.lut --format csv clean.log",
    "vcnflow -q -m net.lut --list-subnets clean.log",
    "vcnflow -q -m net.lut --conversations -o out/talk.ndjson clean.log.gz",
    "vcnflow -q -m net.lut --conversations --per 1h --table 1M clean.log",
    "vcnflow -m net.lut -a all --rejects out/rejects odd.log",
    "vcnflow -m net.lut --conversations odd.log",
    "vcnrules report -m net.lut out/talk.ndjson",
    "vcnrules lint -m net.lut",
)


def generate(folder, records):
    """clean.log, the same gzipped, odd.log, dumps/ and, by this machine, net.lut."""
    def run(name, *words):
        with open(os.path.join(folder, name), "wb") as file:
            subprocess.run([sys.executable, os.path.join(REFERENCE, "generate.py"), *words],
                           check=True, stdout=file)

    run("clean.log", "--clean", "--records", str(records))
    run("clean.log.gz", "--clean", "--records", str(records), "--gzip")
    run("odd.log", "--records", str(records // 10))
    run("said", "--dumps", os.path.join(folder, "dumps"))


def outcome(folder, words):
    """What a command returned, wrote and said; its statistics but for the time."""
    done = subprocess.run(words, cwd=folder, capture_output=True, check=False,
                          stdin=subprocess.DEVNULL,
                          env={"PATH": os.environ["PATH"], "SOURCE_DATE_EPOCH": "1786060800"})
    return done.returncode, done.stdout, done.stderr


def written(folder):
    """The files that a machine wrote, but for how long it took."""
    out = os.path.join(folder, "out")
    for name in sorted(os.listdir(out)):
        with open(os.path.join(out, name), "rb") as file:
            text = file.read()
        yield name, text.split(b',"seconds"')[0] if name == "stats" else text


def main():
    here, there, emulator, folder = (
        word if "/" not in word else os.path.abspath(word) for word in sys.argv[1:5])
    records = int(sys.argv[5]) if len(sys.argv) > 5 else 100000
    os.makedirs(os.path.join(folder, "dumps"), exist_ok=True)
    generate(folder, records)
    dumps = sorted(os.listdir(os.path.join(folder, "dumps")))
    run_by = {"here": [], "there": [emulator]}
    programs = {"here": here, "there": there}
    for machine in MACHINES:
        os.makedirs(os.path.join(folder, machine, "out"), exist_ok=True)
        for name in ("clean.log", "clean.log.gz", "odd.log", "dumps"):
            link = os.path.join(folder, machine, name)
            if not os.path.islink(link):
                os.symlink(os.path.join("..", name), link)
        link = os.path.join(folder, machine, "net.lut")
        if not os.path.islink(link):
            os.symlink("../here/out/net.lut", link)
    passed = failed = 0
    for command in COMMANDS:
        words = command.format(dumps=" ".join("dumps/" + name for name in dumps)).split()
        came = [outcome(os.path.join(folder, machine),
                        [*run_by[machine], os.path.join(programs[machine], words[0]),
                         *words[1:]]) for machine in MACHINES]
        if came[0] == came[1] and came[0][0] in (0, 1):
            passed += 1
        else:
            failed += 1
            print(f"FAILED  {command}: exit statuses {came[0][0]}, {came[1][0]}; "
                  f"{len(came[0][1])} and {len(came[1][1])} bytes; {came[1][2][:300]}")
    files = [dict(written(os.path.join(folder, machine))) for machine in MACHINES]
    if files[0] == files[1] and len(files[0]) == 4:
        passed += 1
    else:
        failed += 1
        print("FAILED  files:", *(name for name in files[0]
                                  if files[0][name] != files[1].get(name)))
    print(f"{passed} passed, {failed} failed, 0 skipped")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
