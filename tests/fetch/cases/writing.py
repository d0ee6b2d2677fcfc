"""M25 to M31: the lookup file while it is written."""

import os
import re
import resource  # noqa: F401
import subprocess
import threading

import harness
from harness import Failed, Skip, case, cloud, need

CALLS = ("write", "fsync", "rename", "openat")
NAMES = {"rename": "rename,renameat,renameat2", "fsync": "fsync,fdatasync"}


def traced(t, *options, timeout=40):
    """A fetch under strace, with a log; skips where nothing is traced."""
    strace = need("strace")
    log = os.path.join(t.dir, "strace.log")
    command = t.command("--endpoint", t.server.plain_endpoint, "--parallel",
                        "1", endpoint=False,
                        wrap=(strace, "-f", "-o", log, *options))
    # what is measured of a run whose calls fail would spoil the rest
    result = t.run(command, timeout=timeout, env={"GCOV_PREFIX": os.path.join(t.dir, "gcov")})
    with open(log) as file:
        text = file.read()
    if "exited with" not in text and "killed by" not in text:
        raise Skip(f"strace cannot trace here: {result.err[:200]}")
    return result, text


def count(t, call):
    _, text = traced(t, "-e", f"trace={NAMES.get(call, call)}")
    return len(re.findall(r"^\d+ +\w+\(", text, re.M))


def either_file(t, new_names=("app", "root", "web")):
    """The file is the old or the new one, and usable."""
    t.usable()
    names = t.names()
    if names not in (["old"], list(new_names)):
        raise Failed(f"neither old nor new: {names}")


@case("M25-kill", *CALLS)
def killed(t, call):
    t.standin()
    t.config()
    total = count(t, call)
    t.true(total > 0, f"no {call} at all")
    step = 1 if harness.EACH else max(1, total // 12)
    for number in sorted({*range(1, total + 1, step), total}):
        t.old()
        traced(t, "-e", f"trace={NAMES.get(call, call)}", "-e",
               f"inject={NAMES.get(call, call)}:signal=KILL:when={number}")
        either_file(t)
    t.works()
    t.equal(t.names(), ["app", "root", "web"])
    t.tidy()


def path_calls(t, call):
    """Which of the calls concern the output: their numbers."""
    _, text = traced(t, "-y", "-e", f"trace={NAMES.get(call, call)}")
    lines = [line for line in text.splitlines()
             if re.match(r"\d+ +\w+\(", line)]
    return [n for n, line in enumerate(lines, 1) if t.work in line]


@case("M26-error", *[(call, error) for call in ("write", "fsync", "rename",
                                                "openat", "close")
                     for error in ("ENOSPC", "EIO", "EDQUOT", "EROFS")])
def error(t, variant):
    call, name = variant
    t.standin()
    t.config()
    t.old()
    numbers = path_calls(t, call)
    if call == "close":
        numbers = numbers[-1:]
    t.true(numbers, f"no {call} on the file")
    for number in numbers:
        t.old()
        result, text = traced(
            t, "-e", f"trace={NAMES.get(call, call)}", "-e",
            f"inject={NAMES.get(call, call)}:error={name}:when={number}")
        if "INJECTED" not in text:
            continue
        if result.status == 0 and call in ("close", "openat"):
            either_file(t)
            continue
        t.exits(result, *((2, 3) if call == "openat" else (3,)))
        # another file that is opened, the config say, is named then
        named = "'" if call == "openat" else "net.lut"
        t.true(named in result.err, f"the file is not named: {result}")
        either_file(t)
        t.tidy()


@case("M26-interrupted", "write", "openat")
def interrupted(t, call):
    t.standin()
    t.config()
    t.old()
    for number in path_calls(t, call)[:3]:
        result, _ = traced(t, "-e", f"trace={call}", "-e",
                           f"inject={call}:error=EINTR:when={number}")
        t.exits(result, 0)
        t.equal(t.names(), ["app", "root", "web"])


@case("M27-place", "no-directory", "directory", "read-only", "limit",
      "device")
def odd_place(t, kind):
    t.standin()
    t.config()
    target = t.out
    wrap = ()
    if kind == "no-directory":
        target = os.path.join(t.work, "absent", "net.lut")
    elif kind == "directory":
        os.mkdir(target)
    elif kind == "read-only":
        if os.geteuid() == 0:
            target = "/proc/self/net.lut"
        else:
            os.chmod(t.work, 0o500)
    elif kind == "limit":
        t.old()
        wrap = ("sh", "-c", "trap '' XFSZ; ulimit -f 0; exec \"$@\"", "sh")
    elif kind == "device":
        target = "/dev/full"
    t.out, kept = target, t.out
    result = t.run(t.command(wrap=wrap))
    t.out = kept
    t.exits(result, 2, 3) if kind == "directory" else t.exits(result, 3)
    if kind == "limit":  # it binds a stderr that is a file, too
        t.kept()
    else:
        t.true(result.err, "nothing on stderr")


@case("M27-symlink")
def symlink(t):
    t.standin()
    t.old()
    real = os.path.join(t.dir, "elsewhere", "real.lut")
    os.mkdir(os.path.dirname(real))
    os.rename(t.out, real)
    os.symlink(real, t.out)
    t.works()
    t.true(os.path.islink(t.out), "the link was replaced")
    t.equal(t.names(), ["app", "root", "web"])
    t.equal(os.listdir(os.path.dirname(real)), ["real.lut"])


@case("M27-tmpfs")
def small_disk(t):
    if os.geteuid() != 0:
        raise Skip("only root may mount")
    place = os.path.join(t.dir, "small")
    os.mkdir(place)
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none",
                           place], capture_output=True, text=True, timeout=20)
    if done.returncode:
        raise Skip(f"cannot mount: {done.stderr.strip()}")
    try:
        from standin import cloud
        t.standin(cloud=cloud.large(2, 2000, 500), page_size=1000)
        t.config()
        t.out = os.path.join(place, "net.lut")
        result = t.exits(t.run(t.command()), 3)
        t.says(result, "net.lut")
        t.equal(os.listdir(place), [], "files left")
    finally:
        subprocess.run(["umount", place], timeout=20)


