"""M6, M7: when a request is repeated, when not, and how long is waited.

Waits are only checked from below: how late a machine is says nothing.
"""

import email.utils
import signal
import time

from harness import case

LISTING = {"path": "*/compartments"}


def throttled(t, value, times=1):
    return t.standin({"when": LISTING, "times": times, "do": {
        "status": 429, "headers": {"Retry-After": value}}})


@case("M06-seconds")
def retry_after_seconds(t):
    throttled(t, "2")
    t.works("--max-retries", "2", retry=True)
    t.true(t.gaps("/compartments")[0] >= 1.95, f"{t.gaps('/compartments')}")


@case("M06-zero")
def retry_after_zero(t):
    throttled(t, "0")
    t.works("--max-retries", "2", retry=True)
    t.equal(len(t.requests("/compartments")), 2)


@case("M06-garbage", "-1", "soon", "", "1.5.2", "99999999999999999999x")
def retry_after_garbage(t, value):
    """Not understood: as if it were not there."""
    throttled(t, value)
    t.works("--max-retries", "2", retry=True)
    t.true(t.gaps("/compartments")[0] >= 0.95, f"{t.gaps('/compartments')}")


@case("M06-date")
def retry_after_date(t):
    def change(_request, reply):
        reply.status = 429
        reply.set("Retry-After", email.utils.formatdate(
            time.time() + 3, usegmt=True))

    t.standin({"when": LISTING, "times": 1, "do": change})
    t.works("--max-retries", "2", retry=True)
    t.true(t.gaps("/compartments")[0] >= 1.9, f"{t.gaps('/compartments')}")


@case("M06-very-long", "1000000000", "4294967297", "18446744073709551617")
def retry_after_very_long(t, value):
    """Waits (up to a minute); a signal ends it at once."""
    throttled(t, value, times=None)
    t.old()
    t.config()
    process = t.start(t.command("--max-retries", "2", retry=True))
    deadline = time.monotonic() + 20
    while not t.requests("/compartments") and time.monotonic() < deadline:
        time.sleep(0.05)
    time.sleep(2.5)
    t.equal(len(t.requests("/compartments")), 1, "requests so far")
    process.send_signal(signal.SIGTERM)
    result = t.finish(process, 20)
    t.equal(result.status, -signal.SIGTERM, "status")
    t.kept()


@case("M06-always")
def throttled_always(t):
    throttled(t, "0", times=None)
    t.refused(75, "429", "--max-retries", "3", retry=True)
    t.equal(len(t.requests("/compartments")), 3)


@case("M07-once", 500, 502, 503, 504)
def fails_once(t, status):
    t.standin({"when": LISTING, "times": 1, "do": {"status": status}})
    t.works("--max-retries", "2", retry=True)
    t.all_signed()
    t.equal(len(t.requests("/compartments")), 2)
    t.true(t.gaps("/compartments")[0] >= 0.95, f"{t.gaps('/compartments')}")


@case("M07-twice")
def fails_twice(t):
    """The second wait is the longer one; each attempt is signed anew."""
    t.standin({"when": LISTING, "times": 2, "do": {"status": 503}})
    t.works(retry=True)
    gaps = t.gaps("/compartments")
    t.equal(len(gaps), 2, "waits")
    t.true(gaps[0] >= 0.95 and gaps[1] >= 1.95, f"waits {gaps}")
    signed = {dict(r["headers"]).get("Authorization") or
              dict(r["headers"]).get("authorization")
              for r in t.requests("/compartments")}
    t.equal(len(signed), 3, "different signatures")


@case("M07-no-retry", "--no-retry", "--max-retries=1")
def no_retry(t, option):
    t.standin({"do": {"status": 500}})
    t.refused(75, "500", *([option] if "=" in option else []),
              retry="=" in option)
    t.equal(len(t.server.requests), 1)


@case("M07-retried-or-not", (409, "IncorrectState", 2),
      (409, "LockConflict", 2), (409, "Conflict", 1),
      (409, "NotAuthorizedOrResourceAlreadyExists", 1),
      (501, "MethodNotImplemented", 1), (400, "InvalidParameter", 1),
      (403, "NotAuthorized", 1), (404, "NotFound", 1), (412, "NoEtagMatch", 1))
def retried_or_not(t, variant):
    status, code, attempts = variant
    t.standin({"when": LISTING, "do": {"status": status, "code": code}})
    t.refused((4, 75), str(status), "--max-retries", "2", retry=True)
    t.equal(len(t.requests("/compartments")), attempts, "requests")


@case("M07-odd-number", "0", "-1", "x", "1.5", "99999999999999999999")
def odd_number(t, value):
    t.standin()
    t.refused(2, "max-retries", "--max-retries", value, retry=True)


@case("M07-both-options")
def both_options(t):
    t.standin()
    t.refused(2, "no-retry", "--max-retries", "2")


@case("M07-one-of-many")
def one_page_of_many(t):
    t.standin({"when": {"path": "*/subnets"}, "skip": 2, "times": 1,
               "do": {"status": 500}}, page_size=1)
    t.works("--max-retries", "2", retry=True)
    t.equal(t.names(), ["app", "root", "web"])
