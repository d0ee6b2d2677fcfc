"""Random worlds: each proposal passes check on its own conversations.

random_worlds.py FIRST COUNT: worlds of the seeds FIRST, FIRST + 1, ... Says of each
world that breaks a promise which it was, and leaves its files in world-SEED.

Rules, addresses and ports are few, so that rules overlap and much is let pass by several
of them, or by nothing but the other way.
"""

import json
import os
import random
import subprocess
import sys

BLOCKS = ["10.0.1.0/24", "10.0.2.0/24", "10.0.3.0/24"]
LOCALS = [["10.0.1.5", "10.0.1.6"], ["10.0.2.5", "10.0.2.6"], ["10.0.3.5"]]
OUTSIDE = ["10.7.0.1", "10.7.0.2", "10.7.9.1", "198.51.100.1", "198.51.100.2",
           "203.0.113.9", "2001:db8::1"]
PEERS = ["0.0.0.0/0", "0.0.0.0/0", "0.0.0.0/0", "10.0.0.0/8", "10.0.1.0/24",
         "198.51.100.0/24", "198.51.100.1/32", "10.0.2.5/32", "::/0"]
PORTS = [22, 53, 80, 123, 443, 1521, 8000, 8001, 40000, 50000]
GROUPS = ["ocid1.networksecuritygroup.oc1..g%d" % i for i in range(2)]
LISTS = ["ocid1.securitylist.oc1..l%d" % i for i in range(3)]
VCN = "ocid1.vcn.oc1..v"


def port_range(dice):
    if dice.random() < 0.3:
        return None
    low = dice.choice([1, 22, 80, 443, 1024, 8000])
    high = dice.choice([low, low + 1, 1023, 8001, 65535])
    return {"min": low, "max": max(low, high)}


def rule(dice, number, group):
    direction = dice.choice(["INGRESS", "EGRESS"])
    side = "source" if direction == "INGRESS" else "destination"
    made = {"protocol": dice.choice(["all", "all", "6", "6", "6", "17", "17", "1", "47"]),
            "isStateless": dice.random() < 0.2, side: dice.choice(PEERS),
            side + "Type": "CIDR_BLOCK",
            "description": dice.choice([None, "", "some words"])}
    if dice.random() < 0.1:
        made.update({side: "all-phx-services-in-oracle-services-network",
                     side + "Type": "SERVICE_CIDR_BLOCK"})
    if group and dice.random() < 0.25:
        made.update({side: dice.choice(GROUPS), side + "Type": "NETWORK_SECURITY_GROUP"})
    if made["protocol"] in ("6", "17") and dice.random() < 0.7:
        options = {"destinationPortRange": port_range(dice)}
        if dice.random() < 0.2:
            options["sourcePortRange"] = port_range(dice)
        made["tcpOptions" if made["protocol"] == "6" else "udpOptions"] = options
    if made["protocol"] == "1" and dice.random() < 0.5:
        made["icmpOptions"] = {"type": dice.choice([3, 8])}
    if group:
        made.update(id="%06X" % number, direction=direction, isValid=dice.random() > 0.05)
    return direction, made


def rules(dice, group):
    drawn = [rule(dice, i, group) for i in range(dice.randint(0, 6))]
    if dice.random() < 0.7:
        drawn.append(("EGRESS", {"protocol": "all", "destination": "0.0.0.0/0",
                                 "isStateless": False, "destinationType": "CIDR_BLOCK"}))
        if group:
            drawn[-1][1].update(id="FFFFFF", direction="EGRESS", isValid=True)
    if group:
        return [r for _, r in drawn]
    return {way.lower() + "SecurityRules": [r for w, r in drawn if w == way]
            for way in ("INGRESS", "EGRESS")}


def objects(dice):
    made = []
    for i, block in enumerate(BLOCKS):
        made.append({
            "id": "ocid1.subnet.oc1..s%d" % i, "displayName": "s%d" % i, "vcnId": VCN,
            "cidrBlock": block, "securityListIds": dice.sample(LISTS, dice.randint(0, 2))})
        for j, address in enumerate(LOCALS[i]):
            if dice.random() < 0.8:
                made.append({"id": "ocid1.privateip.oc1..%d%d" % (i, j), "subnetId":
                             "ocid1.subnet.oc1..s%d" % i, "ipAddress": address,
                             "vnicId": "ocid1.vnic.oc1..v%d%d" % (i, j)})
    for ocid in LISTS:
        made.append({"id": ocid, "displayName": ocid[-2:], "vcnId": VCN,
                     **rules(dice, False)})
    for ocid in GROUPS:
        made.append({"id": ocid, "displayName": ocid[-2:], "vcnId": VCN,
                     "compartmentId": "ocid1.compartment.oc1..c"})
    return made


def sums(dice, may_be_none):
    count = 0 if may_be_none and dice.random() < 0.3 else dice.choice([1, 3, 12])
    return {"records": count, "packets": 5 * count, "bytes": 500 * count}


