"""Runs test suites and prints what failed; tests/README.md says more.

The last line is "N passed, N failed, N skipped"; the exit status is 1 when
something failed, 2 when the command line is wrong or nothing is built.
"""

import argparse
import concurrent.futures
import os
import shutil
import signal
import sys
import tempfile
import time

import place
import suites

FAILURE_LINES = 60


def arguments():
    parser = argparse.ArgumentParser(
        prog="tests/run",
        description="Runs test suites: " + ", ".join(suites.NAMES) + ".",
        epilog="A variant is a suite's name with -asan, -tsan, -zlib, -cov, -quick or "
        "-valgrind after it; tsan alone is the cli cases with threads.",
    )
    parser.add_argument("suite", nargs="+", metavar="SUITE")
    parser.add_argument(
        "--only", metavar="GLOB", help="only the cases named like this"
    )
    parser.add_argument(
        "-j", type=int, metavar="N", help="cases at once (processors)"
    )
    parser.add_argument(
        "--update",
        action="store_true",
        help="write what the cli cases gave into their out and status",
    )
    parser.add_argument("--list", action="store_true", help="name the cases")
    parser.add_argument(
        "-v", "--verbose", action="store_true", help="name what passed too"
    )
    return parser.parse_args()


def say(text):
    """Prints, whatever bytes and whatever locale."""
    sys.stdout.buffer.write(text.encode("utf-8", "surrogateescape") + b"\n")
    sys.stdout.buffer.flush()


def show(case, result, verbose):
    name = f"{case.suite}: {case.name}"
    if result.failed:
        say(f"FAILED  {name} ({result.seconds:.1f} s)")
        lines = result.text.splitlines()
        for line in lines[:FAILURE_LINES]:
            say("    " + line)
        if len(lines) > FAILURE_LINES:
            say(f"    ... and {len(lines) - FAILURE_LINES} lines more")
    elif result.skipped and result.passed:
        for line in result.text.splitlines():
            if line.startswith("skip"):
                say(f"skipped {name}: {line}")
    elif result.skipped:
        say(f"skipped {name}: {result.text}")
    elif result.text and case.suite == "checks":
        say(f"shown   {name}")
        for line in result.text.splitlines()[:FAILURE_LINES]:
            say("    " + line)
    elif verbose:
        say(f"passed  {name} ({result.seconds:.1f} s)")


def show_figures(figures):
    """What was measured, by the number of the fault, then by name."""
    def key(item):
        digits = "".join(c for c in item[0].split(" ")[0] if c.isdigit())
        return item[0][:1], int(digits or 0), item

    for name, line in sorted(figures, key=key):
        say(f"measured  {name}: {line}")


def run_all(cases, jobs, folder, verbose):
    """Runs the cases, the first one first; returns the three sums."""
    sums = [0, 0, 0]
    figures = []
    spent = {}
    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        futures = {}
        for number, case in enumerate(cases):
            work = os.path.join(folder, str(number))
            futures[pool.submit(suites.run_case, case, work)] = case
        for future in concurrent.futures.as_completed(futures):
            case = futures[future]
            result = future.result()
            show(case, result, verbose)
            if verbose or case.suite in ("faults", "long", "real"):
                figures += [(case.name, line) for line in result.figures]
            counts = (result.passed, result.failed, result.skipped)
            sums = [a + b for a, b in zip(sums, counts)]
            entry = spent.setdefault(case.suite, [0, 0, 0, 0.0])
            for index, count in enumerate(counts):
                entry[index] += count
            entry[3] += result.seconds
    show_figures(figures)
    for suite, entry in spent.items():
        say(
            "%-18s %5d passed %4d failed %4d skipped %7.1f s of work"
            % (suite, *entry)
        )
    return sums


def main():
    options = arguments()
    try:
        cases = suites.collect(options.suite, options.only, options.update)
    except suites.Unusable as error:
        say(f"tests/run: {error}")
        return 2
    if options.list:
        for case in cases:
            say(f"{case.suite}: {case.name}")
        return 0
    os.umask(0o022)
    # In the background of a shell, or under nohup, these may be ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    for number in (signal.SIGHUP, signal.SIGQUIT, signal.SIGTERM):
        signal.signal(number, signal.SIG_DFL)
    folder = tempfile.mkdtemp(prefix="vcnflow-tests.")
    started = time.monotonic()
    try:
        sums = run_all(
            cases, options.j or place.processors(), folder, options.verbose
        )
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    say(f"took {time.monotonic() - started:.0f} s")
    say("%d passed, %d failed, %d skipped" % tuple(sums))
    return 1 if sums[1] else 0


if __name__ == "__main__":
    sys.exit(main())
