"""Inputs to begin with: real ones, from the files that other tests read."""

import glob
import os
import struct

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


def of(target):
    maker = globals().get(target)
    return maker() if maker else ()
