"""Flow logs enriched the way that Oracle's A-Team published, with the SDK.

    published.py CONFIG ENDPOINT BUCKET FOLDER

Written anew from what that script does, so that its results can be held against
vcnflow's; what it gets wrong is kept:

- one call lists the bucket, so at most a page of it is seen
- an object is read whole, written to a file, inflated whole into another
- the last 30 days by ingestedtime, read by two formats: nine digits of fraction
  fit neither, and the object is lost
- a line that is not JSON is skipped; one that lacks data or oracle, or is of a
  subnet that cannot be had, loses its object
- of a subnet the first IPv4 block alone tells the direction
- all records of an object are in memory, and become one indented array

Subnets and the lists of a subnet are asked for once each. The options of an ICMP
rule are the SDK's object, printed. Results are put into FOLDER, not uploaded.
"""

import concurrent.futures
import datetime
import gzip
import ipaddress
import json
import os
import sys
import tempfile

import oci

INTERNAL = [ipaddress.ip_network(block) for block in (
    "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16")]
CARRIED = ("destinationAddress", "destinationPort", "protocol", "protocolName",
           "sourceAddress")
FORMATS = ("%Y-%m-%dT%H:%M:%S.%fZ", "%Y-%m-%dT%H:%M:%SZ")
SINCE = datetime.datetime.utcnow() - datetime.timedelta(days=30)


def instant(text):
    try:
        return datetime.datetime.strptime(text, FORMATS[0])
    except ValueError:
        return datetime.datetime.strptime(text, FORMATS[1])


def side(text):
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return "invalid"
    return "internal" if any(address in block for block in INTERNAL) else "external"


def inside(text, block):
    try:
        return ipaddress.ip_address(text) in ipaddress.ip_network(block)
    except ValueError:
        return False


def port_range(ports):
    return {"max": ports.max if ports else None, "min": ports.min if ports else None}


def ports(options):
    return options and {
        "destination_port_range": port_range(options.destination_port_range),
        "source_port_range": port_range(options.source_port_range)}


def rule_of(rule, peer):
    return {
        "description": rule.description,
        "icmp_options": rule.icmp_options and str(rule.icmp_options),
        "is_stateless": rule.is_stateless, "protocol": rule.protocol,
        peer: getattr(rule, peer), f"{peer}_type": getattr(rule, f"{peer}_type"),
        "tcp_options": ports(rule.tcp_options),
        "udp_options": ports(rule.udp_options)}


class Enricher:
    def __init__(self, storage, network):
        self.storage = storage
        self.network = network
        self.subnets = {}
        self.lists = {}

    def subnet(self, ocid):
        """Its first block and its lists; null if it cannot be had."""
        if ocid not in self.subnets:
            try:
                found = self.network.get_subnet(ocid).data
            except oci.exceptions.ServiceError as error:
                print(f"no subnet: {error.status}", file=sys.stderr)
                return None
            self.subnets[ocid] = found.cidr_block, found.security_list_ids
        return self.subnets[ocid]

    def security_lists(self, ocids):
        key = tuple(ocids)
        if key not in self.lists:
            self.lists[key] = [self.security_list(ocid) for ocid in ocids]
        return self.lists[key]

    def security_list(self, ocid):
        found = self.network.get_security_list(ocid).data
        return {
            "display_name": found.display_name, "security_list_ocid": found.id,
            "ingress_security_rules": [
                rule_of(rule, "source") for rule in found.ingress_security_rules],
            "egress_security_rules": [
                rule_of(rule, "destination") for rule in found.egress_security_rules]}

    def enriched(self, record):
        data = record["data"]
        result = {name: data.get(name, "N/A") for name in CARRIED}
        source, destination = result["sourceAddress"], result["destinationAddress"]
        sides = side(source), side(destination)
        direction, kind, lists = "N/A", "external traffic", []
        ocid = record["oracle"].get("vnicsubnetocid", "N/A")
        if ocid != "N/A":
            block, names = self.subnet(ocid)
            lists = self.security_lists(names) if names else []
            if inside(source, block):
                direction = "egress"
            elif inside(destination, block):
                direction = "ingress"
            if sides == ("internal", "internal"):
                kind = "internal traffic"
        result["internal_or_external_source"] = sides[0]
        result["internal_or_external_destination"] = sides[1]
        result["traffic_direction"] = direction
        result["traffic_type"] = kind
        result["security_lists"] = lists
        result["oracle"] = record["oracle"]
        return result

    def read(self, path):
        found = []
        with open(path) as lines:
            for line in lines:
                try:
                    record = json.loads(line)
                except json.JSONDecodeError:
                    print("a line is not JSON", file=sys.stderr)
                    continue
                if instant(record["oracle"]["ingestedtime"]) < SINCE:
                    continue
                if record["data"].get("action") == "ACCEPT":
                    found.append(self.enriched(record))
        return found

    def do_object(self, bucket, name, folder, work):
        namespace = self.storage.get_namespace().data
        body = self.storage.get_object(namespace, bucket, name).data.raw
        base = os.path.join(work, name.split("/")[-1])
        with open(base, "wb") as file:
            file.write(body.read())
        plain = base.replace(".gz", "")
        with gzip.open(base, "rb") as packed, open(plain, "wb") as file:
            file.write(packed.read())
        found = self.read(plain)
        with open(os.path.join(folder, os.path.basename(plain) + ".json"), "w") as file:
            json.dump(found, file, indent=4)


def main(path, endpoint, bucket, folder):
    config = oci.config.from_file(path)
    storage = oci.object_storage.ObjectStorageClient(config, service_endpoint=endpoint)
    network = oci.core.VirtualNetworkClient(config, service_endpoint=endpoint)
    enricher = Enricher(storage, network)
    namespace = storage.get_namespace().data
    listed = storage.list_objects(namespace, bucket).data.objects
    with tempfile.TemporaryDirectory() as work, \
            concurrent.futures.ThreadPoolExecutor(3) as pool:
        jobs = {pool.submit(enricher.do_object, bucket, item.name, folder, work): item
                for item in listed if item.name.endswith(".log.gz")}
        for job in concurrent.futures.as_completed(jobs):
            if job.exception():
                print(f"lost: {jobs[job].name}: {job.exception()!r}", file=sys.stderr)


main(*sys.argv[1:])
