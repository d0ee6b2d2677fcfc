"""Runs one command with a time limit and catches all it writes."""

import os
import signal
import subprocess


class Finished:
    """How a command ended: exit status as a shell says it, and its output."""

    def __init__(self, status, out, err, timed_out):
        self.status = status
        self.out = out
        self.err = err
        self.timed_out = timed_out


def run(command, env, cwd, limit, work):
    """Runs command with stdin from /dev/null.

    Output goes to files, so that a process left behind holds nothing up; at
    the end the whole process group is killed.
    """
    paths = [os.path.join(work, name) for name in ("stdout", "stderr")]
    with open(paths[0], "wb") as out, open(paths[1], "wb") as err:
        process = subprocess.Popen(
            command,
            env=env,
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            start_new_session=True,
            # Python ignores SIGPIPE; a case starts as from a shell.
            restore_signals=True,
        )
        timed_out = False
        try:
            status = process.wait(limit)
        except subprocess.TimeoutExpired:
            timed_out = True
            status = -signal.SIGKILL
        kill_group(process.pid)
        process.wait()
    texts = []
    for path in paths:
        with open(path, "rb") as file:
            texts.append(file.read())
        os.unlink(path)
    return Finished(status if status >= 0 else 128 - status, *texts, timed_out)


def kill_group(pid):
    try:
        os.killpg(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass
