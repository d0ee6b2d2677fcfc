"""The published script's way of working, and vcnflow's, on one bucket."""

import datetime
import gzip
import json
import os
import random
import re

import tools
from harness import case, cloud

SCRIPT = os.path.join(tools.HERE, "published.py")
RECORDS = int(os.environ.get("RECORDS", "4000"))  # in each whole object
OBJECTS = 4
NOW = datetime.datetime.utcnow().replace(microsecond=0)
PROTOCOLS = ((6, "TCP"), (17, "UDP"), (1, "ICMP"), (58, "IPv6-ICMP"))
WEB, ROOT, APP = (cloud.ocid("subnet", name) for name in ("web", "root", "app"))
BLOCKS = {WEB: "10.0.1.", ROOT: "10.0.3.", APP: "10.0.2."}
# Runs a program from a small process, whose memory counts as the program's before
# it begins; and writes down processor seconds and KiB.
MEASURE = """
import os, sys
child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
with open(sys.argv[1], "w") as file:
    print(usage.ru_utime + usage.ru_stime, usage.ru_maxrss, file=file)
sys.exit(os.waitstatus_to_exitcode(status))
"""


def measured(t, command, **options):
    """A run, with what it took as its figure."""
    path = os.path.join(t.dir, "measured")
    result = t.run([tools.PYTHON, "-S", "-E", "-c", MEASURE, path, *command],
                   timeout=600, **options)
    with open(path) as file:
        seconds, size = map(float, file.read().split())
    result.took = f"{seconds:.2f} s of processor time and {size / 1024:.0f} MiB"
    return result


def stamp(rng, age):
    """A time so many days ago, with three digits of fraction or none."""
    time = NOW - datetime.timedelta(days=age, seconds=rng.randrange(3600))
    return time.strftime("%Y-%m-%dT%H:%M:%S") + rng.choice(("Z", ".%03dZ" % (
        rng.randrange(1000))))


def record(rng, subnet=None, **data):
    """A record as the connector writes it, of one of the known subnets."""
    subnet = subnet or rng.choice((WEB, ROOT, APP))
    number, name = rng.choice(PROTOCOLS)
    own = BLOCKS.get(subnet, "10.0.1.") + str(rng.randrange(2, 250))
    other = rng.choice(("10.0.9.7", "192.0.2.10", "172.16.3.4", "2001:db8::7",
                        "10.0.1.9", "-"))
    ends = [own, other] if rng.random() < 0.5 else [other, own]
    # what is asked for by its members is young, too
    when = stamp(rng, 1 if data else rng.choice((1, 1, 1, 12, 29.5, 31, 400)))
    found = {
        "action": rng.choice(("ACCEPT", "ACCEPT", "ACCEPT", "REJECT")),
        "bytesOut": rng.randrange(1 << 20), "sourceAddress": ends[0],
        "destinationAddress": ends[1], "sourcePort": rng.randrange(65536),
        "destinationPort": rng.choice((22, 443, rng.randrange(65536))),
        "packets": rng.randrange(1, 99), "protocol": number, "protocolName": name,
        "flowid": "%08x" % rng.randrange(1 << 32), "status": "OK", "version": "2"}
    if not data and rng.random() < 0.02:  # no traffic
        found = {"status": "NODATA", "version": "2", "action": None}
    if rng.random() < 0.02:
        found.pop("protocolName", None)
    return {"data": {**found, **data}, "id": "%x" % rng.randrange(1 << 32),
            "oracle": {
                "compartmentid": cloud.ocid("compartment", "net"),
                "ingestedtime": when, "vniccompartmentocid": "ü",
                "vnicocid": cloud.ocid("vnic", "w1"), "vnicsubnetocid": subnet},
            "source": "-", "specversion": "1.0", "time": when,
            "type": "com.oraclecloud.vcn.flowlogs.DataEvent"}


def packed(records):
    lines = [r if isinstance(r, str) else json.dumps(
        r, ensure_ascii=False, separators=(",", ":")) for r in records]
    return gzip.compress("".join(line + "\n" for line in lines).encode(), 6)