@case("M28-two-at-once", "whole", "merge")
def two_at_once(t, form):
    from standin import cloud
    t.standin(latency=0.005)
    t.config()
    halves = [cloud.ocid("compartment", "net"),
              cloud.ocid("compartment", "app")]
    for _ in range(50 if harness.EACH else 10):
        if os.path.exists(t.out):
            os.unlink(t.out)
        results = [None, None]

        def fetch(number):
            more = ["--merge", "--compartment-id", halves[number]] \
                if form == "merge" else []
            results[number] = t.run(t.command(*more))

        threads = [threading.Thread(target=fetch, args=(n,))
                   for n in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        statuses = [r.status for r in results]
        t.true(all(s in (0, 75) for s in statuses) and 0 in statuses,
               f"{results[0]}\n{results[1]}")
        t.usable()
        t.tidy()
        if statuses == [0, 0]:
            t.equal(t.names(), ["app", "web"] if form == "merge" else
                    ["app", "root", "web"], "after both")


@case("M29-mode", *[(umask, old) for umask in ("000", "022", "077")
                    for old in ("none", "640")])
def mode(t, variant):
    umask, old = variant
    t.standin()
    t.config()
    if old != "none":
        t.old()
        os.chmod(t.out, int(old, 8))
    t.exits(t.run(t.command(wrap=("sh", "-c", f'umask {umask}; exec "$@"',
                                  "sh"))), 0)
    expected = int(old, 8) if old != "none" else 0o666 & ~int(umask, 8)
    t.equal(oct(os.stat(t.out).st_mode & 0o777), oct(expected))


@case("M31-order")
def order(t):
    """write… fsync(file), rename, fsync(directory): nothing else is safe."""
    t.standin()
    t.config()
    t.old()
    result, text = traced(
        t, "-y", "-e", "trace=write,writev,pwrite64,fsync,fdatasync,rename,"
        "renameat,renameat2")
    t.exits(result, 0)
    calls = []
    for line in text.splitlines():
        match = re.match(r"\d+ +(\w+)\((.*)", line)
        if not match or t.work not in line:
            continue
        name = match[1].rstrip("2").removesuffix("at").removesuffix("v")
        if name in ("fsync", "fdatasync"):
            name = "fsync file" if ".tmp" in match[2] else "fsync directory"
        if not calls or calls[-1] != name:
            calls.append(name)
    t.equal(calls, ["write", "fsync file", "rename", "fsync directory"])


@case("M31-signal", "TERM", "INT", "HUP")
def signalled(t, name):
    """A signal in the middle: gone by it, and nothing is left."""
    import signal
    import time
    if t.is_covered:
        raise Skip("what was reached is not written down in a handler safely")
    t.standin({"when": {"path": "*/securityLists"}, "do": {"end": "silence"}})
    t.config()
    t.old()
    process = t.start(t.command())
    deadline = time.monotonic() + 20
    while not t.requests("/securityLists") and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(getattr(signal, "SIG" + name))
    result = t.finish(process, 20)
    t.equal(result.status, -getattr(signal, "SIG" + name), "status")
    t.kept()


@case("writing-output-is-read", "subnets", "stdin", "ranges", "bundle", "bundle-variable",
      "config", "rc", "regions", "key", "token", "delegation", "link")
def output_is_read(t, read):
    """A file that is read is not replaced, by whatever name."""
    t.standin()
    profile = t.profile()
    if read in ("token", "delegation"):
        name = {"token": "security_token_file", "delegation": "delegation_token_file"}[read]
        profile += f"{name}=~/.oci/{read}\n"
    paths = {"config": t.config("[DEFAULT]\n" + profile),
             "key": os.path.join(t.oci, "key.pem"),
             "ranges": t.write("ranges.json", '{"regions":[]}'),
             "rc": t.write("home/.oci/oci_cli_rc", ""),
             "regions": t.write("home/.oci/regions-config.json", "[]"),
             "token": t.write("home/.oci/token", "x"),
             "delegation": t.write("home/.oci/delegation", "x")}
    with open(t.server.ca_file, "rb") as file:
        paths["bundle"] = paths["bundle-variable"] = t.write("bundle.pem", file.read())
    web = cloud.ocid("subnet", "web") + "\n"
    t.out = paths.get(read) or t.write("subnets", web)
    with open(t.out, "rb") as file:
        before = file.read()
    more, wrap = [], ()
    if read in ("subnets", "link"):
        more = ["--subnets-from", t.out]
    elif read == "stdin":
        more = ["--subnets-from", "-"]
        wrap = ("sh", "-c", 'exec "$@" <"$0"', t.out)
    elif read == "ranges":
        more = ["--service-ranges", t.out]
    elif read == "bundle":
        more = ["--cert-bundle", t.out]
    if read == "link":
        more[1] = os.path.join(t.dir, "link")
        os.symlink(t.out, more[1])
    if read == "bundle-variable":
        result = t.run([t.vcnmeta, "fetch", "-o", t.out, "--endpoint", t.server.endpoint],
                       env={"SSL_CERT_FILE": t.out})
    else:
        result = t.fetch(*more, wrap=wrap)
    t.exits(result, 2)
    t.says(result, "would be read and written at once")
    t.equal(t.server.connections, [], "connections")
    with open(t.out, "rb") as file:
        t.true(file.read() == before, "it was changed")
