#!/usr/bin/env python3
"""What vcnflow does with its defaults, as one would write it in Python.

    vcnmeta show net.lut > subnets.ndjson
    enrich.py subnets.ndjson x.log.gz

For records that are all in order: one that is not ends it. The rules are
encoded anew for each record, compactly and by the standard library's encoder.
"""

import gzip
import ipaddress
import json
import sys

FIVE = ("destinationAddress", "destinationPort", "protocol", "protocolName",
        "sourceAddress")
INTERNAL = [ipaddress.ip_network(text) for text in
            ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]


def holds(networks, address):
    """Does one of the networks hold the address?"""
    return any(address in network for network in networks)


def load(path):
    """Networks and security lists by the OCID of the subnet."""
    subnets = {}
    with open(path, encoding="utf-8") as file:
        for line in file:
            subnet = json.loads(line)
            networks = [ipaddress.ip_network(block)
                        for block in subnet["cidr_blocks"]]
            subnets[subnet["subnet_ocid"]] = (networks,
                                              subnet["security_lists"])
    return subnets


def enrich(record, subnets):
    """The record with its tags and rules."""
    data = record["data"]
    source = ipaddress.ip_address(data["sourceAddress"])
    destination = ipaddress.ip_address(data["destinationAddress"])
    sides = ["internal" if holds(INTERNAL, address) else "external"
             for address in (source, destination)]
    networks, lists = subnets.get(record["oracle"]["vnicsubnetocid"],
                                  ((), []))
    direction = "N/A"
    if holds(networks, source):
        direction = "egress"
    elif holds(networks, destination):
        direction = "ingress"
    enriched = {name: data.get(name, "N/A") for name in FIVE}
    enriched["internal_or_external_source"] = sides[0]
    enriched["internal_or_external_destination"] = sides[1]
    enriched["traffic_direction"] = direction
    enriched["traffic_type"] = ("external traffic" if "external" in sides
                                else "internal traffic")
    enriched["security_lists"] = lists
    enriched["oracle"] = record["oracle"]
    return enriched


def main():
    """The command line."""
    subnets = load(sys.argv[1])
    encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
    with gzip.open(sys.argv[2]) as file, \
            open(1, "w", encoding="utf-8", buffering=1 << 20) as out:
        for line in file:
            record = json.loads(line)
            if (record["type"].startswith("com.oraclecloud.vcn.flowlogs.")
                    and record["data"]["action"] == "ACCEPT"):
                out.write(encoder.encode(enrich(record, subnets)) + "\n")


if __name__ == "__main__":
    main()
