"""CRC and size wrong in each of three members: all lines, and the place."""

import os
import sys

sys.path.insert(0, os.environ["TESTS"] + "/cli")

import flows  # noqa: E402

texts = [flows.record(n) for n in range(3)]
whole = flows.enriched(b"".join(texts))
for wrong in range(3):
    for field, back in (("crc", 8), ("size", 4)):
        members = [
            flows.member(text, **({field: 12345} if n == wrong else {}))
            for n, text in enumerate(texts)
        ]
        place = len(b"".join(members[: wrong + 1])) - back
        done = flows.run(data=b"".join(members))
        named = b"member %d, byte %d:" % (wrong + 1, place)
        if done.returncode != 1 or done.stdout != whole:
            print(field, wrong, done)
        if named not in done.stderr or done.stderr.count(b"\n") != 1:
            print(field, wrong, named, done.stderr)
