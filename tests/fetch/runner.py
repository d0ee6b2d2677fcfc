"""Runs the cases that were registered; the last line counts them."""

import argparse
import concurrent.futures
import faulthandler
import fnmatch
import os
import signal
import time
import traceback

import harness

LIMIT = 1200  # seconds; whoever waits for longer is shown, with what it waits for


def run_case(item, arguments):
    name, function, variants = item
    test = harness.Case(arguments.vcnmeta, arguments.vcnflow)
    began = time.monotonic()
    try:
        function(test, *variants)
        outcome = ("passed", "")
    except harness.Skip as reason:
        outcome = ("skipped", str(reason))
    except harness.Failed as error:
        outcome = ("failed", str(error))
    except Exception:
        outcome = ("failed", traceback.format_exc())
    finally:
        test.close()
    return name, *outcome, time.monotonic() - began


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("vcnmeta", type=os.path.abspath)
    parser.add_argument("vcnflow", type=os.path.abspath)
    parser.add_argument("--only", default="*")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--times", action="store_true")
    parser.add_argument("--each", action="store_true",
                        help="each call that may fail, not some of them")
    arguments = parser.parse_args()
    harness.EACH = arguments.each
    os.umask(0o022)
    # Whoever runs this in the background has it ignored, and so had we.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    chosen = [c for c in harness.CASES
              if fnmatch.fnmatchcase(c[0], arguments.only)]
    if arguments.list:
        print("\n".join(c[0] for c in chosen))
        return 0
    if not arguments.each:
        faulthandler.dump_traceback_later(LIMIT, exit=True)
    counts = {"passed": 0, "failed": 0, "skipped": 0}
    with concurrent.futures.ThreadPoolExecutor(arguments.jobs) as pool:
        for name, outcome, text, seconds in pool.map(
                lambda c: run_case(c, arguments), chosen):
            counts[outcome] += 1
            if arguments.times:
                print(f"{seconds:6.2f} {name}")
            if outcome != "passed":
                print(f"{outcome}: {name}: {text.rstrip()}")
    print(", ".join(f"{n} {what}" for what, n in counts.items()))
    return 1 if counts["failed"] else 0
