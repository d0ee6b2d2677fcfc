"""What the cases share: the real oci CLI, and Python with Oracle's SDK."""

import json
import os
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
PLACE = os.path.join(TOP, "build", "real")
BIN = os.path.join(PLACE, "bin")
PYTHON = os.path.join(BIN, "python")
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "fetch"))

import harness  # noqa: E402
from cases import auth  # noqa: E402,F401

# The cases of the fetch suite came with the import.
harness.CASES.clear()
SECONDS = 600  # a guard against hanging


def install():
    subprocess.run([os.path.join(HERE, "install")], check=True,
                   stdin=subprocess.DEVNULL)


def environment(t, endpoint=True):
    """How the CLI is led to the stand-in, by its own variables."""
    env = {"PATH": BIN + ":" + os.environ.get("PATH", "/usr/bin:/bin"),
           "OCI_CLI_CERT_BUNDLE": t.server.ca_file,
           # of Python 3.13 and later, when it first compiles the CLI
           "PYTHONWARNINGS": "ignore::SyntaxWarning"}
    if endpoint:
        env["OCI_CLI_ENDPOINT"] = t.server.endpoint
    return env


def began(t, **options):
    """A stand-in and a config with an API key."""
    t.standin(odd_tokens=False, **options)
    t.config("[DEFAULT]\n" + t.profile())
    # The CLI wants this line in the key file, or warns.
    path = os.path.join(t.oci, "key.pem")
    with open(path, "a") as file:
        file.write("OCI_API_KEY\n")


def oci(t, *arguments, env=None, **options):
    """A run of the real CLI; whatever it ends with."""
    return t.run([os.path.join(BIN, "oci"), *arguments], timeout=SECONDS,
                 env={**environment(t), **(env or {})}, **options)


def oci_good(t, *arguments, **options):
    """One that ends well and says nothing; what it printed."""
    result = oci(t, *arguments, **options)
    t.equal((result.status, result.err), (0, ""), "oci " + " ".join(arguments))
    return result.out


def sdk(t, script, plan, env=None):
    """A script of this folder, run where Oracle's SDK is; its JSON."""
    result = t.run([PYTHON, os.path.join(HERE, script), json.dumps(plan)],
                   timeout=SECONDS, env={**environment(t), **(env or {})})
    t.equal(result.status, 0, f"{script}: {result.err}")
    return json.loads(result.out)


def shown(t, path, *options):
    """What vcnmeta shows of a lookup file, but for the times of fetching."""
    result = t.exits(t.run([t.vcnmeta, "show", *options, path]), 0)
    lines = [json.loads(line) for line in result.out.splitlines()]
    for line in lines:
        line.pop("fetched_at", None)
    return lines


KINDS = ((), ("--rules",), ("--groups",), ("--vnics",))


def same_metadata(t, ours, theirs, kinds=KINDS):
    for options in kinds:
        t.equal(shown(t, ours, *options), shown(t, theirs, *options),
                " ".join(("show",) + options))
