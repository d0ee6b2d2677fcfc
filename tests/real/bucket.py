"""Flow logs in a bucket: oci os object get, and vcnflow-bucket with the real CLI."""

import gzip
import json
import os
import signal
import threading
import time

import tools
from harness import case, cloud, need

FLOWS = os.path.join(tools.TOP, "tests", "contrib", "flows.ndjson")
SCRIPT = os.path.join(tools.TOP, "contrib", "bucket", "vcnflow-bucket")


def flows(repeat=1):
    with open(FLOWS, "rb") as file:
        return gzip.compress(file.read() * repeat, mtime=0)


def filled(t, *names):
    """A stand-in with flow logs in the bucket logs, and a lookup file."""
    tools.began(t)
    for name in names:
        t.server.objects.put("logs", name, flows())
    t.server.objects.buckets["enriched"] = {}
    t.works("--no-retry")


def environment(t):
    """The programs that the script calls, and the CLI's variables."""
    env = tools.environment(t)
    env["PATH"] = os.path.dirname(t.vcnflow) + ":" + env["PATH"]
    env["TMPDIR"] = t.dir
    return env


def enriched(t, data, *options):
    """What vcnflow makes of an object's bytes."""
    path = t.write("one.log.gz", data)
    result = t.run([t.vcnflow, "-q", "-m", t.out, *options, path])
    t.equal(result.status, 0, result.err)
    return result.out


def results(t):
    return {name: gzip.decompress(stored.data).decode() for name, stored
            in t.server.objects.buckets["enriched"].items()}


def script(t, *options):
    return [need("sh"), SCRIPT, "-b", "logs", "-d", "enriched", "-m", t.out,
            "--backoff", "0", *options]


def bucket(t, *options, status=0):
    result = t.run(script(t, *options), timeout=tools.SECONDS,
                   env=environment(t))
    t.equal(result.status, status, f"exit status of vcnflow-bucket: {result.err}")
    left = [name for name in os.listdir(t.dir) if name.startswith("vcnflow-bucket")]
    t.equal(left, [], "temporary folders")
    return result


@case("real-object-pipe")
def pipe(t):
    """oci os object get --file - | vcnflow, as README begins."""
    filled(t)
    name = "a b/ü+%41.log.gz"
    t.server.objects.put("logs", name, flows(3))
    result = t.run(
        [need("bash"), "-o", "pipefail", "-c",
         "oci os object get --bucket-name logs --name \"$1\" --file - |"
         " vcnflow -q -m \"$2\"", "-", name, t.out],
        timeout=tools.SECONDS, env=environment(t))
    t.equal((result.status, result.err), (0, ""))
    t.equal(result.out, enriched(t, flows(3)))
    t.true(result.out.count("\n") > 3, "few records")
    t.all_signed()


@case("real-object-cut", "get", "range", "absent")
def cut(t, how):
    """What the CLI did not get whole makes vcnflow say so, by exit status."""
    filled(t, "x.log.gz")
    if how == "get":
        t.server.faults.add({"cut": 200}, {"service": "objects", "method": "GET",
                                           "path": "*/o/x.log.gz"})
    name = "y.log.gz" if how == "absent" else "x.log.gz"
    more = " --range bytes=0-199" if how == "range" else ""
    result = t.run(
        [need("bash"), "-c", "oci --no-retry os object get --bucket-name logs"
         f" --name {name}{more} --file - 2>oci.err | vcnflow -m '{t.out}';"
         " echo \"${PIPESTATUS[*]}\""], timeout=tools.SECONDS, env=environment(t))
    said = open(os.path.join(t.work, "oci.err")).read()
    if how != "absent":
        # What came is decoded; vcnflow says that it is not all.
        t.equal(result.out.splitlines()[-1], "1 1" if how == "get" else "0 1",
                f"{said}{result.err}")
        t.says(result, "standard input.*(ends|cut|truncated)")
    else:
        t.equal(result.out.splitlines()[-1], "1 0", f"{said}{result.err}")
        t.says(result, "empty")
        t.true('"status": 404' in said, said)


@case("real-bucket")
def whole_bucket(t):
    """Lists in pages, all objects enriched, and nothing twice."""
    names = ["a/x.log.gz", "a/y.log.gz", "b c/ü.log.gz", "b/z.log.gz", "notes.txt"]
    filled(t, *names)
    t.server.objects.page_size = 2
    t.server.objects.put("enriched", "a/x.enriched.ndjson.gz", b"")
    result = bucket(t)
    t.equal(sorted(results_but(t, "a/x")), sorted(
        name.replace(".log.gz", ".enriched.ndjson.gz") for name in names[1:4]))
    wanted = enriched(t, flows())
    for name, text in results_but(t, "a/x").items():
        t.equal(text, wanted, name)
    t.says(result, "3 ")
    pages = [r for r in t.server.requests if r["path"].endswith("/b/logs/o")]
    t.true(len(pages) >= 3, f"{len(pages)} pages of the list")
    t.all_signed()
    t.server.objects.put("enriched", "a/x.enriched.ndjson.gz", b"")
    t.server.requests.clear()
    bucket(t)
    t.equal([r["path"] for r in t.server.requests if "/o/" in r["path"]], [],
            "objects asked for again")


