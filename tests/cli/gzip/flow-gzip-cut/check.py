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
    done = flows.run("-j", "1", "--stats", data=stored[:cut])
    said, _, counted = done.stderr.partition(b"{")
    stats = json.loads(b"{" + counted)
    counts = (stats["records"], stats["emitted"], stats["bad"])
    if done.returncode != (1 if cut else 0):
        print(f"cut at {cut}: exit status {done.returncode}")
    if done.stdout != b"".join(whole[:lines]):
        print(f"cut at {cut}: not the {lines} lines before it: {done.stdout}")
    if counts != (lines + half, lines, half):
        print(f"cut at {cut}: {counts} records, emitted, bad; {lines} {half}")
    if cut and not (
        said.startswith(b"vcnflow: ")
        and b"byte %d" % cut in said
        and said.count(b"\n") == 1
    ):
        print(f"cut at {cut}: {said}")
