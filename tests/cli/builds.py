"""For the cases' Python: vcnmeta build over an old lookup file."""

import json
import os
import re
import subprocess

NAMES = {"rename": "rename,renameat,renameat2", "fsync": "fsync,fdatasync"}
TARGET = "place/net.lut"
COMMAND = ["vcnmeta", "build", "-q", "-o", TARGET]


def subnet(number, name="s"):
    return {
        "id": f"ocid1.subnet.oc1.iad.{name}{number}",
        "cidr-block": f"10.{number % 250}.0.0/16",
        "display-name": name,
    }


def write_json(path, things):
    with open(path, "w", encoding="utf-8") as file:
        json.dump(things, file)


def run(command, **more):
    return subprocess.run(
        command,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        **more,
    )


def read(path):
    with open(path, "rb") as file:
        return file.read()


class Builds:
    """The folder "place" with an old file in it, which is to be replaced."""

    def __init__(self):
        os.environ["SOURCE_DATE_EPOCH"] = "1"
        os.mkdir("place")
        write_json("old.json", [subnet(1, "old")])
        write_json("new.json", [subnet(n, "new") for n in range(300)])
        for name in ("new", "old"):
            done = run([*COMMAND, name + ".json"])
            assert done.returncode == 0, done
            setattr(self, name, read(TARGET))

    def put_old(self):
        with open(TARGET, "wb") as file:
            file.write(self.old)

    def state(self):
        """old, new or something else, and what else is in the folder."""
        data = read(TARGET)
        kinds = {self.old: "old", self.new: "new"}
        others = [name for name in os.listdir("place") if name != "net.lut"]
        return kinds.get(data, "damaged"), len(others)


def traced(call, *options):
    """A build under strace, and the lines of its log."""
    done = run(
        ["strace", "-f", "-o", "trace", "-e", f"trace={NAMES.get(call, call)}",
         *options, *COMMAND, "new.json"]
    )
    with open("trace", encoding="utf-8", errors="replace") as file:
        lines = [
            line for line in file if re.match(r"\d+ +\w+\(", line)
        ]
    return done, lines


def injected(call, number, what):
    return traced(
        call, "-e", f"inject={NAMES.get(call, call)}:{what}:when={number}"
    )
