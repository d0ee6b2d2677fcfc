"""Wall times of commands that take turns, and the memory of one.

A command is a line for sh, whose standard output goes to /dev/null unless it
says otherwise. Commands that are compared run one after another, round by
round, so that what slows the machine down slows down all of them.
"""

import contextlib
import fcntl
import os
import signal
import statistics
import struct
import subprocess
import sys
import termios
import time
from typing import NamedTuple


class Failed(Exception):
    """A command ended badly: nothing can be said of its time."""


class Figure(NamedTuple):
    """A figure, and the lowest and highest of the rounds."""

    value: float
    low: float
    high: float


def seconds(line):
    """How long sh takes over a line."""
    return seconds_of(["sh", "-c", line], line)


def seconds_of(argv, name=None):
    """How long a program takes, from its start until it is gone."""
    begin = time.perf_counter()
    process = subprocess.Popen(argv, stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL,
                               stderr=subprocess.PIPE)
    _, message = process.communicate()
    passed = time.perf_counter() - begin
    if process.returncode != 0:
        raise Failed(f"'{name or argv[0]}' ended with status "
                     f"{process.returncode}: "
                     + message.decode("utf-8", "replace").strip())
    return passed


def usage_of(line):
    """What a line for sh used up."""
    with subprocess.Popen(["sh", "-c", line], stdin=subprocess.DEVNULL,
                          stdout=subprocess.DEVNULL) as process:
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode != 0:
        raise Failed(f"'{line}' ended with status {process.returncode}")
    return used


def cpu_seconds(line):
    """(user, system) time of the processors that a line for sh takes."""
    used = usage_of(line)
    return used.ru_utime, used.ru_stime


@contextlib.contextmanager
def repeated(line):
    """Another processor is busy with a line, over and over, meanwhile."""
    process = subprocess.Popen(["sh", "-c", f"while ({line}); do :; done"],
                               stdin=subprocess.DEVNULL,
                               stdout=subprocess.DEVNULL,
                               start_new_session=True)
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def take_turns(lines, rounds, warm=True):
    """A list of times for each line, after a round that does not count."""
    if warm:
        for line in lines:
            seconds(line)
    turns = [[seconds(line) for line in lines] for _ in range(rounds)]
    return list(zip(*turns))


def figure(rounds, value):
    """A figure with the spread of its rounds."""
    return Figure(value, min(rounds), max(rounds))


def ratio(first, second, rounds, warm=True):
    """The first line's median time over the second one's."""
    a, b = take_turns([first, second], rounds, warm)
    return figure([x / y for x, y in zip(a, b)],
                  statistics.median(a) / statistics.median(b))


def cpu_ratio(first, second, rounds):
    """The same of the time of all processors."""
    def seconds_of_all(line):
        return sum(cpu_seconds(line))

    a, b = [], []
    for number in range(rounds + 1):
        turn = seconds_of_all(first), seconds_of_all(second)
        if number > 0:
            a.append(turn[0])
            b.append(turn[1])
    return figure([x / y for x, y in zip(a, b)],
                  statistics.median(a) / statistics.median(b))


# ---- memory ----------------------------------------------------------------


def _peak_kib(pid):
    """The high-water mark of a process that has not ended."""
    with open(f"/proc/{pid}/status", encoding="ascii") as file:
        fields = dict(line.split(":", 1) for line in file)
    if "VmHWM" not in fields:
        raise Failed("the program ended before its input did")
    return int(fields["VmHWM"].split()[0])


def _threads(pid):
    """The state and the processor time of each thread."""
    found = []
    for thread in sorted(os.listdir(f"/proc/{pid}/task")):
        path = f"/proc/{pid}/task/{thread}/stat"
        with open(path, encoding="ascii") as file:
            words = file.read().rpartition(")")[2].split()
        found.append((words[0], words[11], words[12]))
    return found


def _unread(pipe):
    count = fcntl.ioctl(pipe, termios.FIONREAD, struct.pack("i", 0))
    return struct.unpack("i", count)[0]


def _peak_at_rest(pid, pipe):
    """Looks when all input is read and all threads go on sleeping."""
    before = None
    while True:
        threads = _threads(pid)
        asleep = all(state == "S" for state, _, _ in threads)
        if _unread(pipe) == 0 and asleep and threads == before:
            return _peak_kib(pid)
        before = threads
        time.sleep(0.1)


def peak_mib(argv, feed):
    """The peak memory of a program that reads what the line feed writes.

    The kernel's own account of a child that has ended begins with the size of
    its parent. So the program is looked at while it still waits for more.
    """
    reading, writing = os.pipe()
    with subprocess.Popen(argv, stdin=reading, stdout=subprocess.DEVNULL,
                          stderr=subprocess.DEVNULL) as process:
        os.close(reading)
        try:
            fed = subprocess.run(["sh", "-c", feed], stdout=writing,
                                 check=False)
            if fed.returncode == 0:
                peak = _peak_at_rest(process.pid, writing)
        finally:
            os.close(writing)
    if fed.returncode != 0 or process.returncode != 0:
        raise Failed(f"'{argv[0]}' ended with status {process.returncode}")
    return peak / 1024


def whole_peak_mib(line):
    """The peak memory of a line for sh that runs to its end. It is no less than
    what the program had that began it: so a new one does, which has little."""
    script = "import sys, timing; print(timing.usage_of(sys.argv[1]).ru_maxrss)"
    done = subprocess.run([sys.executable, "-c", script, line], check=False,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          env={**os.environ, "PYTHONPATH": os.path.dirname(__file__)})
    if done.returncode != 0:
        raise Failed(f"'{line}' did not end well")
    return int(done.stdout) / 1024