def results_but(t, stem):
    t.server.objects.buckets["enriched"].pop(f"{stem}.enriched.ndjson.gz", None)
    return results(t)


@case("real-bucket-interrupted")
def interrupted(t):
    """A signal while objects are under way; what is left is whole, the rest follows."""
    names = [f"{name}.log.gz" for name in "uvwx"]
    filled(t, *names)
    # the first object is done, the others wait for their bytes
    t.server.faults.add({"delay": 3600}, {"service": "objects", "method": "GET",
                                          "path": "*/o/[v-x].log.gz"})
    process = t.start(script(t, "--parallel", "2"), env=environment(t))

    def end():
        deadline = time.monotonic() + tools.SECONDS
        while time.monotonic() < deadline and not waits():
            time.sleep(0.05)
        os.kill(process.pid, signal.SIGTERM)

    def waits():
        asked = {r["path"] for r in t.server.requests
                 if r["method"] == "GET" and "/o/" in r["path"]}
        return len(t.server.objects.buckets["enriched"]) > 0 and len(asked) > 1

    threading.Thread(target=end, daemon=True).start()
    result = t.finish(process, tools.SECONDS + 20)
    t.equal(result.status, -signal.SIGTERM, result.err)
    t.equal(sorted(results(t)), ["u.enriched.ndjson.gz"])
    t.server.faults.clear()
    t.server.requests.clear()
    bucket(t, "--parallel", "2")
    wanted = enriched(t, flows())
    t.equal(results(t), {name.replace(".log", ".enriched.ndjson"): wanted
                         for name in names})
    t.true(not any("u.log.gz" in r["path"] for r in t.server.requests),
           "the one that was done was read again")


FAULTS = {
    # what the service does, how often, what the script ends with
    "get-503-once": ({"status": 503}, "GET", 1, 0),
    "get-503": ({"status": 503}, "GET", None, 75),
    "get-401": ({"status": 401}, "GET", None, 4),
    "get-reset-once": ({"end": "reset"}, "GET", 1, 0),
    "put-409-once": ({"status": 409, "code": "Conflict"}, "PUT", 1, 0),
    "put-403": ({"status": 403}, "PUT", None, 4),
}


@case("real-bucket-faults", *FAULTS)
def faults(t, name):
    """What the script makes of what the real CLI says. Of each of the script's
    attempts the CLI would make eight, for minutes."""
    do, method, times, status = FAULTS[name]
    filled(t, "x.log.gz")
    t.write("home/.oci/oci_cli_rc", "[DEFAULT]\nno_retry = True\n")
    t.server.faults.add(do, {"service": "objects", "method": method,
                             "path": "*/o/*"}, times=times)
    result = bucket(t, "--max-retries", "2", status=status)
    # the fault comes after the deed: of a put that failed the result is there
    written = 0 if status or method == "PUT" else 1
    t.says(result, f"objects: {written} written")
    code = do.get("status", 0)
    if status:
        t.says(result, f"x(.enriched.ndjson)?.*{code} ")


@case("real-bucket-changed")
def changed(t):
    """An object that is replaced between list and get is not taken for the other."""
    filled(t, "x.log.gz")

    def replace(request, reply):
        t.server.objects.put("logs", "x.log.gz", flows(2))

    t.server.faults.add(replace, {"path": "*/b/enriched/o"}, times=1)
    result = bucket(t, status=1)
    t.says(result, "changed since it was listed")
    t.equal(results(t), {})
    bucket(t)
    t.equal(results(t), {"x.enriched.ndjson.gz": enriched(t, flows(2))})


@case("real-object-list")
def listing(t):
    """The list's fields are where the script looks for them."""
    filled(t, "x.log.gz")
    shown = json.loads(tools.oci_good(
        t, "os", "object", "list", "--bucket-name", "logs", "--limit", "10",
        "--fields", "name,size,etag"))
    stored = t.server.objects.buckets["logs"]["x.log.gz"]
    found = shown["data"][0]
    t.equal((found["name"], found["size"], found["etag"]),
            ("x.log.gz", len(stored.data), stored.etag))
    empty = tools.oci_good(t, "os", "object", "list", "--bucket-name", "enriched")
    t.true("data" not in empty, empty)


@case("real-search", "all", "page")
def search(t, how):
    """oci logging-search search-logs, whole or a page of it, into vcnflow."""
    tools.began(t)
    t.works("--no-retry")
    with open(FLOWS) as file:
        t.server.search.contents = [json.loads(line) for line in file]
    t.server.search.page_size = 2 if how == "page" else 100
    out = tools.oci_good(
        t, "logging-search", "search-logs", "--search-query", 'search "x"',
        "--time-start", "2026-01-01T00:00:00Z", "--time-end", "2026-01-02T00:00:00Z")
    result = t.run([t.vcnflow, "-m", t.out], stdin=out.encode())
    wanted = enriched(t, flows()).splitlines()
    found = [json.loads(line) for line in result.out.splitlines()]
    t.equal(result.status, 0, result.err)
    t.true(found, "no records")
    t.equal(found, [json.loads(line) for line in wanted][:len(found)], "records")
    t.equal(len(found) < len(wanted), how == "page", "all of them")
    if how == "page":
        t.says(result, "page")
