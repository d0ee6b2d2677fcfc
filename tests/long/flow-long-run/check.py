"""The run over all objects in one command, held against the plan."""

import json
import os
import re
import subprocess
import sys
import threading
import time
import zlib

sys.path.insert(0, os.environ["TESTS"] + "/cli")
import figures  # noqa: E402

OPTIONS = ["-m", "net.lut", "-l", "ids"]
THREADS = 2
PIECE = 1 << 20
# near a flipped bit the two inflate libraries may give up some lines apart
SLACK = 3
MOST_MIB = 32 + 8 * THREADS

with open("plan.json", encoding="utf-8") as plan_file:
    PLAN = json.load(plan_file)


def enriched(path):
    """Length and CRC-32 of the output of plain whole lines."""
    done = subprocess.run(
        ["vcnflow", "-q", *OPTIONS, "--ignore-bad", path],
        capture_output=True,
        check=True,
    )
    return len(done.stdout), zlib.crc32(done.stdout)


class Memory(threading.Thread):
    """Looks at what the program has resident, now and then."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.path = f"/proc/{pid}/status"
        self.seen = []
        self.start()

    def run(self):
        while True:
            try:
                with open(self.path, encoding="ascii") as file:
                    match = re.search(r"VmRSS:\s+(\d+)", file.read())
            except OSError:
                return
            if match:
                self.seen.append(int(match[1]) / 1024)
            time.sleep(0.02)

    def report(self, peak, mapped):
        quarter = max(1, len(self.seen) // 4)
        early, late = max(self.seen[:quarter]), max(self.seen[-quarter:])
        most = MOST_MIB + mapped
        figures.figure("most memory", peak, "MiB", most, most)
        figures.figure("growth, last quarter to first", late - early, "MiB",
                       0, 4)


class Output:
    """What comes, object by object."""

    def __init__(self, pipe):
        self.pipe = pipe
        self.held = b""
        self.length = 0
        self.lines = 0

    def fill(self):
        data = self.pipe.read(PIECE)
        self.held += data
        self.length += len(data)
        return bool(data)

    def exactly(self, name, length, crc):
        """The next bytes must be those."""
        came = 0
        while length:
            if not self.held and not self.fill():
                print(name, ":", length, "bytes are missing")
                return
            part = self.held[:length]
            self.held = self.held[len(part) :]
            came = zlib.crc32(part, came)
            self.lines += part.count(b"\n")
            length -= len(part)
        if came != crc:
            print(name, ": something else comes")

    def up_to(self, beginning):
        """Whole lines that are JSON, up to one that is known; how many."""
        count = 0
        while not self.held.startswith(beginning):
            end = self.held.find(b"\n")
            if end < 0:
                if not self.fill():
                    print("the lines behind a flipped bit never end")
                    return count
                continue
            json.loads(self.held[:end])
            self.held = self.held[end + 1 :]
            count += 1
            if len(self.held) < len(beginning):
                self.fill()
        self.lines += count
        return count


def first_line(entry):
    done = subprocess.run(
        ["vcnflow", "-q", *OPTIONS, f"contents/{entry['content']}.log"],
        capture_output=True,
        check=True,
    )
    return done.stdout.partition(b"\n")[0] + b"\n"


def judge_output(output):
    """Each object's lines in order. How far the flipped ones are off."""
    known = {}
    off = 0
    for number, entry in enumerate(PLAN):
        if "content" in entry:
            path = f"contents/{entry['content']}.log"
            if path not in known:
                known[path] = enriched(path)
            output.exactly(entry["name"], *known[path])
        elif entry["certain"]:
            output.exactly(
                entry["name"], *enriched(f"contents/{number}.part")
            )
        else:
            lines = output.up_to(first_line(PLAN[number + 1]))
            off += abs(lines - entry["counts"]["emitted"])
            if abs(lines - entry["counts"]["emitted"]) > SLACK:
                print(entry["name"], ":", lines, "lines", entry["counts"])
    while output.held or output.fill():
        print("more comes:", output.held[:200])
        output.held = b""
        break
    return off


