"""The examples of README.md and of the man pages, run as they stand.

README.md: each block fenced with ```sh. Man pages: each literal block and each
.Dl line of the section EXAMPLES. Each runs in a fresh folder that
tests/examples/prepare made; it must end with exit status 0, print nothing but
messages of ours on stderr, and leave something on stdout or in a file.
"""

import glob
import os
import re

import place
import process

ESCAPES = {r"\e": "\\", r"\-": "-", r"\(aq": "'", r"\(dq": '"', r"\&": ""}
MESSAGE = re.compile(r"vcn(flow|meta|rules|flow-bucket): |\{.*\}$")  # or --stats


class Example:
    """One block of shell from a page."""

    def __init__(self, page, number, text):
        self.name = f"{os.path.basename(page)} {number}"
        self.text = text

    def run(self, work, env, limit):
        """Returns "passed", "failed" or "skipped", and why."""
        if "vcnmeta fetch" in self.text:
            return "skipped", "fetches from the service"
        for tool in ("jq", "parallel"):
            if re.search(rf"\b{tool} ", self.text) and not which(tool, env):
                return "skipped", f"no {tool}"
        folder = os.path.join(work, "case")
        os.mkdir(folder)
        here = os.path.join(place.TESTS, "examples")
        bucket = os.path.join(place.ROOT, "contrib", "bucket")
        env["PATH"] = os.pathsep.join((here, bucket, env["PATH"]))
        made = process.run([here + "/prepare"], env, folder, limit, work)
        if made.status:
            return "failed", "prepare: " + made.err.decode()
        before = state(folder)
        done = process.run(
            ["sh", "-euc", self.text], env, folder, limit, work
        )
        faults = list(judge(done, state(folder) != before))
        return ("failed", "\n".join(faults + [self.text])) if faults else (
            "passed", "")


def which(name, env):
    return any(
        os.access(os.path.join(folder, name), os.X_OK)
        for folder in env["PATH"].split(os.pathsep)
    )


def state(folder):
    """The files of a folder that hold something, with their sizes."""
    found = {}
    for path in glob.glob(folder + "/**", recursive=True):
        if os.path.isfile(path) and os.path.getsize(path):
            entry = os.stat(path)
            found[path] = (entry.st_size, entry.st_mtime_ns, entry.st_ino)
    return found


def judge(done, left_something):
    if done.timed_out:
        yield "not done in time"
    if done.status:
        yield f"exit status {done.status}"
    out = done.out.decode("utf-8", "backslashreplace")
    if not out.strip() and not left_something:
        yield "it gave nothing"
    if "false" in out.split():
        yield "it says: false"
    for line in done.err.decode("utf-8", "backslashreplace").splitlines():
        if not MESSAGE.match(line) or done.status:
            yield "stderr: " + line


def readme_blocks(text):
    return re.findall(r"^```sh\n(.*?)^```", text, re.M | re.S)


def manual_blocks(text):
    section = re.search(r"^\.Sh EXAMPLES$(.*?)(?=^\.Sh|\Z)", text, re.M | re.S)
    if not section:
        return []
    blocks = re.findall(
        r"^\.Bd -literal.*?\n(.*?)^\.Ed|^\.Dl (.*)$",
        section.group(1),
        re.M | re.S,
    )
    return [plain(block or line) for block, line in blocks]


def plain(text):
    """mdoc as it would be printed, without a prompt."""
    for escape, meant in ESCAPES.items():
        text = text.replace(escape, meant)
    return re.sub(r"^\$ ", "", text, flags=re.M)


def load_all():
    """All examples, in the order of the pages."""
    found = []
    pages = [os.path.join(place.ROOT, "README.md")]
    pages += sorted(glob.glob(os.path.join(place.ROOT, "man", "*.[1-8]")))
    for page in pages:
        with open(page, encoding="utf-8") as file:
            text = file.read()
        blocks = readme_blocks if page.endswith(".md") else manual_blocks
        for number, block in enumerate(blocks(text), 1):
            found.append(Example(page, number, block))
    return found
