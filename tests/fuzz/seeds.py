"""Inputs to begin with: real ones, from the files that other tests read."""

import glob
import os
import struct
import zlib

TESTS = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))

LONGEST = 4096

# What in a case's folder is no input.
NOT_INPUT = {"cmd", "out", "err", "status", "needs", "not", "why", "whole"}


def files(*patterns):
    """The bytes of short files under tests/, those of cases only inputs."""
    for pattern in patterns:
        for path in sorted(glob.glob(os.path.join(TESTS, pattern))):
            if os.path.basename(path) in NOT_INPUT or os.path.isdir(path):
                continue
            with open(path, "rb") as file:
                data = file.read(LONGEST + 1)
            if len(data) <= LONGEST:
                yield data


def flow_logs():
    return files("cli/flow-*/*", "bugs/*/*", "samples/*")


def record():
    """Four bytes of choices (record.h) before each text."""
    for data in flow_logs():
        if data[:2] != b"\x1f\x8b":
            yield b"\x00\x00\x00\x00" + data
            yield b"\x08\x02\x40\x05" + data


def long():
    """The same, with two bytes that say what is repeated."""
    for number, data in enumerate(flow_logs()):
        if len(data) > 8 and data[:2] != b"\x1f\x8b":
            at = number * 37 % len(data)
            yield b"\x00\x00\x10\x40" + struct.pack(">H", at) + data


def deflated(data):
    """The same data by all means of zlib."""
    for level in (0, 1, 9):
        for strategy in (
            zlib.Z_DEFAULT_STRATEGY,
            zlib.Z_HUFFMAN_ONLY,
            zlib.Z_RLE,
            zlib.Z_FIXED,
        ):
            maker = zlib.compressobj(level, zlib.DEFLATED, -15, 9, strategy)
            half = len(data) // 2
            yield (
                maker.compress(data[:half])
                + maker.flush(zlib.Z_FULL_FLUSH)
                + maker.compress(data[half:])
                + maker.flush()
            )


def member(data, packed, flags=0, more=b""):
    """A gzip member of deflated data."""
    header = b"\x1f\x8b\x08" + bytes([flags]) + b"\x00" * 6 + more
    if flags & 2:
        header += struct.pack("<H", zlib.crc32(header) & 0xFFFF)
    trailer = struct.pack("<II", zlib.crc32(data), len(data))
    return header + packed + trailer


def gunzip():
    """Two bytes of choices, then a stream (0) or deflated data (1)."""
    texts = (b"", b"a" * 300, bytes(range(256)), b'{"data":{}}\n' * 9)
    for text in texts:
        for packed in deflated(text):
            yield b"\x07\x01" + packed
    short = next(deflated(b"{}\n"))
    for flags in range(64):
        more = b"\x03\x00abc" if flags & 4 else b""
        more += b"name\x00" if flags & 8 else b""
        more += b"comment\x00" if flags & 16 else b""
        yield b"\x05\x00" + member(b"{}\n", short, flags, more)
    both = member(b"{}\n", short) * 2
    for behind in (b"", b"\x00" * 9, b"\x00\x01", b"\x1f", b"x"):
        yield b"\x09\x00" + both + behind
    yield b"\x09\x00" + both[:-9]


def of(target):
    maker = globals().get(target)
    return maker() if maker else ()
