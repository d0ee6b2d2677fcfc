"""A reader of lookup files, written from vcnlookup(5) alone."""

import datetime
import ipaddress
import json
import struct
import sys
import zlib


def numbers(letter, data):
    return struct.unpack(f"<{len(data) // struct.calcsize(letter)}{letter}", data)


def sections_of(data):
    magic, version, crc, length, count, zero = struct.unpack("<8sIIQII", data[:32])
    assert magic == b"\x89VCNLUT\n" and version == 2 and zero == 0
    assert length == len(data) and length % 8 == 0
    end = 32 + 32 * count
    assert crc == zlib.crc32(data[16:end])
    found = {}
    for at in range(32, 32 + 32 * count, 32):
        name, flags, offset, size, crc, zero = struct.unpack(
            "<4sIQQII", data[at:at + 32])
        assert offset == end and flags in (0, 1) and zero == 0
        found[name.decode()] = part = data[offset:offset + size]
        assert len(part) == size and zlib.crc32(part) == crc
        end = (offset + size + 7) // 8 * 8
        assert not any(data[offset + size:end])
    assert end == length
    return found


def block(record):
    high, low, family, length = struct.unpack("<QQBB6x", record)
    if family == 4:
        assert low == 0
        return ipaddress.IPv4Network((high >> 32, length))
    assert family == 6
    return ipaddress.IPv6Network((high << 64 | low, length))


def blocks(data):
    return [block(data[at:at + 24]) for at in range(0, len(data), 24)]


def box_of(rule):
    """What BOXS has of a rule: each lowest value, and 65535 less the highest."""
    peer, _, protocol, _, kind, _, _, low, high, _, destination, _, valid = rule[:13]
    protocols = [protocol, protocol] if protocol < 256 else [0, 255]
    first, following = [0, 65535], [0, 65535]
    if kind == 0:
        network = block(peer)
        bits = [int(end) >> (network.max_prefixlen - 32)
                for end in (network[0], network[-1])]
        first, following = [n >> 16 for n in bits], [n & 65535 for n in bits]
        if network.version == 6:
            protocols = [n + 256 for n in protocols]
    elif kind != 1:
        protocols[1] += 256
    ports = [65535, 0] if destination == 3 else [low, high]
    if valid == 0:
        first = [65535, 0]
    ends = list(zip(ports, first, protocols, following))
    return [n for low, high in zip(*ends) for n in (low, 65535 - high)]


def boxes_of(rules):
    """BOXS: of 16 rules each value in turn."""
    boxes = [box_of(rule) for rule in rules]
    boxes += [[65535] * 8] * (-len(boxes) % 16)
    return b"".join(struct.pack("<16H", *values)
                    for at in range(0, len(boxes), 16)
                    for values in zip(*boxes[at:at + 16]))


def order(network):
    return network.version, int(network.network_address), network.prefixlen


def check_index(index, hashes):
    ranges = len(index) - 1
    assert ranges & (ranges - 1) == 0
    for number, below in enumerate(index):
        assert below == sum((h * ranges >> 32) < number for h in hashes)


def compact(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def moment(seconds):
    return datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc).strftime(
        "%Y-%m-%dT%H:%M:%SZ")


class File:
    """The sections as records, and what they say together."""

    def __init__(self, data):
        self.part = sections_of(data)
        assert self.part["META"] == struct.pack("<q", 1234567890) + b"build"
        self.vcns = self.records("VCNS", "QQIIIIq")
        self.compartments = self.records("CMPT", "QQq")
        self.lists = self.records("LIST", "QQQIIIIq")
        self.groups = self.records("NSGS", "QQIIIIIIQIIq")
        self.vnics = self.records("VNIC", "IIQQIIIIqII")
        self.rules = self.records("RULE", "24sIHBBHHHHBBBBHHQIIII")

    def records(self, name, letters):
        return list(struct.iter_unpack("<" + letters, self.part.get(name, b"")))

    def text(self, place):
        offset, length = place >> 24, place & 0xFFFFFF
        if length == 0xFFFFFF:
            assert offset == 0
            return None
        return self.part["TEXT"][offset:offset + length].decode()

    def named(self, table, number):
        return None if number == 0xFFFFFFFF else self.text(table[number][0])

    def json(self, offset, length):
        return None if length == 0xFFFFFFFF else self.part["JSON"][offset:offset + length]

    def check_order(self, table):
        texts = [self.text(record[0]).encode() for record in table]
        assert texts == sorted(set(texts))

    def rule_texts(self, rule):
        """Entry, text, id and description, one after another."""
        at, found = rule[15], []
        for length in rule[16:]:
            if length == 0xFFFFFFFF:
                found.append(None)
                continue
            found.append(self.part["RTXT"][at:at + length].decode())
            at += length
        return found


