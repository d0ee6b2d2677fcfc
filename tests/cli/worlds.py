"""Small worlds for cases of vcnrules, from lines that people can read.

worlds.py net OUT <WORLD: writes OUT, a lookup file, by "vcnmeta build".

    subnet NAME BLOCK[,BLOCK...] [LIST,...]
    vnic NAME SUBNET [ADDRESS,...]
    list NAME           and behind it its rules, each by its text:
      ingress tcp 0.0.0.0/0 *>443 [stateless] [!invalid] [@CREATED] [# DESCRIPTION]
    group NAME [VNIC,...]    likewise; a peer may be another group's name, and
                             CREATED is a date

worlds.py talk <LINES: writes conversations.

    SUBNET VNIC|- LOCAL[:PORT] <|>|? PEER[:PORT] PROTOCOL IN/OUT [FIRST LAST]
        [REJECT]

worlds.py log <LINES: writes flow-log records.

    SUBNET VNIC|- SOURCE[:PORT] DESTINATION[:PORT] PROTOCOL PACKETS/BYTES
        [SECONDS] [ACTION]

PACKETS, BYTES and the start, in seconds since 2026-11-01, may be "-": absent. A
record ends 59 seconds after its start. The action is ACCEPT; "-" is none.

worlds.py dump [GROUP] <WORLD: writes the lists as JSON, or a group's rules.

worlds.py changes <WORLD: writes the same as what "vcnrules propose" calls
changes.json, with nothing before.

worlds.py brief MEMBER... <NDJSON: writes of each object these members alone, as
JSON but for texts; of the summary those of them that it has.

"<": the peer began, ">": the local side did; the port of the side that began
may be LOW-HIGH. PROTOCOL may be "-": not known. IN and OUT are records, of five
packets each. FIRST and LAST are dates; without them 2026-10-01 and 2026-11-10.
"""

import json
import os
import re
import subprocess
import sys

PROTOCOLS = {"icmp": 1, "tcp": 6, "udp": 17, "icmpv6": 58}
NSG = "ocid1.networksecuritygroup.oc1..%s"
VCN = "ocid1.vcn.oc1..v"


def port_range(text):
    if text == "*":
        return None
    low, _, high = text.partition("-")
    return {"min": int(low), "max": int(high or low)}


def rule_of(text, number, of_group):
    """What the service says of a rule with this text."""
    text, _, description = text.partition(" # ")
    words = text.split()
    stateless = "stateless" in words
    invalid = "!invalid" in words
    created = [w[1:] + "T12:00:00.123000+00:00" for w in words if w[0] == "@"]
    words = [w for w in words if w not in ("stateless", "!invalid") and w[0] != "@"]
    direction, protocol, peer = words[:3]
    side = "source" if direction == "ingress" else "destination"
    rule = {
        "protocol": str(PROTOCOLS.get(protocol, protocol)),
        "isStateless": stateless,
        side: peer,
        side + "Type": "CIDR_BLOCK",
        "description": description or None,
    }
    if not re.match(r"[0-9a-f.:]+/\d+$", peer):
        is_label = re.match(r"(all|oci)-", peer)
        rule[side + "Type"] = (
            "SERVICE_CIDR_BLOCK" if is_label else "NETWORK_SECURITY_GROUP")
        if not is_label:
            rule[side] = NSG % peer
    if len(words) > 3 and ">" in words[3]:
        source, destination = words[3].split(">")
        rule[protocol + "Options"] = {
            "sourcePortRange": port_range(source),
            "destinationPortRange": port_range(destination),
        }
    elif len(words) > 3:
        kind, _, code = words[3].partition("/")
        rule["icmpOptions"] = {"type": int(kind), "code": int(code) if code else None}
    if of_group:
        rule.update(id="%06X" % number, direction=direction.upper(),
                    isValid=not invalid)
        if created:
            rule["timeCreated"] = created[0]
    return rule


def read_world(lines):
    """The objects of a world, and of each group its rules and members."""
    objects, rules, members = [], {}, {}
    owner = None
    for line in lines:
        words = line.split()
        if not words or words[0].startswith("#"):
            continue
        if line[0] == " ":
            of_group = owner["id"] in rules
            rule = rule_of(line.strip(), len(rules.get(owner["id"], ())), of_group)
            if of_group:
                rules[owner["id"]].append(rule)
            else:
                owner[words[0] + "SecurityRules"].append(rule)
            continue
        kind, name, *more = words
        names = more[-1].split(",") if more else []
        if kind == "subnet":
            objects.append({
                "id": "ocid1.subnet.oc1..%s" % name, "displayName": name,
                "vcnId": VCN, "compartmentId": "ocid1.compartment.oc1..c",
                "ipv4CidrBlocks": [b for b in more[0].split(",") if ":" not in b],
                "ipv6CidrBlocks": [b for b in more[0].split(",") if ":" in b],
                "securityListIds": ["ocid1.securitylist.oc1..%s" % n
                                    for n in names] if len(more) > 1 else [],
            })
        elif kind == "vnic":
            for address in names if len(more) > 1 else []:
                objects.append({
                    "id": "ocid1.privateip.oc1..%s%s" % (name, address),
                    "ipAddress": address, "vnicId": "ocid1.vnic.oc1..%s" % name,
                    "subnetId": "ocid1.subnet.oc1..%s" % more[0],
                })
        elif kind == "list":
            owner = {"id": "ocid1.securitylist.oc1..%s" % name,
                     "displayName": name, "vcnId": VCN,
                     "ingressSecurityRules": [], "egressSecurityRules": []}
            objects.append(owner)
        else:
            owner = {"id": NSG % name, "displayName": name, "vcnId": VCN,
                     "compartmentId": "ocid1.compartment.oc1..c"}
            objects.append(owner)
            rules[owner["id"]] = []
            members[owner["id"]] = [
                {"vnicId": "ocid1.vnic.oc1..%s" % n} for n in names]
    return objects, rules, members


