"""What a fetch shows on a terminal."""

import os
import re
import subprocess

from harness import case, cloud


def on_terminal(t, *arguments):
    """What a fetch writes on a terminal."""
    main, sub = os.openpty()
    t.config()
    process = subprocess.Popen(
        t.command(*arguments), env=t.environment({}), cwd=t.work,
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=sub)
    os.close(sub)
    text = b""
    while True:
        try:
            data = os.read(main, 65536)
        except OSError:
            break
        text += data
    os.close(main)
    t.equal(process.wait(), 0, "exit status")
    return text.decode()


@case("progress-terminal")
def progress(t):
    """One line, drawn again and again, and gone at the end."""
    t.standin(cloud=cloud.large(4, 60, 30), page_size=10, latency=0.06)
    text = on_terminal(t)
    text, said, rest = text.partition("vcnmeta: fetched")
    t.true(said and rest.count("\n") == 1, f"no line at the end: {rest!r}")
    drawn = text.split("\r")
    t.true(any(re.search(r"\d+ compartments.*\d+ subnets.*\d+ (security )?"
                         r"lists", line) for line in drawn), repr(text))
    t.true("\n" not in text, f"more than one line: {text!r}")
    t.true(drawn[-1] in ("", "\x1b[K"), f"not erased: {text!r}")


@case("progress-quiet")
def progress_quiet(t):
    t.standin(latency=0.1)
    t.equal(on_terminal(t, "-q"), "")