def judge_messages(lines):
    """Damaged and empty inputs are named once, in order, and no others."""
    last = lines.pop() if lines else ""
    named = [re.search(r"'(objects/\d+\.log\.gz)'", line) for line in lines]
    names = [match[1] for match in named if match]
    if names != sorted(names):
        print("messages are out of order")
    for line in lines:
        if len(line) > 300 or not line.startswith("vcnflow: "):
            print("an odd message:", line[:300])
    for entry in PLAN:
        about = [line for line in lines if entry["name"] in line]
        damage = entry.get("damage")
        wanted = {
            "truncated": r"damaged input .*, member 1, byte \d+: ",
            "flipped": r"damaged input .*, member 1, byte \d+: ",
            "garbage": r"damaged input .*, member 1, byte \d+: garbage",
            "empty": r"empty",
            "no_gzip": r"no flow-log record",
        }.get(damage)
        fitting = [line for line in about if wanted and re.search(wanted, line)]
        if wanted and len(fitting) != 1:
            print(damage, "is not named once:", about)
        if not damage and about:
            print("named without need:", about)
    singles = [line for line in lines if ": bad record in " in line]
    if len(singles) > 10:
        print(len(singles), "bad records are named")
    return last


def main():
    program = subprocess.Popen(
        ["vcnflow", *OPTIONS, "-j", str(THREADS), "--stats=stats", "objects"],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=open("messages", "wb"),
    )
    began = time.monotonic()
    memory = Memory(program.pid)
    output = Output(program.stdout)
    off = judge_output(output)
    _, status, usage = os.wait4(program.pid, 0)
    program.returncode = os.waitstatus_to_exitcode(status)
    seconds = time.monotonic() - began
    if program.returncode != 1:
        print("exit status", program.returncode)
    with open("messages", encoding="utf-8") as file:
        last = judge_messages(file.read().splitlines())
    with open("stats", encoding="utf-8") as file:
        stats = json.load(file)
    flips = sum(not entry.get("certain", True) for entry in PLAN)
    sums = {"emitted": stats["emitted"], "no_data": stats["no_data"],
            "filtered": sum(stats["filtered"].values()), "bad": stats["bad"]}
    for name, value in sums.items():
        wanted = sum(entry["counts"][name] for entry in PLAN)
        if abs(value - wanted) > flips * SLACK:
            print(f"{name}: {value}, counted apart: {wanted}")
    if stats["records"] != sum(sums.values()):
        print("not accounted for:", stats)
    if (stats["emitted"], stats["bytes_out"]) != (output.lines, output.length):
        print("not what came:", stats, output.lines, output.length)
    if stats["inputs"] != len(PLAN):
        print("inputs:", stats["inputs"])
    stored = sum(os.path.getsize(entry["name"]) for entry in PLAN)
    if stats["bytes_in"] > stored or stats["bytes_in"] < stored * 0.9:
        print("bytes_in:", stats["bytes_in"], "stored", stored)
    if f"{stats['bad']} bad records" not in last:
        print("the last message:", last)
    mapped = os.path.getsize("net.lut") / (1 << 20)
    memory.report(usage.ru_maxrss / 1024, mapped)
    damaged = sum("damage" in entry for entry in PLAN)
    print(len(PLAN), "objects,", damaged, "damaged,", flips, "by a flipped bit")
    total = sum(entry["inflated"] for entry in PLAN)
    with open(os.environ["FIGURES"], "a", encoding="utf-8") as file:
        file.write(
            f"{total / 1e9:.2f} GB in {len(PLAN)} objects, {stats['records']} "
            f"records, {stats['bad']} bad, lines off near flipped bits: {off}, "
            f"{seconds:.0f} s with the reader's work\n"
        )


main()