def build(out):
    objects, rules, members = read_world(sys.stdin)
    command = ["vcnmeta", "build", "-q", "--all-groups", "-o", out]
    dumps = [("world.json", objects)]
    for option, all_of in (("--nsg-rules", rules), ("--nsg-vnics", members)):
        for ocid, values in all_of.items():
            name = "%s%s.json" % (ocid, option)
            command += [option, "%s=%s" % (ocid, name)]
            dumps.append((name, values))
    for name, values in dumps:
        with open(name, "w", encoding="utf-8") as file:
            json.dump(values, file)
    status = subprocess.call(command + ["world.json"])
    for name, _ in dumps:
        os.unlink(name)
    return status


def end_of(text):
    """An address and its ports; those of IPv6 stand in brackets."""
    match = re.match(r"\[?([0-9A-Fa-f.:]+?)\]?(?::(\d+)(?:-(\d+))?)?$", text)
    address, low, high = match.groups()
    return address, low and [int(low), int(high or low)]


def conversation(line):
    words = line.split()
    rejected = words[-1] == "REJECT"
    subnet, vnic, local, began, peer, protocol, counts, *times = (
        words[:-1] if rejected else words)
    local, local_ports = end_of(local)
    peer, peer_ports = end_of(peer)
    ins, outs = map(int, counts.split("/"))
    first, last = times or ("2026-10-01", "2026-11-10")
    client = {"<": peer_ports, ">": local_ports}.get(began)

    def sums(records):
        return {"records": records, "packets": 5 * records,
                "bytes": 500 * records}

    return {
        "subnet": "ocid1.subnet.oc1..%s" % subnet,
        "vnic": None if vnic == "-" else "ocid1.vnic.oc1..%s" % vnic,
        "local": local, "peer": peer,
        "protocol": (None if protocol == "-" else
                     PROTOCOLS.get(protocol) or int(protocol)),
        "local_port": local_ports and (None if began == ">" else local_ports[0]),
        "peer_port": peer_ports and (None if began == "<" else peer_ports[0]),
        "client_ports": client,
        "began": {"<": "peer", ">": "local"}.get(began),
        "action": "REJECT" if rejected else "ACCEPT",
        "in": sums(ins), "out": sums(outs),
        "first": first + "T00:00:00Z", "last": last + "T00:00:00Z",
    }


def talk():
    for line in sys.stdin:
        if line.split():
            print(json.dumps(conversation(line), separators=(",", ":")))
    return 0


def log_record(line):
    words = line.split()
    action = "ACCEPT" if words[-1].isdigit() or len(words) < 7 else words.pop()
    subnet, vnic, source, destination, protocol, sums, *start = words
    data = {"action": action} if action != "-" else {}
    for side, text in (("source", source), ("destination", destination)):
        address, ports = end_of(text)
        data[side + "Address"] = address
        if ports:
            data[side + "Port"] = ports[0]
    data["protocol"] = PROTOCOLS.get(protocol) or (
        int(protocol) if protocol.isdigit() else protocol)
    for name, text in zip(("packets", "bytesOut"), sums.split("/")):
        if text != "-":
            data[name] = int(text)
    if start != ["-"]:
        data["startTime"] = 1793491200 + int(start[0] if start else 0)
        data["endTime"] = data["startTime"] + 59
    oracle = {"vnicsubnetocid": "ocid1.subnet.oc1..%s" % subnet,
              "ingestedtime": "2026-11-01T12:00:00Z"}
    if vnic != "-":
        oracle["vnicocid"] = "ocid1.vnic.oc1..%s" % vnic
    return {"data": data, "oracle": oracle}


def log():
    for line in sys.stdin:
        if line.split():
            print(json.dumps(log_record(line), separators=(",", ":")))
    return 0


def dump(group=None):
    objects, rules, _ = read_world(sys.stdin)
    lists = [o for o in objects if "ingressSecurityRules" in o]
    json.dump(rules[NSG % group] if group else lists, sys.stdout)
    return 0


def changes():
    objects, rules, _ = read_world(sys.stdin)
    lists = [o for o in objects if "ingressSecurityRules" in o]
    groups = [o for o in objects if o["id"] in rules]
    json.dump({"changes": [
        {"ocid": o["id"], "name": o["displayName"], "kind": kind, "before": None,
         "after": after}
        for kind, after, o in [("security_list", o, o) for o in lists] +
        [("nsg", rules[o["id"]], o) for o in groups]]}, sys.stdout)
    return 0


def brief(members):
    for line in sys.stdin:
        found = json.loads(line)
        print("  ".join(
            value if isinstance(value, str) else json.dumps(value)
            for value in (found[m] for m in members if m in found)))
    return 0


def main(what, *words):
    if what == "brief":
        return brief(words)
    return {"net": build, "talk": talk, "log": log, "dump": dump,
            "changes": changes}[what](*words)


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
