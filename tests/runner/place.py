"""Where things are: the tree, the builds, the environment that cases get."""

import fnmatch
import os
import shutil

ROOT = os.path.dirname(
    os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
)
TESTS = os.path.join(ROOT, "tests")

# Of the caller's environment cases see only these.
KEPT = (
    "PATH",
    "LD_LIBRARY_PATH",
    "PKG_CONFIG",
    "PKG_CONFIG_PATH",
    "CI",
    "SIZE",
    "RECORDS",
)

SANITIZERS = {
    "ASAN_OPTIONS": "detect_leaks=1:exitcode=99:allocator_may_return_null=1",
    "UBSAN_OPTIONS": "print_stacktrace=1:halt_on_error=1:exitcode=99",
    "TSAN_OPTIONS": "exitcode=99:halt_on_error=1:second_deadlock_stack=1",
}


def processors():
    return len(os.sched_getaffinity(0)) if hasattr(
        os, "sched_getaffinity"
    ) else os.cpu_count() or 1


def python():
    """The system's Python, which has the distribution's modules."""
    return "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else (
        shutil.which("python3") or "python3"
    )


def build(variant):
    """The folder of a variant's build: release, open, asan, tsan, cov, zlib.

    open gives up no rights: valgrind has system calls of its own to make.
    Where ISA-L is not to be had, every build has "-zlib" after its name.
    """
    named = os.environ.get("BUILD")
    if named and variant == "release":
        return os.path.join(ROOT, named)
    if variant == "zlib":
        return os.path.join(ROOT, "build", "release-zlib")
    folder = os.path.join(ROOT, "build", variant)
    if not os.path.isdir(folder) and os.path.isdir(folder + "-zlib"):
        return folder + "-zlib"
    return folder


def is_named(name, pattern):
    """Whether a case's name, or its last component, fits the pattern."""
    return any(
        fnmatch.fnmatchcase(text, pattern)
        for text in (name, os.path.basename(name))
    )


def environment(folder, work):
    """What a case sees: programs first in PATH, nothing of the caller's."""
    env = {name: os.environ[name] for name in KEPT if name in os.environ}
    tools = os.path.join(work, "bin")
    for name in ("tmp", "home", "bin"):
        os.makedirs(os.path.join(work, name), exist_ok=True)
    os.symlink(python(), os.path.join(tools, "python3"))
    path = env.get("PATH", os.defpath)
    env.update(SANITIZERS)
    env.update(
        PATH=os.pathsep.join((tools, path)),
        ROOT=ROOT,
        TESTS=TESTS,
        BUILD=folder,
        PYTHON=python(),
        PYTHONDONTWRITEBYTECODE="1",
        FIGURES=os.path.join(work, "figures"),
        TMPDIR=os.path.join(work, "tmp"),
        HOME=os.path.join(work, "home"),
        LC_ALL="C",
        SHELL="/bin/sh",
    )
    return env


def provide(env, name, target, wrapper=None):
    """Puts a program into the case's PATH and its name into the environment.

    With a wrapper (a list of words) the program runs under that command.
    """
    path = os.path.join(env["PATH"].split(os.pathsep)[0], name)
    if wrapper:
        words = " ".join("'" + word + "'" for word in [*wrapper, target])
        with open(path, "w", encoding="utf-8") as out:
            out.write(f'#!/bin/sh\nexec {words} "$@"\n')
        os.chmod(path, 0o755)
    elif os.path.exists(target):
        os.symlink(target, path)
    env[name.upper()] = path
