"""M24, M32, M33: what must not be seen of the secrets; odd clocks."""

import base64
import itertools
import os
import re
import signal
import subprocess
import threading
import time

import harness
from harness import Skip, case, certs, need

HERE = os.path.dirname(os.path.abspath(__file__))
SECRET = "correct-horse-battery-staple"


def stalled(t, *arguments):
    """vcnmeta, waiting for a reply that does not come."""
    t.standin({"do": {"end": "silence"}})
    t.key_file(passphrase=SECRET)
    t.config("[DEFAULT]\n" + t.profile(pass_phrase=SECRET))
    process = t.start(t.command(*arguments))
    deadline = time.monotonic() + 20
    while not t.server.requests and time.monotonic() < deadline:
        time.sleep(0.05)
    t.true(t.server.requests, "no request came")
    return process


def stop(t, process):
    process.send_signal(signal.SIGTERM)
    result = t.finish(process, 20)
    t.equal(result.status, -signal.SIGTERM, "status")
    return result


def key_pieces():
    """Parts of the key as they would show in text, and as in memory."""
    numbers = certs.shared_rsa_key("api").private_numbers()
    prime = numbers.p.to_bytes(128, "big")
    pem = certs.private_pem(certs.shared_rsa_key("api")).splitlines()
    return [prime, prime[::-1], base64.b64encode(prime)[4:-4],
            *(line.encode() for line in pem[2:-2])]


def read(path):
    with open(path, "rb") as file:
        return file.read()


@case("M24-text")
def secrets_in_text(t):
    process = stalled(t, "-d")
    place = f"/proc/{process.pid}"
    texts = {"cmdline": read(f"{place}/cmdline"),
             "environ": read(f"{place}/environ")}
    result = stop(t, process)
    texts["messages"] = (result.out + result.err).encode(
        "utf-8", "surrogateescape")
    signature = re.search(r'signature="([^"]+)"', str(
        t.server.requests[0]["headers"]))[1]
    for name, text in texts.items():
        for piece in [SECRET.encode(), signature.encode(), *key_pieces()]:
            t.true(piece not in text, f"a secret in {name}")
    t.true(result.err, "-d says nothing")


@case("M24-token-in-text")
def token_in_text(t):
    from cases.auth import TOKEN_AUTH, session
    token = session(t)
    result = t.works("-d", *TOKEN_AUTH)
    for piece in (token, token.split(".")[2], token.split(".")[1]):
        t.true(piece not in result.err, "the token in -d's output")
    t.true("Signature" not in result.err or 'signature="' not in result.err,
           "a signature in -d's output")


@case("M24-limits")
def limits(t):
    process = stalled(t)
    place = f"/proc/{process.pid}"
    core = re.search(rb"Max core file size\s+(\d+)\s+(\d+)",
                     read(f"{place}/limits"))
    owner = os.stat(f"{place}/environ").st_uid
    status = read(f"{place}/status").decode()
    stop(t, process)
    t.true(core and core.groups() == (b"0", b"0"), "core files are possible")
    # The kernel gives the files of a process that is not dumpable to root.
    t.equal(owner, 0, "owner of /proc/PID/environ")
    t.true("Name:" in status, "no status")


@case("M24-rights")
def rights(t):
    """No new privileges, and a filter of system calls, while it works."""
    process = stalled(t)
    status = read(f"/proc/{process.pid}/status").decode()
    kept = b"SANDBOX=0" in read(
        os.path.join(os.path.dirname(os.path.realpath(t.vcnmeta)), "flags"))
    stop(t, process)
    for line in ("NoNewPrivs:\t1", "Seccomp:\t2"):
        t.equal(line in status, not kept, line)


@case("M24-memory")
def memory(t):
    need("gdb")
    gcore = need("gcore")
    if os.geteuid() != 0:
        raise Skip("only root may look into it")
    process = stalled(t)
    core = os.path.join(t.dir, "core")
    done = subprocess.run([gcore, "-a", "-o", core, str(process.pid)],
                          capture_output=True, text=True, timeout=60)
    stop(t, process)
    path = f"{core}.{process.pid}"
    if not os.path.exists(path):
        raise Skip(f"gcore cannot: {done.stderr[-200:]}")
    data = read(path)
    t.true(b"ocid1.user" in data, "not the memory of vcnmeta")
    t.equal(data.count(SECRET.encode()), 0, "pass phrases in memory")