def read_sets(file):
    """The JSON of each set; its lists are those that its run names."""
    fragments, at, first = [], 0, 0
    runs = numbers("I", file.part["SLST"])
    for lists, ids, lists_len, ids_len, start, count in file.records("SETS", "QQIIII"):
        assert lists == at and ids == at + lists_len and start == first
        at, first = ids + ids_len, start + count
        held = [file.lists[n] for n in runs[start:first] if file.lists[n][3] != 0xFFFFFFFF]
        pieces = [file.json(record[2], record[3]) for record in held]
        assert file.json(lists, lists_len) == b"[" + b",".join(pieces) + b"]"
        assert json.loads(file.json(ids, ids_len)) == [file.text(r[0]) for r in held]
        fragments.append(file.json(lists, lists_len).decode())
    for record in file.lists:
        if record[3] != 0xFFFFFFFF and record[2] >= at:
            assert record[2] == at
            at += record[3]
    assert at == len(file.part["JSON"]) and first == len(runs)
    return fragments


def read_blocks(file, subnets):
    """Each block of a VCN's subnets once, with the smallest block around it."""
    all_blocks = file.records("BLKS", "24sII")
    at = 0
    for number, vcn in enumerate(file.vcns):
        assert vcn[2] == at
        run = all_blocks[at:at + vcn[3]]
        at += vcn[3]
        own = [block(item[0]) for item in run]
        assert own == sorted({item for subnet in subnets if subnet["vcn"] == number
                              for item in subnet["blocks"]}, key=order)
        for item, network in zip(run, own):
            assert network in subnets[item[1]]["blocks"]
            around = [other for other in own if other != network
                      and other.version == network.version and network.subnet_of(other)]
            inner = max(around, key=lambda other: other.prefixlen, default=None)
            assert item[2] == (own.index(inner) if inner else 0xFFFFFFFF)
    assert at == len(all_blocks)


def show_subnets(file):
    prefixes = blocks(file.part["PFXS"])
    assert blocks(file.part["VCNP"]) == sorted(set(prefixes), key=order)
    fragments = read_sets(file)
    subnets, keys, first = [], [], 0
    for record in file.records("SUBN", "IIIIQQIIqII"):
        hashed, fragment, start, count, ocid, name, vcn, compartment, fetched = record[:9]
        ocid = file.text(ocid)
        assert hashed == zlib.crc32(ocid.encode()) and start == first
        first += count
        own = prefixes[start:first]
        assert own == sorted(set(own), key=order)
        keys.append((hashed, ocid.encode()))
        subnets.append({"ocid": ocid, "vcn": vcn, "blocks": own, "line": "{" + ",".join(
            compact(key) + ":" + compact(value) for key, value in (
                ("subnet_ocid", ocid), ("display_name", file.text(name)),
                ("vcn_ocid", file.named(file.vcns, vcn)),
                ("compartment_ocid", file.named(file.compartments, compartment)),
                ("cidr_blocks", [str(item) for item in own]))
        ) + ',"security_lists":' + fragments[fragment] + ',"fetched_at":'
            + compact(moment(fetched)) + "}"})
    assert first == len(prefixes) and keys == sorted(set(keys))
    check_index(numbers("I", file.part["INDX"]), [key[0] for key in keys])
    read_blocks(file, subnets)
    return [item["line"] for item in sorted(subnets, key=lambda item: item["ocid"])]


