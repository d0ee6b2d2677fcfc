import json
import os
import sys

sys.path.insert(0, os.environ["TESTS"] + "/cli")

import flows  # noqa: E402

plain = flows.random_records(40)
whole = flows.enriched(plain)
counts = {}
few = "asan" in os.environ["BUILD"]
for count in (2, 3, 7, 50) if few else range(2, 51):
    step = len(plain) // count
    borders = [0, *(step * n + n % 5 for n in range(1, count)), len(plain)]
    stored = b"".join(
        flows.member(plain[a:b]) for a, b in zip(borders, borders[1:])
    )
    done = flows.run("-j", "1", "--stats=stats", data=stored)
    if done.returncode or done.stderr or done.stdout != whole:
        print(count, "members:", done)
    with open("stats", encoding="utf-8") as file:
        stats = json.load(file)
    if (stats["records"], stats["emitted"], stats["bad"]) != (40, 40, 0):
        print(count, "members:", stats)
    if stats["bytes_in"] != len(stored) or stats["bytes_inflated"] != len(plain):
        print(count, "members:", stats)
