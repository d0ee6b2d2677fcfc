"""What a case needs of the machine; a case that cannot run says why."""

import functools
import ctypes
import importlib.util
import os
import shutil
import subprocess
import tempfile

import place

@functools.lru_cache(maxsize=None)
def missing(need):
    """Why a need is not met, or an empty text."""
    if need == "root":
        return "" if os.geteuid() == 0 else "not root"
    if need == "user":
        return "" if os.geteuid() != 0 else "root may do everything"
    if need == "ptrace":
        return "" if can_trace() else "strace is absent or not allowed"
    if need == "landlock":
        return "" if has_landlock() else "the kernel has no Landlock"
    if need == "tmpfs":
        return "" if can_mount() else "no right to mount a tmpfs"
    if need.startswith("python:"):
        module = need.partition(":")[2]
        found = importlib.util.find_spec(module)
        return "" if found else f"no Python module {module}"
    if need.startswith("build:"):
        folder = place.build(need.partition(":")[2])
        found = os.path.exists(os.path.join(folder, "vcnflow"))
        return "" if found else f"nothing is built in {folder}"
    if need.startswith("/"):
        return "" if os.path.exists(need) else f"no {need}"
    return "" if shutil.which(need) else f"no {need}"


def quiet(command):
    try:
        return (
            subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                timeout=20,
                check=False,
            ).returncode
            == 0
        )
    except (OSError, subprocess.TimeoutExpired):
        return False


def can_trace():
    return bool(shutil.which("strace")) and quiet(
        ["strace", "-f", "-o", os.devnull, "true"]
    )


def has_landlock():
    create_ruleset, tell_version = 444, 1
    libc = ctypes.CDLL(None)
    return libc.syscall(create_ruleset, None, 0, tell_version) > 0


def can_mount():
    """A mount in a mount namespace of its own, which goes with the case."""
    with tempfile.TemporaryDirectory() as folder:
        return quiet(
            ["unshare", "-m", "mount", "-t", "tmpfs", "tmpfs", folder]
        )