def show_rules(file):
    """Of lists and groups; runs follow each other, texts too."""
    lines, at, text_at = [], 0, 0
    owners = [(record[0], record[1], record[4], record[5], False) for record in file.lists]
    owners += [(record[0], record[1], record[4], record[5], True) for record in file.groups]
    for ocid, name, first, count, is_group in owners:
        assert first == at
        at += count
        for rule in file.rules[first:at]:
            entry, text, ident, description = file.rule_texts(rule)
            assert rule[15] == text_at
            text_at += sum(len((part or "").encode())
                           for part in (entry, text, ident, description))
            assert json.loads(entry)["rule"] == text
            line = {"ocid": file.text(ocid), "name": file.text(name), "rule": text}
            if is_group:
                line["id"] = ident
            line["stateless"] = rule[11] == 1
            line["description"] = description
            lines.append(line)
    assert at == len(file.rules) and text_at == len(file.part["RTXT"])
    assert file.part["BOXS"] == boxes_of(file.rules)
    return [compact(line) for line in sorted(lines, key=lambda line: line["ocid"])]


def show_groups(file):
    members, lines = numbers("I", file.part["NSGM"]), []
    for record in file.groups:
        ocid, name, vcn, compartment, first, count, start, size, at, length, flags, when = record
        rules = [file.rule_texts(rule)[1] for rule in file.rules[first:first + count]]
        objects = file.part["NSGJ"][at:at + length] if flags & 2 else b"[]"
        assert len(json.loads(objects)) == len(rules)
        vnics = sorted(file.text(file.vnics[n][2]) for n in members[start:start + size])
        lines.append(compact({
            "nsg_ocid": file.text(ocid), "display_name": file.text(name),
            "vcn_ocid": file.named(file.vcns, vcn),
            "compartment_ocid": file.named(file.compartments, compartment),
            "vnic_ocids": vnics if flags & 4 else None,
            "rules": rules if flags & 2 else None, "fetched_at": moment(when)}))
    return lines


def hash_of(high, low, vcn):
    mask = (1 << 64) - 1
    mixed = high ^ (low * 0x9E3779B97F4A7C15 & mask) ^ (vcn * 0xC2B2AE3D27D4EB4F & mask)
    mixed = (mixed ^ mixed >> 32) * 0xD6E8FEB86659FD93 & mask
    return mixed >> 32


def show_vnics(file):
    groups, addresses = numbers("I", file.part["VNSG"]), file.records("ADDR", "QQIB3x")
    table = file.records("AIDX", "II")
    lines, first, at = [], 0, 0
    for number, record in enumerate(file.vnics):
        hashed, vcn, ocid, subnet, start, count, run, size, _, flags, _ = record
        assert hashed == zlib.crc32(file.text(ocid).encode()) and start == first and run == at
        first, at = start + count, run + size
        own = []
        for high, low, vnic, family in addresses[start:first]:
            assert vnic == number
            own.append(ipaddress.IPv4Address(high >> 32) if family == 4
                       else ipaddress.IPv6Address(high << 64 | low))
            if vcn != 0xFFFFFFFF:
                hashed = hash_of(high, low, vcn)
                slot = hashed % len(table)
                while addresses[table[slot][1] - 1][:2] != (high, low):
                    assert table[slot][1] != 0
                    slot = (slot + 1) % len(table)
                assert table[slot][0] == hashed
        known = flags & 1 or vcn != 0xFFFFFFFF and file.vcns[vcn][4] == 3
        lines.append((file.text(ocid), compact({
            "vnic_ocid": file.text(ocid), "subnet_ocid": file.text(subnet),
            "addresses": [str(item) for item in own],
            "nsg_ocids": [file.text(file.groups[n][0]) for n in groups[run:at]]
            if known else None})))
    assert first == len(addresses) and at == len(groups)
    check_index(numbers("I", file.part["VIDX"]), [record[0] for record in file.vnics])
    return [line for _, line in sorted(lines)]


def main():
    with open(sys.argv[1], "rb") as data:
        file = File(data.read())
    for table in file.vcns, file.compartments, file.lists, file.groups:
        file.check_order(table)
    for name, show in (("subnets", show_subnets), ("rules", show_rules),
                       ("groups", show_groups), ("vnics", show_vnics)):
        with open(name, "w", encoding="utf-8") as out:
            out.writelines(line + "\n" for line in show(file))


main()
