import json
import os
import sys
import tempfile
import zlib

sys.path.insert(0, os.environ["TESTS"] + "/cli")

import flows  # noqa: E402

plain = flows.random_records(24)
stored = flows.member(plain)
assert len(stored) > 1500
whole = flows.enriched(plain, "-j", "1").splitlines(True)
assert len(whole) == 24
slow = any(name in os.environ["BUILD"] for name in ("asan", "tsan", "cov"))
cuts = range(0, len(stored), 13 if slow else 1)


def wanted(cut):
    """How many whole lines stand before the cut, and the half line."""
    text = zlib.decompressobj(31).decompress(stored[:cut])
    lines, feed, half = text.rpartition(b"\n")
    return (lines + feed).count(b"\n"), half


def check(cut, output, messages):
    lines, _ = wanted(cut)
    if output != b"".join(whole[:lines]):
        print(f"cut at {cut}: not the {lines} lines before it: {output}")
    if cut and not (
        len(messages) == 1
        and messages[0].startswith(b"vcnflow: ")
        and b"byte %d" % cut in messages[0]
    ):
        print(f"cut at {cut}: {messages}")
    if not cut and messages:
        print(f"cut at {cut}: {messages}")


def check_counts(where, counts, lines, halves):
    came = (counts["records"], counts["emitted"], counts["bad"])
    if came != (lines + halves, lines, halves):
        print(f"{where}: {came} records, emitted, bad; {lines} {halves}")


# each cut a file, all of them in one run
with tempfile.TemporaryDirectory() as folder:
    stats, rejects = folder + "/stats", folder + "/rejects"
    done = flows.batch(
        [stored[:cut] for cut in cuts],
        *("-j", "1", "--stats=" + stats, "--rejects", rejects),
    )
    with open(stats, "rb") as file:
        counts = json.load(file)
    with open(rejects, "rb") as file:
        rejected = file.read()
for cut, (output, messages) in zip(cuts, done):
    check(cut, output, messages)
wants = [wanted(cut) for cut in cuts]
halves = [half for _, half in wants if half]
# the marks that batch puts between them are records too
lines = sum(lines for lines, _ in wants) + len(cuts)
check_counts("all cuts", counts, lines, len(halves))
# each half line is the bad record of its cut
if rejected != b"".join(half + b"\n" for half in halves):
    print("not the half lines:", rejected)

# by standard input, and counted by itself
for cut in range(0, len(stored), 97):
    done = flows.run("-j", "1", "--stats", data=stored[:cut])
    said, _, counted = done.stderr.partition(b"{")
    lines, half = wanted(cut)
    check(cut, done.stdout, said.splitlines())
    check_counts(f"cut at {cut}", json.loads(b"{" + counted), lines, bool(half))
    if done.returncode != (1 if cut else 0):
        print(f"cut at {cut}: exit status {done.returncode}")
