"""What a fetch shows on a terminal."""

import os
import re
import threading

from harness import case, cloud


def read_terminal(fd):
    """What is written until nobody has the terminal open any more."""
    text = b""
    with open(fd, "rb", buffering=0) as terminal:
        while True:
            try:
                text += terminal.read(65536)
            except OSError:
                return text


def on_terminal(t, *arguments):
    """What a fetch writes on a terminal."""
    main, sub = os.openpty()
    t.config()
    process = t.start(t.command(*arguments), stderr=sub)
    os.close(sub)
    text = []
    # A terminal holds little: what is not read would hold the program up.
    reader = threading.Thread(target=lambda: text.append(read_terminal(main)))
    reader.start()
    t.exits(t.finish(process), 0)
    reader.join()
    return text[0].decode()


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
