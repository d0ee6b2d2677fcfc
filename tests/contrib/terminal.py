"""Runs a command on a terminal: terminal.py COLUMNS show|widest COMMAND...

show prints each line that was drawn, also those that were erased, without the
control sequences; widest says whether the erased ones, of which there must be
some, kept within the terminal.
"""

import fcntl
import os
import pty
import re
import struct
import sys
import termios


def run(command, columns):
    """What the command wrote to a terminal of so many columns."""
    pid, fd = pty.fork()
    if pid == 0:
        size = struct.pack("HHHH", 24, columns, 0, 0)
        fcntl.ioctl(0, termios.TIOCSWINSZ, size)
        os.execvp(command[0], command)
    data = b""
    while True:
        try:
            some = os.read(fd, 65536)
        except OSError:  # the other end is closed
            some = b""
        if not some:
            os.waitpid(pid, 0)
            return data.decode()
        data += some


def main():
    columns, how, *command = sys.argv[1:]
    drawn = run(command, int(columns)).replace("\r\n", "\n")
    if how == "show":
        print(re.sub(r"\r\x1b\[K", "\n", drawn).strip("\n"))
        return
    erased = re.findall(r"\r\x1b\[K([^\r\n]*)(?=\r)", drawn)
    widest = max(map(len, erased))  # fails where there is none
    print("too wide" if widest >= int(columns) else "narrow enough")


main()