def built(t, name):
    """A library of this folder, to be preloaded."""
    compiler = need("cc")
    path = os.path.join(t.dir, f"{name}.so")
    source = os.path.join(os.path.dirname(HERE), "preload", f"{name}.c")
    subprocess.run([compiler, "-O1", "-shared", "-fPIC", "-o", path, source,
                    "-ldl"], check=True, timeout=60)
    return path


CLOCKS = {"1970": 0, "1999": 946684799, "2016-leap": 1483228799,
          "2038": 2147483648, "2100": 4102444800}


@case("M33-clock", *CLOCKS)
def clock(t, name):
    """The service's clock agrees: then any time is signed as it should."""
    if "asan" in os.environ.get("VCNFLOW_VARIANT", ""):
        raise Skip("a preloaded clock and the sanitizer do not mix")
    begin = CLOCKS[name]
    t.standin(clock=begin - time.time())
    t.config()
    now = int(time.time())
    result = t.run(t.command("--endpoint", t.server.plain_endpoint,
                             endpoint=False), env={
        "LD_PRELOAD": built(t, "clock"), "CLOCK_OFFSET": str(begin - now)})
    t.exits(result, 0)
    t.all_signed()
    date = dict((k.lower(), v) for k, v in
                t.server.requests[0]["headers"])["date"]
    year = time.gmtime(begin).tm_year
    t.true(f" {year} " in date or f" {year + 1} " in date, f"date {date}")


PARTS = 4  # side by side

FUTEX = "202"  # the number of the system call, on x86-64


def run_or_deadlock(t, command, env):
    """The result of a run; None if it waits for a lock of a library.

    OpenSSL 3.5 initialises itself when it notes an error. Where memory runs out
    in that very initialisation, it waits for itself, for ever. vcnmeta has one
    thread and no lock of its own: whatever it waits for so is a library's.
    """
    process = t.start(command, env=env)
    calls = []

    def look():
        calls.append(read(f"/proc/{process.pid}/syscall").decode().split()[0])

    timer = threading.Timer(15, look)
    timer.start()
    try:
        return t.finish(process, 20)
    except harness.Failed:
        if calls != [FUTEX]:
            raise
        return None
    finally:
        timer.cancel()


@case("M32-malloc", *range(PARTS))
def malloc_failures(t, part):
    """Each allocation fails once: a status that says so, or the run does not mind.

    Of some failures libcurl says nothing and waits until our time-outs, after
    which the request is made again; so these are short.
    """
    t.standin()
    t.config()
    env = {"LD_PRELOAD": built(t, "malloc"),
           "MALLOC_COUNT": os.path.join(t.dir, "count")}
    command = t.command("--endpoint", t.server.plain_endpoint,
                        "--connection-timeout", "3", "--read-timeout", "3",
                        endpoint=False)
    t.exits(t.run(command, env=env), 0)
    total = int(read(env["MALLOC_COUNT"]).decode())
    t.true(total > 100, "the library was not loaded")
    t.old()
    step = 1 if harness.EACH else max(1, total // 150)
    statuses = set()
    numbers = list(range(1, 60)) + list(range(60, total + 1, step))
    # where a sample meets none that is told as memory, others are tried
    sample = numbers[part::PARTS]
    others = range(60, total + 1)
    for tried, number in enumerate(itertools.chain(sample, others)):
        if tried >= len(sample) and 5 in statuses:
            break
        env["MALLOC_FAIL"] = str(number)
        result = run_or_deadlock(t, command, env)
        if result is None:
            t.kept_bytes(number)
            continue
        statuses.add(result.status)
        if result.status not in (0, 5, 2, 4, 75):
            t.true(False, f"allocation {number} of {total}: {result}")
        if result.status == 0:
            t.write("work/net.lut", t.old_bytes, 0o644)
        else:
            t.kept_bytes(number)
    t.true(5 in statuses, f"statuses {statuses}")
