import signal
import subprocess
import time
import os
import sys

sys.path.insert(0, os.environ["TESTS"] + "/cli")

import figures  # noqa: E402

TRIES = 5  # a machine at work may let one wait


def run(ignore):
    """How it ends, how many lines came, and how long it was about it."""
    program = subprocess.Popen(
        ["vcnflow", "-q", "-m", "none", "in.log"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(
            signal.SIGPIPE, signal.SIG_IGN if ignore else signal.SIG_DFL
        ),
    )
    lines = [program.stdout.readline()]
    program.stdout.close()
    gone = time.monotonic()
    errors = program.stderr.read()
    status = program.wait()
    return (status, len(lines), errors), time.monotonic() - gone


ignore = sys.argv[1] == "ignored"
results = [run(ignore) for _ in range(TRIES)]
assert len({result for result, _ in results}) == 1, results
print(*results[0][0])
shortest = min(seconds for _, seconds in results)
figures.figure(f"SIGPIPE {sys.argv[1]}: ends after", shortest * 1000, "ms", 100)
