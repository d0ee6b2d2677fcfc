import os
import sys

sys.path.insert(0, os.environ["TESTS"] + "/cli")

import flows  # noqa: E402

OTHER = os.environ["ROOT"] + "/build/release-zlib/vcnflow"
AT_ONCE = 2000
plain = flows.random_records(24)
stored = flows.member(plain)
same = differing = 0


def damaged():
    for bit in range(16, len(stored) * 8):
        copy = bytearray(stored)
        copy[bit // 8] ^= 1 << bit % 8
        yield bytes(copy)
    for cut in range(2, len(stored)):
        yield stored[:cut]


inputs = list(damaged())
for first in range(0, len(inputs), AT_ONCE):
    part = inputs[first : first + AT_ONCE]
    pairs = zip(
        flows.batch(part, "-j", "1"),
        flows.batch(part, "-j", "1", program=OTHER),
    )
    for number, ((out, told), (other, other_told)) in enumerate(pairs, first):
        if len(told) != len(other_told):
            print(f"input {number}: {told} and {other_told}")
        if not out.startswith(other) and not other.startswith(out):
            print(f"input {number}: outputs part: {out} {other}")
        same += out == other
        differing += out != other
for bit in range(16):
    copy = bytearray(stored)
    copy[bit // 8] ^= 1 << bit % 8
    runs = [
        flows.run("-j", "1", data=bytes(copy), program=program)
        for program in ("vcnflow", OTHER)
    ]
    if runs[0].returncode != runs[1].returncode or runs[0].stdout:
        print(f"bit {bit}: {runs}")
with open(os.environ["FIGURES"], "a", encoding="utf-8") as file:
    file.write(f"{same} outputs equal, {differing} one begins the other\n")
