"""odd.py RUNS: random command lines, and what must hold whatever they are."""

import gzip
import json
import random
import subprocess
import sys

VALUES = {
    "--source": ("10.0.1.5", "!10.0.1.5", "@one", "@excluded", "@empty", "vcn", "::/0",
                 "rfc1918,!vcn", "x", "", ",", "!", "@", "0.0.0.0/0"),
    "--destination": ("10.0.1.0/24", "!@one", "ula", "cgnat"),
    "--address": ("198.51.100.7", "!198.51.100.7", "10.0.1.5/32,!10.0.1.5"),
    "--port": ("443", "!443", "0-65535", "22,443", "1-0", "x", "@empty"),
    "--source-port": ("443", "40000-", "41511"),
    "--destination-port": ("443", "!0-65535", "99999"),
    "--subnet": ("app", "!app", "nope", "ocid1.subnet.oc1..app", "@one", "app,db,!db"),
    "--vnic": ("ocid1.vnic.oc1..v1", "!ocid1.vnic.oc1..v1", "v1"),
    "--fields": ("start", "verdict", "permitted_by,rules,names", "data", "data.x,time",
                 "a,a", "", "oracle.vnicocid,bytes,subnet_name", "security_lists", '"',
                 "x" * 300),
    "--keep": ("data", "time", "data.bytesOut", "oracle", "names", "action", "x,y", "a,a"),
    "--format": ("ndjson", "array", "csv", "tsv", "CSV", "x"),
    "--missing": ("null", "", "-", '"', "\t", "N/A"),
    "--per": ("1h", "2h", "1d", "7d", "0h", "x", "36500d"),
    "--table": ("1", "1K", "8M", "0", "x"),
    "--action": ("accept", "reject", "all", "ALL", "x"),
    "--protocol": ("tcp", "6,17", "x", "255"),
    "--direction": ("ingress", "egress", "none", "ingress,none"),
    "--traffic": ("internal", "external"),
    "--security-lists": ("full", "ids", "none"),
    "--verdict": ("permitted", "denied,unexplained", "reply,either", "x"),
    "--framing": ("ndjson", "json"),
    "--threads": ("1", "3"),
    "--max-record": ("64", "100", "1M"),
    "--since": ("2026-01-01", "30 days", "x"),
    "--until": ("2027-01-01", "now"),
    "--time-field": ("start", "event", "ingested", "end"),
    "--metadata": ("net.lut", "none", "log"),
    "--internal": ("cgnat", "=10.0.0.0/8", "vcn", "x"),
}
FLAGS = ("--conversations", "--rules", "--names", "--header", "--no-header", "--gzip",
         "--list-subnets", "--strict", "--ignore-bad", "--line-buffered", "--quiet",
         "--verbose")
INPUTS = ("log", "talk", "hours", "enriched", "odd", "both.gz", "cut.gz", "array",
          "empty", "folder", "gone")


def choose(rng):
    argv = ["--conversations"] if rng.random() < 0.4 else []
    for option in rng.sample(list(VALUES), rng.choice((0, 1, 1, 2, 2, 3, 4))):
        argv += [option, rng.choice(VALUES[option])]
    argv += rng.sample(FLAGS, rng.choice((0, 0, 1, 1, 2, 3)))
    return argv + rng.sample(INPUTS, rng.choice((1, 1, 2)))


def last(argv, option, default):
    return argv[len(argv) - argv[::-1].index(option)] if option in argv else default


def check_output(argv, out, stats):
    counted = stats["conversations" if "--conversations" in argv else "emitted"]
    form = last(argv, "--format", "ndjson").lower()  # in any case
    if "--list-subnets" in argv or form in ("csv", "tsv"):
        return
    if form == "array":
        assert len(json.loads(out)) == counted
        return
    lines = out.split(b"\n")
    assert lines.pop() == b"" and len(lines) == counted
    for line in lines:
        assert isinstance(json.loads(line), dict)


def check(argv, done):
    assert done.returncode in (0, 1, 2), done.returncode
    for line in done.stderr.splitlines():
        assert line.startswith(b"vcnflow: "), line
    if done.returncode == 2:
        assert done.stderr, "refused without a word"
        return
    with open("stats", encoding="utf-8") as file:
        stats = json.load(file)
    assert stats["records"] == stats["emitted"] + sum(stats["filtered"].values()) + \
        stats["no_data"] + stats.get("left_out", 0) + stats["bad"]
    out = gzip.decompress(done.stdout) if "--gzip" in argv else done.stdout
    check_output(argv, out, stats)


def main(runs):
    rng = random.Random("odd uses")
    statuses = set()
    for _ in range(runs):
        argv = choose(rng)
        done = subprocess.run(["vcnflow", "-m", "net.lut", "--stats=stats", *argv],
                              stdin=subprocess.DEVNULL, capture_output=True, check=False)
        statuses.add(done.returncode)
        try:
            check(argv, done)
        except (AssertionError, ValueError) as error:
            print(argv, repr(error), done.stderr.decode(errors="replace"))
    print(*sorted(statuses))


main(int(sys.argv[1]))