def conversation(dice):
    i = dice.randrange(len(BLOCKS))
    j = dice.randrange(len(LOCALS[i]))
    peer = dice.choice(OUTSIDE + [a for others in LOCALS for a in others])
    protocol = dice.choice([6, 6, 6, 17, 17, 1, 47, 58, None])
    has_ports = protocol in (6, 17) and dice.random() < 0.93
    began = dice.choice(["local", "peer", "peer", None]) if has_ports else None
    local, other = dice.choice(PORTS), dice.choice(PORTS)
    client = {"local": local, "peer": other}.get(began)
    return {
        "subnet": "ocid1.subnet.oc1..s%d" % i,
        "vnic": "ocid1.vnic.oc1..v%d%d" % (i, j) if dice.random() < 0.9 else None,
        "local": LOCALS[i][j], "peer": peer, "protocol": protocol,
        "local_port": local if has_ports and began != "local" else None,
        "peer_port": other if has_ports and began != "peer" else None,
        "client_ports": None if client is None else sorted(
            [client, dice.choice([client, dice.choice(PORTS)])]),
        "began": began, "action": "ACCEPT" if dice.random() < 0.9 else "REJECT",
        "in": sums(dice, False), "out": sums(dice, True),
        "first": "2026-10-01T00:00:00Z", "last": "2026-11-10T00:00:00Z"}


def options(dice):
    words = []
    for option in ("--remove-unused", "--remove-redundant", "--exact-peers"):
        if dice.random() < 0.5:
            words.append(option)
    if dice.random() < 0.5:
        words += ["--max-prefixes", str(dice.choice([1, 2, 8]))]
    if dice.random() < 0.3:
        words += ["--sites", "sites"]
    if dice.random() < 0.2:
        words.append("--drop-weak")
    return words + dice.choice([[], ["--min-window", "50d"], ["--terraform"]])


def write(name, values):
    with open(name, "w", encoding="utf-8") as file:
        if name.endswith(".ndjson"):
            file.writelines(json.dumps(v) + "\n" for v in values)
        else:
            json.dump(values, file)


def judge_counts(change):
    """What a list or group may not have, at any time."""
    before, after = change["before"], change["after"]
    if change["kind"] == "nsg":
        new = [r for r in after if "id" not in r]
        return "too many rules" if len(before) + len(new) > 120 else None
    most = max(len(after[way + "SecurityRules"]) for way in ("ingress", "egress"))
    return "too many rules" if most > 200 else None


def run(seed):
    """Returns what is wrong with a proposal for a world, or None."""
    dice = random.Random(seed)
    write("world.json", objects(dice))
    build = ["vcnmeta", "build", "-q", "-o", "net.lut", "world.json"]
    for i, ocid in enumerate(GROUPS):
        write("rules-%d.json" % i, rules(dice, True))
        members = [{"vnicId": "ocid1.vnic.oc1..v%d%d" % (k, m)}
                   for k, some in enumerate(LOCALS) for m in range(len(some))
                   if dice.random() < 0.4]
        write("vnics-%d.json" % i, members)
        build += ["--nsg-rules", "%s=rules-%d.json" % (ocid, i)]
        if dice.random() < 0.8:
            build += ["--nsg-vnics", "%s=vnics-%d.json" % (ocid, i)]
    if dice.random() < 0.5:
        build.append("--all-groups")
    # Each subnet is heard of, so that its lists are not left alone for that.
    said = [conversation(dice) for _ in range(dice.randint(3, 40))]
    said += [{**said[0], "subnet": "ocid1.subnet.oc1..s%d" % i, "vnic": None,
              "local": some[0]} for i, some in enumerate(LOCALS)]
    write("log.ndjson", said)
    with open("sites", "w", encoding="utf-8") as file:
        file.write("10.7.0.0/16\n")
    subprocess.run(build, check=True, stderr=subprocess.DEVNULL)
    words = ["--min-window", "1d"] + options(dice)
    for name in os.listdir("new") if os.path.isdir("new") else []:
        os.unlink("new/" + name)
    done = subprocess.run(
        ["vcnrules", "propose", "-q", "-m", "net.lut", "-o", "new", *words, "log.ndjson"],
        check=False, capture_output=True, text=True)
    if done.returncode or done.stderr:
        return "propose %s: exit status %d, %s" % (
            " ".join(words), done.returncode, done.stderr)
    done = subprocess.run(
        ["vcnrules", "check", "-q", "-m", "net.lut", "--against", "new", "log.ndjson"],
        check=False, capture_output=True, text=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    bad = [f for f in found if f["kind"] in ("breaks", "opened", "wider")
           and f.get("maybe", 0) < f.get("conversations", 1)]
    if "--drop-weak" in words:
        with open("new/changes.md", encoding="utf-8") as file:
            given_up = set(file.read().partition("## Weak peers")[2].split())
        bad = [f for f in bad if f["kind"] != "breaks" or not {
            f["peer"], f["local"]} & given_up]
        done.returncode %= 6
    if done.returncode or done.stderr or bad:
        return "check after %s: exit status %d, %s%s" % (
            " ".join(words), done.returncode, bad, done.stderr)
    with open("new/changes.json", encoding="utf-8") as file:
        changes = json.load(file)["changes"]
    run.changed += len(changes)
    return next(filter(None, map(judge_counts, changes)), None)


run.changed = 0


def main(first, count):
    for seed in range(int(first), int(first) + int(count)):
        wrong = run(seed)
        if wrong:
            print("seed %d: %s" % (seed, wrong))
            return 1
    print("lists and groups changed: %s" % (
        "many" if run.changed > int(count) // 2 else run.changed))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
