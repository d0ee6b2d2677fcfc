import json
import os
import sys

sys.path.insert(0, os.environ["TESTS"] + "/cli")

import zlib

import flows  # noqa: E402

plain = flows.random_records(24)
stored = flows.member(plain)
assert len(stored) > 1500
whole = flows.enriched(plain, "-j", "1").splitlines(True)
assert len(whole) == 24
slow = any(name in os.environ["BUILD"] for name in ("asan", "tsan", "cov"))
for cut in range(0, len(stored), 13 if slow else 1):
    inflater = zlib.decompressobj(31)
    text = inflater.decompress(stored[:cut])
    lines = text.count(b"\n")
    half = len(text) > text.rfind(b"\n") + 1
    done = flows.run("-j", "1", "--stats=stats", data=stored[:cut])
    with open("stats", encoding="utf-8") as file:
        stats = json.load(file)
    counts = (stats["records"], stats["emitted"], stats["bad"])
    if done.returncode != (1 if cut else 0):
        print(f"cut at {cut}: exit status {done.returncode}")
    if done.stdout != b"".join(whole[:lines]):
        print(f"cut at {cut}: not the {lines} lines before it: {done.stdout}")
    if counts != (lines + half, lines, half):
        print(f"cut at {cut}: {counts} records, emitted, bad; {lines} {half}")
    if cut and not (
        done.stderr.startswith(b"vcnflow: ")
        and b"byte %d" % cut in done.stderr
        and done.stderr.count(b"\n") == 1
    ):
        print(f"cut at {cut}: {done.stderr}")