def fill(t):
    """Whole objects, and one for each thing that the script gets wrong."""
    rng = random.Random(16)
    put = t.server.objects.put
    for number in range(OBJECTS):
        put("logs", f"a/whole-{number}.log.gz",
            packed(record(rng) for _ in range(RECORDS)))
    fresh = {"ingestedtime": stamp(rng, 1)}

    def few():
        return [record(rng, WEB, action="ACCEPT") for _ in range(20)]

    put("logs", "b/blocks.log.gz", packed(
        [record(rng, APP, action="ACCEPT", sourceAddress="10.9.0.7",
                destinationAddress="192.0.2.1"),
         record(rng, APP, action="ACCEPT", sourceAddress="192.0.2.1",
                destinationAddress="2603:c020::5")]
        + [record(rng, APP, action="ACCEPT") for _ in range(20)]))
    put("logs", "b/line.log.gz", packed(few() + ['{"data":'] + few()))
    nine = record(rng, WEB, action="ACCEPT")
    nine["oracle"] = {**nine["oracle"], "ingestedtime":
                      fresh["ingestedtime"][:19] + ".123456789Z"}
    put("logs", "b/nine.log.gz", packed(few() + [nine]))
    put("logs", "b/other.log.gz", packed(few() + [{"type": "other", "data": {}}]))
    put("logs", "b/subnet.log.gz", packed(few() + [
        {**record(rng, action="ACCEPT"), "oracle": {
            **fresh, "vnicsubnetocid": cloud.ocid("subnet", "gone")}}]))
    put("logs", "c/late.log.gz", packed(few()))
    t.server.objects.page_size = len(t.server.objects.buckets["logs"]) - 1


def by_script(t):
    """What the script found of each object, and its run."""
    folder = os.path.join(t.dir, "theirs")
    os.mkdir(folder)
    result = measured(t, [
        tools.PYTHON, "-W", "ignore", SCRIPT, os.path.join(t.oci, "config"),
        t.server.endpoint, "logs", folder],
        env={"REQUESTS_CA_BUNDLE": t.server.ca_file})
    t.equal(result.status, 0, result.err)
    found = {}
    for name in os.listdir(folder):
        with open(os.path.join(folder, name)) as file:
            found[name.split(".")[0]] = json.load(file)
    return found, result


def by_vcnflow(t):
    """What vcnflow makes of each object, downloaded by the CLI; and of all."""
    folder = os.path.join(t.dir, "logs")
    result = tools.oci(t, "os", "object", "bulk-download", "--bucket-name", "logs",
                       "--download-dir", folder, "--no-overwrite")
    t.equal(result.status, 0, f"bulk-download: {result.out}{result.err}")
    command = [t.vcnflow, "-m", t.out, "--since", "30d"]
    found = {}
    for path, _, names in os.walk(folder):
        for name in names:
            one = t.run(command + ["-q", os.path.join(path, name)])
            stem = name.split(".")[0]
            t.equal(one.status, 1 if stem in ("line", "other") else 0, one.err)
            found[stem] = [json.loads(line) for line in one.out.splitlines()]
    whole = measured(t, command + ["-q", folder])
    t.equal(whole.status, 1, whole.err)
    return found, whole


def readable(record):
    """The script's record, the printed options of ICMP rules read again."""
    for item in record["security_lists"]:
        for rule in item["ingress_security_rules"] + item["egress_security_rules"]:
            if isinstance(rule["icmp_options"], str):
                rule["icmp_options"] = json.loads(rule["icmp_options"])
    return record


def same_record(t, ours, theirs, but=()):
    """Field by field, and in the same order."""
    theirs = readable(theirs)
    t.equal(list(ours), list(theirs), "the order of the fields")
    for name in theirs:
        if name not in but:
            t.equal(ours[name], theirs[name], name)
    for mine, other in zip(ours["security_lists"], theirs["security_lists"]):
        t.equal(json.dumps(mine), json.dumps(other), "the order in a list")


@case("real-published")
def published(t):
    """The same records of whole objects; of the others what each way makes of them."""
    tools.began(t)
    fill(t)
    t.works("--no-retry")
    ours, whole = by_vcnflow(t)
    theirs, script = by_script(t)
    count = 0
    for name in [f"whole-{number}" for number in range(OBJECTS)] + ["line"]:
        t.equal(len(ours[name]), len(theirs[name]), f"records of {name}")
        for mine, other in zip(ours[name], theirs[name]):
            same_record(t, mine, other)
            count += 1
    t.true(count > OBJECTS * RECORDS // 4, f"{count} records")
    # The second block of a subnet and its IPv6 block tell the direction, too.
    t.equal([r["traffic_direction"] for r in theirs["blocks"][:2]], ["N/A"] * 2)
    t.equal([r["traffic_direction"] for r in ours["blocks"][:2]],
            ["egress", "ingress"])
    for mine, other in zip(ours["blocks"], theirs["blocks"]):
        same_record(t, mine, other, ["traffic_direction"])
    # Objects that the script loses over one record, or never sees.
    t.equal(sorted(set(ours) - set(theirs)), ["late", "nine", "other", "subnet"])
    t.equal(sorted(re.findall(r"lost: b/(\w+)", script.err)),
            ["nine", "other", "subnet"])
    t.true(all(len(ours[name]) > 18 for name in ("nine", "other", "subnet", "late")),
           "vcnflow lost records, too")
    t.equal([r["traffic_direction"] for r in ours["subnet"][-1:]], ["N/A"])
    t.figure(f"{OBJECTS * RECORDS} records: the script {script.took}, "
             f"vcnflow {whole.took}")
