"""Gives the optional sections of rules ids that no reader knows."""

import struct
import sys
import zlib

with open(sys.argv[1], "rb") as file:
    data = bytearray(file.read())
count = struct.unpack_from("<I", data, 24)[0]
for at in range(32, 32 + 32 * count, 32):
    if data[at:at + 4] in (b"RULE", b"BOXS", b"RTXT"):
        data[at:at + 4] = data[at:at + 4].lower()
struct.pack_into("<I", data, 12, zlib.crc32(data[16:32 + 32 * count]))
with open(sys.argv[2], "wb") as file:
    file.write(data)
