import fcntl
import pty
import re
import struct
import subprocess
import termios
import time
import os
import sys

sys.path.insert(0, os.environ["TESTS"] + "/cli")

import flows  # noqa: E402


def taken(terminal):
    """What is on the terminal and was not looked at."""
    try:
        return os.read(terminal, 65536)
    except BlockingIOError:
        return b""


text_in = b"".join(flows.record(n) for n in range(1000))
for columns in (20, 60, 200):
    ours, theirs = pty.openpty()
    os.set_blocking(ours, False)
    size = struct.pack("HHHH", 25, columns, 0, 0)
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, size)
    program = subprocess.Popen(
        ["vcnflow", "-m", "none", "--progress", "-o", "out.ndjson", "-"],
        stdin=subprocess.PIPE,
        stderr=theirs,
    )
    text = b""
    # it shows itself now and then while there is something to do
    while not re.search(rb"[0-9]", text):
        program.stdin.write(text_in)
        program.stdin.flush()
        time.sleep(0.02)
        text += taken(ours)
    program.stdin.close()
    status = program.wait()
    text += taken(ours)
    os.close(theirs)
    os.close(ours)
    shown = [
        re.sub(r"\x1b\[[0-9;]*[A-Za-z]", "", part)
        for part in text.decode().split("\r")
    ]
    widest = max(map(len, shown))
    print(status, columns, 5 < widest <= columns, repr(shown[-1].strip()))
