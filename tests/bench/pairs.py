"""Who sent how much to whom, by other programs: for each source, destination and
protocol the number of accepted records, packets and bytes.

That is what Miller, DuckDB and jq make of the flow logs themselves, and nfdump of
NetFlow of the same records, in files of its own form: 48 bytes a record that need
no parsing. "vcnflow --conversations" finds more (which side began, the service's
port, both ways in one line); what it says of pairs must be the same, and is looked
at first.
"""

import collections
import gzip
import ipaddress
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import time

import peers
from peers import Differs

MILLER = r"""
if ($data["action"] == "ACCEPT") {
  @records[$data["sourceAddress"]][$data["destinationAddress"]][$data["protocol"]] += 1;
  @packets[$data["sourceAddress"]][$data["destinationAddress"]][$data["protocol"]]
    += $data["packets"];
  @bytes[$data["sourceAddress"]][$data["destinationAddress"]][$data["protocol"]]
    += $data["bytesOut"];
}
end {
  emitp (@records, @packets, @bytes), "source", "destination", "protocol";
}
"""

JQ = r"""
reduce (inputs.data | select(.action == "ACCEPT")) as $flow ({};
  "\($flow.sourceAddress) \($flow.destinationAddress) \($flow.protocol)" as $key
  | getpath([$key]) as $old
  | setpath([$key]; [$old[0] + 1, $old[1] + $flow.packets, $old[2] + $flow.bytesOut]))
| to_entries[] | "\(.key) \(.value[0]) \(.value[1]) \(.value[2])"
"""

DUCKDB = """
SET threads = 2;
COPY (
  SELECT data.sourceAddress, data.destinationAddress, data.protocol, count(*),
    sum(data.packets), sum(data.bytesOut)
  FROM read_json('{name}.gz', format = 'newline_delimited', columns = {{
    'data': 'STRUCT(action VARCHAR, sourceAddress VARCHAR,
                    destinationAddress VARCHAR, protocol INTEGER, packets BIGINT,
                    bytesOut BIGINT)'}})
  WHERE data.action = 'ACCEPT' GROUP BY ALL
) TO '/dev/stdout' (FORMAT csv, DELIMITER ' ', HEADER false);
"""


def miller(bench, name):
    return (f"exec mlr --ijsonl --gzin --onidx --ofs space put -q '{MILLER}' "
            f"{name}.gz")


def jq(bench, name):
    return f"gzip -dc {name}.gz | jq -nr '{JQ}'"


def duckdb(bench, name):
    statement = DUCKDB.format(name=name).replace("'", "'\\''")
    return f"exec '{peers.REAL_PYTHON}' -c 'import duckdb, sys; duckdb.sql(sys.argv[1])' " \
           f"'{statement}'"


def nfdump(bench, name):
    return (f"exec nfdump -q -N -R nfdump.{name} -A srcip,dstip,proto "
            "-o 'fmt:%sa %da %pr %fl %pkt %byt'")


# By name: what it needs, and its line for sh.
PEERS = {
    "miller": (("mlr",), miller),
    "jq": (("jq",), jq),
    "duckdb-python": ((peers.REAL_DUCKDB,), duckdb),
    "nfdump": (("nfdump", "nfcapd"), nfdump),
}


def line(peer, bench, name):
    return bench.line(PEERS[peer][1](bench, name))


# ---- NetFlow -----------------------------------------------------------------

PACKET = 30         # records
RECORD = struct.Struct(">4s4s4xHHIIIIHHxBBB8x")
HEADER = struct.Struct(">HHIIIIBBH")
BURST = 20          # packets, which the socket can hold
PAUSES = (0.002, 0.02, 0.1)  # s after them; longer ones if packets were lost


def netflow(path):
    """Packets of NetFlow 5 of the accepted records."""
    records = []
    with gzip.open(path, "rb") as log:
        for text in log:
            data = json.loads(text)["data"]
            if data["action"] != "ACCEPT":
                continue
            records.append(RECORD.pack(
                ipaddress.IPv4Address(data["sourceAddress"]).packed,
                ipaddress.IPv4Address(data["destinationAddress"]).packed, 0, 0,
                data["packets"], data["bytesOut"], 0, 0, data["sourcePort"],
                data["destinationPort"], 0, data["protocol"], 0))
    for at in range(0, len(records), PACKET):
        part = records[at:at + PACKET]
        yield HEADER.pack(5, len(part), 0, int(time.time()), 0, at, 0, 0, 0) + \
            b"".join(part)


def make_nfdump(bench, name, pause):
    """The folder of nfdump's files for NAME.gz, made by its own collector."""
    folder = bench.path(f"nfdump.{name}")
    shutil.rmtree(folder, ignore_errors=True)
    making = folder + ".new"
    shutil.rmtree(making, ignore_errors=True)
    os.makedirs(making)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as chosen:
        chosen.bind(("127.0.0.1", 0))
        port = chosen.getsockname()[1]
    collector = subprocess.Popen(
        ["nfcapd", "-b", "127.0.0.1", "-p", str(port), "-y", "-B", "8000000", "-w",
         making], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(1)
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        for number, packet in enumerate(netflow(bench.path(name + ".gz"))):
            sender.sendto(packet, ("127.0.0.1", port))
            if number % BURST == 0:
                time.sleep(pause)
    time.sleep(1)
    collector.send_signal(signal.SIGTERM)
    collector.wait()
    os.rename(making, folder)


# ---- the same output ---------------------------------------------------------


def sums_of(bench, text):
    """What a line for sh prints, as sums of each pair and protocol."""
    done = subprocess.run(["sh", "-c", text], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, check=True)
    sums = {}
    for row in done.stdout.decode().splitlines():
        source, destination, protocol, *counts = row.split()
        sums[source, destination, number_of(protocol)] = tuple(map(int, counts))
    return sums


def number_of(protocol):
    """nfdump names those that it knows."""
    return protocol if protocol.isdigit() else \
        str(socket.getprotobyname(protocol.lower()))


def our_sums(bench, name):
    done = subprocess.run(
        ["sh", "-c", bench.flow(f"--conversations -a accept {name}.gz")],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True)
    sums = collections.defaultdict(lambda: [0, 0, 0])
    for text in done.stdout.splitlines():
        one = json.loads(text)
        for way, ends in (("out", (one["local"], one["peer"])),
                          ("in", (one["peer"], one["local"]))):
            if one[way]["records"] > 0:
                total = sums[(*ends, str(one["protocol"]))]
                for index, count in enumerate(one[way].values()):
                    total[index] += count
    return {key: tuple(total) for key, total in sums.items()}


def check(bench, name):
    """Raises Differs unless each program that is there says what vcnflow does."""
    ours = our_sums(bench, name)
    for peer in PEERS:
        if not all(map(peers.is_there, PEERS[peer][0])):
            continue
        for pause in PAUSES if peer == "nfdump" else (None,):
            if pause:
                make_nfdump(bench, name, pause)
            if sums_of(bench, line(peer, bench, name)) == ours:
                break
        else:
            raise Differs(f"the sums of {peer} are not those of vcnflow")
