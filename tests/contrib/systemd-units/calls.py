"""calls.py UNIT: is what vcnmeta fetch does allowed to the service?

Fetches twice from a stand-in, the second time over the first file, under
strace, and holds the system calls and address families against UNIT.
"""

import os
import re
import subprocess
import sys

sys.path.insert(0, os.environ["TESTS"])

from standin import Standin  # noqa: E402
from standin.__main__ import write_config  # noqa: E402

CALL = re.compile(r"^(?:\d+ +)?([a-z_0-9]+)\((AF_[A-Z0-9]+)?", re.M)


def settings(path, name):
    with open(path, encoding="utf-8") as file:
        return re.findall(rf"^{name}=(.*)$", file.read(), re.M)


def members(name):
    """The system calls of a set, which may name other sets."""
    if not name.startswith("@"):
        return {name}
    text = subprocess.run(
        ["systemd-analyze", "syscall-filter", name],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    ).stdout
    words = [line.strip() for line in text.splitlines()[1:]]
    words = [word for word in words if word and not word.startswith("#")]
    return set().union(*map(members, words))


def allowed_calls(unit):
    """What the filters leave; those that begin with ~ take away."""
    calls = set()
    for line in settings(unit, "SystemCallFilter"):
        for word in line.removeprefix("~").split():
            if line.startswith("~"):
                calls -= members(word)
            else:
                calls |= members(word)
    return calls


def fetch(standin, unit, trace):
    """Runs what the unit runs, with files of this folder and an API key."""
    config = write_config(standin, "config")
    words = settings(unit, "ExecStart")[0].split()
    words = [word for word in words if not word.startswith("$")]
    words[words.index("-o") + 1] = "net.lut"
    environment = dict(
        os.environ,
        OCI_CLI_AUTH="api_key",
        OCI_CLI_CONFIG_FILE=config,
        OCI_CLI_ENDPOINT=standin.endpoint.replace("127.0.0.1", "localhost"),
        OCI_CLI_CERT_BUNDLE=standin.ca_file,
    )
    command = ["strace", "-f", "-A", "-o", trace, *words]
    subprocess.run(command, env=environment, check=True)


def main():
    unit = sys.argv[1]
    trace = "trace"
    with Standin() as standin:
        fetch(standin, unit, trace)
        fetch(standin, unit, trace)
    with open(trace, encoding="utf-8", errors="replace") as file:
        seen = CALL.findall(file.read())
    calls = {name for name, _ in seen}
    families = {family for name, family in seen if name == "socket"}
    families_allowed = settings(unit, "RestrictAddressFamilies")[0].split()
    print("calls not allowed:", sorted(calls - allowed_calls(unit)))
    print("families not allowed:", sorted(families - set(families_allowed)))
    print("looked at enough:", {"connect", "renameat", "fsync"} <= calls
          or sorted(calls))


main()
