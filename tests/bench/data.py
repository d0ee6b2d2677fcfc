"""What is measured on: records of 1,000 VNICs in 64 subnets; lookup files.

    records.log, .gz      at least 1 GB of records, plain and as gzip -6
    object.log, .gz       the first fifth of them
    large/, small/        a fifth of them 8 times, and 64 objects, all gzip -6
    shuffled.log, .gz     a tenth, the members in another order each time
    one.log               a single record
    ordered.log, .gz      those of shuffled.log, as they were
    talks.log, .gz        who talks to whom again and again (talks.py)
    talk.log, .gz         the first fifth of them
    tiny/, tiny.gz        20,000 objects of 16 KB each, and all in one
    tenancy.log           records of connections (tenancy.py)

    net.lut               the 64 subnets, with one or two lists of 3 to 15
                          rules, made from the dumps beside it
    talks.lut             the same subnets, with rules for talks.log
    heavy.lut             the same, one subnet having five lists of 400 rules
    SUBNETS.lut           so many subnets, the 64 among them
    full.lut              the tenancy, with all rules that the service takes
    many.lut              1,000,000 subnets with a VNIC each, 100,000 rules
"""

import base64
import gzip
import hashlib
import json
import multiprocessing
import os
import random
import shutil
import subprocess
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(os.path.dirname(HERE), "reference"))

import talks  # noqa: E402
import tenancy  # noqa: E402
from world import Flows, World, dumps  # noqa: E402

SEED = 7
PARTS = 5        # of records.log
LARGE = 8        # objects
SMALL = 64
TINY = 20_000
TINY_SIZE = 108_000  # inflated
MIB = 1 << 20
HEAVY_LISTS = 5
HEAVY_RULES = 400
TENANCY = 800_000  # records
MANY = 1_000_000   # subnets, VNICs
MANY_LISTS, MANY_RULES = 500, 200


class Network(World):
    """The network of the tests, but no subnet has more than two lists, and
    the dumps name all subnets."""

    def __init__(self):
        super().__init__(SEED)
        for subnet in self.subnets:
            del subnet["lists"][2:]

    def known_subnets(self):
        return self.subnets


# ---- records ---------------------------------------------------------------


def write_records(path, seed, size):
    """Whole lines, size bytes of them and the rest of the last one."""
    flows = Flows(Network(), seed)
    with open(path, "wb", buffering=MIB) as file:
        while size > 0:
            line = flows.line() + b"\n"
            file.write(line)
            size -= len(line)


def shuffled(line, rng):
    """The same record, the members of its objects in disorder."""
    def disorder(thing):
        if not isinstance(thing, dict):
            return thing
        members = list(thing.items())
        rng.shuffle(members)
        return {name: disorder(value) for name, value in members}
    return json.dumps(disorder(json.loads(line)),
                      separators=(",", ":")).encode() + b"\n"


def _shuffle(folder, source, size):
    """Lines of source, until there are size bytes of them."""
    rng = random.Random(SEED)
    paths = [os.path.join(folder, name)
             for name in ("shuffled.log", "ordered.log")]
    with open(source, "rb") as lines, open(paths[0], "wb") as file, \
            open(paths[1], "wb") as same:
        for line in lines:
            if file.tell() >= size:
                break
            file.write(shuffled(line, rng))
            same.write(line)
    for path in paths:
        compress(path, path + ".gz")


def compress(path, target):
    """gzip -6, which is what the service connector's objects look like."""
    with open(path, "rb") as source, open(target, "wb") as file:
        subprocess.run(["gzip", "-6"], stdin=source, stdout=file, check=True)


def _part(folder, number, size):
    path = os.path.join(folder, f"part{number}.log")
    write_records(path, f"{SEED}.{number}", size)
    compress(path, path + ".gz")


def _join(paths, target):
    with open(target, "wb") as file:
        for path in paths:
            with open(path, "rb") as source:
                shutil.copyfileobj(source, file, MIB)


def _small_object(path, source, begin, size):
    """Some lines of source, from about begin on."""
    with open(source, "rb") as file:
        file.seek(begin)
        file.readline()
        text = file.read(size) + file.readline()
    with open(path, "wb") as target:
        subprocess.run(["gzip", "-6"], input=text, stdout=target, check=True)


def _small_objects(folder, source, scale):
    """64 objects of 2 to 16 MiB times scale, in no order of size."""
    sizes = [int((2 + 14 * number / (SMALL - 1)) * MIB * scale)
             for number in range(SMALL)]
    random.Random(SEED).shuffle(sizes)
    os.mkdir(os.path.join(folder, "small"))
    for number, size in enumerate(sizes):
        path = os.path.join(folder, "small", f"{number:02}.log.gz")
        _small_object(path, source, sum(sizes[:number]), size)


