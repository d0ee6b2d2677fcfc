"""A reader of lookup files, written from vcnlookup(5) alone."""

import ipaddress
import json
import struct
import sys
import zlib


def numbers(letter, data):
    return struct.unpack(f"<{len(data) // struct.calcsize(letter)}{letter}", data)


def sections_of(data):
    magic, version, crc, length, count, zero = struct.unpack("<8sIIQII", data[:32])
    assert magic == b"\x89VCNLUT\n" and version == 1 and zero == 0
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


def order(network):
    return network.version, int(network.network_address), network.prefixlen


def check_index(index, hashes):
    ranges = len(index) - 1
    assert ranges & (ranges - 1) == 0
    for number, below in enumerate(index):
        assert below == sum((h * ranges >> 32) < number for h in hashes)


def read(data):
    part = sections_of(data)
    assert part["META"] == struct.pack("<q", 1234567890) + b"build"
    prefixes = blocks(part["PFXS"])
    assert blocks(part["VCNP"]) == sorted(set(prefixes), key=order)
    json_text = part["JSON"]
    fragments = []
    at = 0
    for record in struct.iter_unpack("<QQII", part["FRAG"]):
        assert record[0] == at and record[1] == at + record[2]
        at += record[2] + record[3]
        lists = json_text[record[0]:record[1]]
        ids = json_text[record[1]:at]
        assert [item["security_list_ocid"] for item in json.loads(lists)
                ] == json.loads(ids)
        fragments.append(lists.decode())
    assert at == len(json_text)

    def text(offset, length):
        if length == 0xFFFFFFFF:
            assert offset == 0
            return None
        return part["TEXT"][offset:offset + length].decode()

    entries, keys, first = [], [], 0
    for record in struct.iter_unpack("<IIIIQQQQIIII", part["SUBN"]):
        hashed, fragment, start, count = record[:4]
        ocid, name, vcn, compartment = map(text, record[4:8], record[8:12])
        assert hashed == zlib.crc32(ocid.encode()) and start == first
        first += count
        own = prefixes[start:first]
        assert own == sorted(set(own), key=order)
        keys.append((hashed, ocid.encode()))
        members = [("subnet_ocid", ocid), ("display_name", name),
                   ("vcn_ocid", vcn), ("compartment_ocid", compartment),
                   ("cidr_blocks", [str(item) for item in own])]
        entries.append((ocid, "{" + ",".join(
            json.dumps(key) + ":" + json.dumps(
                value, ensure_ascii=False, separators=(",", ":"))
            for key, value in members
        ) + ',"security_lists":' + fragments[fragment] + "}"))
    assert first == len(prefixes) and keys == sorted(set(keys))
    check_index(numbers("I", part["INDX"]), [key[0] for key in keys])
    return [line for _, line in sorted(entries)]


with open(sys.argv[1], "rb") as file:
    for shown in read(file.read()):
        print(shown)
