import os
import sys

sys.path.insert(0, os.environ["TESTS"] + "/cli")

import flows  # noqa: E402

AT_ONCE = 2000
plain = flows.random_records(24)
stored = flows.member(plain)
assert len(stored) > 1500
whole = flows.enriched(plain)


def flipped(bit):
    copy = bytearray(stored)
    copy[bit // 8] ^= 1 << bit % 8
    return bytes(copy)


def judge(bit, out, failed):
    if not failed and out != whole:
        print(f"bit {bit}: other output, and nothing said")
    if out and not out.endswith(b"}\n"):
        print(f"bit {bit}: half a line")
    if failed > 1:
        print(f"bit {bit}: {failed} messages")


# without its magic it is no gzip, and text; the others many at once
for bit in range(16):
    done = flows.run("-j", "1", data=flipped(bit))
    if done.returncode != 1 or done.stdout:
        print(f"bit {bit}: {done}")
silent = 0
bits = range(16, len(stored) * 8)
for first in range(0, len(bits), AT_ONCE):
    part = bits[first : first + AT_ONCE]
    results = flows.batch([flipped(bit) for bit in part], "-j", "1")
    for bit, (out, messages) in zip(part, results):
        judge(bit, out, len(messages))
        silent += not messages
# time, extra flags and system; and bits behind the end of the last block
if not 48 <= silent <= 80:
    print(f"{silent} bits change nothing")
