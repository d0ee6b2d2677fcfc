"""For the cases' Python: records, gzip members, and runs of vcnflow."""

import os
import random
import re
import struct
import subprocess
import tempfile
import zlib

COMMAND = ["vcnflow", "-q", "-m", "none", "-l", "none"]
_MARK_RECORD = b'{"data":{"action":"ACCEPT"},"oracle":{"mark":%d}}\n'
_MARK = re.compile(rb'"oracle":\{"mark":(\d+)\}')


def record(number, more=""):
    """One line, which comes out as a line that holds the number."""
    return (
        '{"data":{"action":"ACCEPT","sourceAddress":"10.1.%d.%d"%s},'
        '"oracle":{"n":%d}}\n' % (number % 7, number % 251, more, number)
    ).encode()


def random_records(count, seed=1):
    """Lines that gzip cannot make much shorter."""
    rng = random.Random(seed)
    return b"".join(
        record(n, ',"x":"%s"' % rng.randbytes(60).hex()) for n in range(count)
    )


def member(data, header=None, crc=None, size=None, deflated=None):
    """A gzip member, of which parts may be given."""
    if deflated is None:
        packer = zlib.compressobj(9, zlib.DEFLATED, -15)
        deflated = packer.compress(data) + packer.flush()
    return (
        (header or b"\x1f\x8b\x08\0\0\0\0\0\0\3")
        + deflated
        + struct.pack(
            "<II",
            zlib.crc32(data) if crc is None else crc,
            len(data) & 0xFFFFFFFF if size is None else size,
        )
    )


def run(*arguments, data=None, program="vcnflow", **more):
    """vcnflow with these arguments; data is its stdin."""
    command = [program, *COMMAND[1:], *arguments]
    if data is not None:
        more["input"] = data
    else:
        more.setdefault("stdin", subprocess.DEVNULL)
    return subprocess.run(command, capture_output=True, check=False, **more)


def enriched(data, *arguments):
    """What intact input must give: its output."""
    done = run(*arguments, data=data)
    assert done.returncode == 0 and not done.stderr, done
    return done.stdout


def batch(inputs, *arguments, program="vcnflow"):
    """Many inputs in one run, a record that marks the border before each.

    Gives for each its output and the messages that name it.
    """
    # thousands of files: in memory, where there is such a place
    place = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None
    with tempfile.TemporaryDirectory(dir=place) as folder:
        names = b""
        for number, data in enumerate(inputs):
            path = os.path.join(folder, str(number))
            _write(path + ".mark", _MARK_RECORD % number)
            _write(path + ".in", data)
            names += os.fsencode(f"{path}.mark\n{path}.in\n")
        done = run(
            "--files-from", "-", *arguments, data=names, program=program
        )
    outputs = _parted(done.stdout, len(inputs))
    messages = [[] for _ in inputs]
    for line in done.stderr.splitlines():
        name = re.search(rb"/(\d+)\.in'", line)
        messages[int(name[1])].append(line)
    assert done.returncode == any(messages), done.returncode
    return list(zip(outputs, messages))


def _write(path, data):
    with open(path, "wb") as file:
        file.write(data)


def _parted(text, count):
    """The output of each input: what stands after its mark."""
    lines = text.split(b"\n")
    assert lines.pop() == b"", "half a line at the end"
    outputs = []
    for line in lines:
        mark = _MARK.search(line)
        if mark:
            assert int(mark[1]) == len(outputs), line
            outputs.append(b"")
        else:
            outputs[-1] += line + b"\n"
    assert len(outputs) == count, len(outputs)
    return outputs