def _talk_part(path, begin, end):
    """Some minutes of talks."""
    told = talks.Talks(Network(), SEED)
    with open(path, "wb", buffering=MIB) as file:
        for minute in range(begin, end):
            file.writelines(told.minute(minute))


def _make_talks(folder, pool, scale):
    """talks.log and talk.log, which is its first part."""
    minutes = int(talks.SPAN * scale) // PARTS
    parts = [os.path.join(folder, f"talk{number}.log")
             for number in range(PARTS)]
    pool.starmap(_talk_part, [(path, number * minutes, (number + 1) * minutes)
                              for number, path in enumerate(parts)], 1)
    whole = os.path.join(folder, "talks.log")
    first = os.path.join(folder, "talk.log")
    _join(parts, whole)
    os.rename(parts[0], first)
    for path in parts[1:]:
        os.remove(path)
    pool.starmap(compress, [(path, path + ".gz") for path in (whole, first)],
                 1)


def _tiny_objects(folder, source, begin, end):
    """What a connector writes in a quiet tenancy: objects of about 16 KB."""
    size = os.path.getsize(source)
    with open(source, "rb") as file:
        for number in range(begin, end):
            file.seek(number * TINY_SIZE % (size - 2 * TINY_SIZE))
            file.readline()
            text = file.read(TINY_SIZE) + file.readline()
            with open(os.path.join(folder, "tiny", f"{number:05}.log.gz"),
                      "wb") as tiny:
                tiny.write(gzip.compress(text, 6, mtime=0))


def _make_tiny(folder, source, pool, scale):
    """tiny and tiny.gz, which is all of it one after another."""
    count = int(TINY * scale)
    os.mkdir(os.path.join(folder, "tiny"))
    pool.starmap(_tiny_objects, [
        (folder, source, begin, min(begin + 500, count))
        for begin in range(0, count, 500)], 1)
    names = sorted(os.listdir(os.path.join(folder, "tiny")))
    _join([os.path.join(folder, "tiny", name) for name in names],
          os.path.join(folder, "tiny.gz"))


def make_records(folder, scale):
    """All but the lookup files; scale 1 is 1 GB."""
    whole = os.path.join(folder, "records.log")
    parts = [os.path.join(folder, f"part{number}.log")
             for number in range(PARTS)]
    with multiprocessing.Pool(2) as pool:
        pool.starmap(_part, [(folder, number, int(200 * MIB * scale))
                             for number in range(PARTS)], 1)
        _join(parts, whole)
        works = [pool.apply_async(compress, (whole, whole + ".gz")),
                 pool.apply_async(_small_objects, (folder, whole, scale)),
                 pool.apply_async(_shuffle, (
                     folder, whole, max(100 * scale, 20) * MIB)),
                 pool.apply_async(tenancy.write_records, (
                     os.path.join(folder, "tenancy.log"),
                     tenancy.Tenancy(SEED), SEED, int(TENANCY * scale)))]
        for work in works:
            work.get()
        _make_talks(folder, pool, scale)
        _make_tiny(folder, whole, pool, scale)
    os.mkdir(os.path.join(folder, "large"))
    for number in range(LARGE):
        os.link(parts[number % PARTS] + ".gz",
                os.path.join(folder, "large", f"{number}.log.gz"))
    for suffix in ("", ".gz"):
        os.rename(parts[0] + suffix,
                  os.path.join(folder, "object.log" + suffix))
    for path in parts[1:]:
        os.remove(path)
        os.remove(path + ".gz")
    write_records(os.path.join(folder, "one.log"), SEED, 1)


# ---- lookup files ----------------------------------------------------------


def build(vcnmeta, target, paths):
    """vcnmeta build."""
    subprocess.run([vcnmeta, "build", "-q", "-o", target, *paths], check=True)


def write_dumps(folder, network):
    """The files of the 64 subnets; returns their paths."""
    paths = []
    for name, text in dumps(network).items():
        paths.append(os.path.join(folder, name))
        with open(paths[-1], "w", encoding="utf-8") as file:
            file.write(text)
    return paths


