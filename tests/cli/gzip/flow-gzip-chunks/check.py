import os
import sys
import zlib

sys.path.insert(0, os.environ["TESTS"] + "/cli")

import flows  # noqa: E402

MAGIC = b"\x1f\x8b\x08%c\0\0\0\0\0\3"


def header(flags, name):
    text = MAGIC % flags
    if flags & 4:
        text += b"\5\0\0\x1f\x8b\x08\0"
    for bit in (8, 16):
        if flags & bit:
            text += name + b"\0"
    if flags & 2:
        text += (zlib.crc32(text) & 0xFFFF).to_bytes(2, "little")
    return text


def judge(what, stored, size):
    env = dict(os.environ, LD_PRELOAD="./short.so", SHORT_READ=str(size))
    done = flows.run("-j", "1", data=stored, env=env)
    if done.returncode or done.stderr or done.stdout != whole:
        print(what, "read by", size, ":", done)


plain = flows.random_records(30)
whole = flows.enriched(plain)
stored = b"".join(
    flows.member(plain[at : at + 1700], header(at // 100 % 32, b"name"))
    for at in range(0, len(plain), 1700)
)
assert len(stored) > 1200
for size in range(1, 601):
    judge("members", stored, size)
for flags in range(32):
    for size in (1000, 65536):
        named = flows.member(plain, header(flags, b"n" * 100000))
        judge(f"flags {flags}", named, size)