def _further_subnet(number, lists):
    """Number 0 and so on up to 2**20 get a network of 16 addresses each."""
    digest = base64.b32encode(hashlib.sha256(b"%d" % number).digest())
    ids = lists[number % len(lists)]
    if number % 2:
        ids += '","' + lists[number // len(lists) % len(lists)]
    return (f'{{"id":"ocid1.subnet.oc1.iad.aaaaaaaa'
            f'{digest[:52].decode().lower()}","cidr-block":"10.'
            f'{number >> 12}.{number >> 4 & 255}.{(number & 15) * 16}/28",'
            f'"display-name":"more-{number}","security-list-ids":'
            f'["{ids}"]}}\n')


def write_further(path, count, network):
    """So many subnets besides the 64, one a line."""
    lists = [each["id"] for each in network.lists]
    with open(path, "w", encoding="utf-8", buffering=MIB) as file:
        for number in range(count):
            file.write(_further_subnet(number, lists))


def _heavy_rule(number, side):
    return {"description": f"rule {number}, which says what it is for",
            "is-stateless": False, "protocol": "6",
            side: f"147.{number // 250}.{number % 250}.0/24",
            side + "-type": "CIDR_BLOCK",
            "tcp-options": {"destination-port-range":
                            {"min": 1024 + number, "max": 1030 + number}}}


def write_heavy(path, network):
    """Five lists of 400 rules, and a subnet of the 64 that names them."""
    lists = []
    for number in range(HEAVY_LISTS):
        half = HEAVY_RULES // 2
        lists.append({
            "id": f"ocid1.securitylist.oc1.iad.heavy{number}",
            "display-name": f"heavy {number}",
            "ingress-security-rules":
                [_heavy_rule(each, "source") for each in range(half)],
            "egress-security-rules":
                [_heavy_rule(each, "destination") for each in range(half)]})
    subnet = network.subnets[0]
    subnet["lists"] = [each["id"] for each in lists]
    with open(path, "w", encoding="utf-8") as file:
        json.dump(lists, file)


def _many_lists():
    """The lists, whose rules are all different."""
    return [{
        "id": f"ocid1.securitylist.oc1.iad.many{number:03}",
        "display-name": f"many {number}",
        "ingress-security-rules": [
            tenancy.tcp("source", f"10.{number % 256}.{each}.0/24",
                        1024 + 100 * number + each)
            for each in range(MANY_RULES)],
        "egress-security-rules": []} for number in range(MANY_LISTS)]


def make_many(folder, vcnmeta):
    """many.lut: VCNs of 4,096 subnets of 16 addresses."""
    lists = os.path.join(folder, "many.json")
    things = os.path.join(folder, "many.ndjson")
    with open(lists, "w", encoding="utf-8") as file:
        json.dump(_many_lists(), file)
    with open(things, "w", encoding="utf-8", buffering=MIB) as file:
        for number in range(MANY):
            tail = hashlib.sha256(b"%d" % number).hexdigest()[:52]
            subnet = f"ocid1.subnet.oc1.iad.aaaaaaaa{tail}"
            block = f"10.{number >> 8 & 15}.{number & 255}"
            file.write(
                f'{{"id":"{subnet}","cidr-block":"{block}.0/28",'
                f'"display-name":"many-{number}",'
                f'"vcn-id":"ocid1.vcn.oc1.iad.many{number >> 12}",'
                '"security-list-ids":["ocid1.securitylist.oc1.iad.many'
                f'{number % MANY_LISTS:03}"]}}\n'
                f'{{"ip-address":"{block}.2","subnet-id":"{subnet}",'
                f'"vnic-id":"ocid1.vnic.oc1.iad.aaaaaaaa{tail}"}}\n')
    build(vcnmeta, os.path.join(folder, "many.lut"), [lists, things])
    os.remove(things)


def make_full(folder, vcnmeta):
    """full.lut"""
    inside = os.path.join(folder, "full")
    os.mkdir(inside)
    build(vcnmeta, os.path.join(folder, "full.lut"), tenancy.write_dumps(
        inside, tenancy.Tenancy(SEED, is_full=True)))


def make_lookups(folder, vcnmeta, counts):
    """All of the lookup files; one with so many subnets for each count."""
    network = Network()
    dumps_folder = os.path.join(folder, "dumps")
    os.mkdir(dumps_folder)
    known = write_dumps(dumps_folder, network)
    build(vcnmeta, os.path.join(folder, "net.lut"), known)
    told = os.path.join(folder, "talks")
    os.mkdir(told)
    build(vcnmeta, os.path.join(folder, "talks.lut"),
          write_dumps(told, talks.permit(Network())))
    further = os.path.join(folder, "further.ndjson")
    for count in counts:
        write_further(further, count - len(network.subnets), network)
        build(vcnmeta, os.path.join(folder, f"{count}.lut"),
              known + [further])
        os.remove(further)
    heavy = os.path.join(folder, "heavy")
    os.mkdir(heavy)
    lists = os.path.join(heavy, "heavy.json")
    write_heavy(lists, network)
    build(vcnmeta, os.path.join(folder, "heavy.lut"),
          write_dumps(heavy, network) + [lists])
    make_full(folder, vcnmeta)
    make_many(folder, vcnmeta)
