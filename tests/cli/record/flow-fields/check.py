import json
import os
import sys

sys.path.insert(0, os.environ["TESTS"] + "/cli")

import flows  # noqa: E402

FIVE = ("destinationAddress", "destinationPort", "protocol", "protocolName",
        "sourceAddress")
RECORD = {
    "data": {
        "action": '"ACCEPT"', "bytesOut": "1000", "destinationAddress":
        '"10.0.0.2"', "destinationPort": "443", "endTime": "1777593660",
        "flowid": '"f"', "packets": "9", "protocol": "6", "protocolName":
        '"TCP"', "sourceAddress": '"8.8.8.8"', "sourcePort": "50000",
        "startTime": "1777593600", "status": '"OK"', "version": '"2"',
    },
    "oracle": {
        "compartmentid": '"c"', "ingestedtime": '"2026-05-01T00:00:00Z"',
        "loggroupid": '"g"', "logid": '"l"', "tenantid": '"t"',
        "vniccompartmentocid": '"v"', "vnicocid": '"o"',
        "vnicsubnetocid": '"s"',
    },
    "id": '"i"', "source": '"-"', "specversion": '"1.0"',
    "time": '"2026-05-01T00:00:00Z"',
    "type": '"com.oraclecloud.vcn.flowlogs.DataEvent"',
}
ODD = ["18446744073709551616", "-1", "-0", "1.5", "1e3", '"443"', "null",
       "true", "[1]", "{}", "6.0", '"6"', '"06"', '" 6"', "6e0",
       "1" * 400, "-0." + "7" * 400 + "E-400", "0." + "0" * 400 + "1"]


def text_of(record):
    parts = [
        '"%s":%s' % (key, text_of(value) if isinstance(value, dict) else value)
        for key, value in record.items()
    ]
    return "{" + ",".join(parts) + "}"


def changed(path, value):
    """RECORD with another value in a place; None: without it."""
    record = {
        key: dict(inner) if isinstance(inner, dict) else inner
        for key, inner in RECORD.items()
    }
    holder = record[path[0]] if len(path) > 1 else record
    if value is None:
        del holder[path[-1]]
    else:
        holder[path[-1]] = value
    return record


def verdict_of(path, value):
    if path in (("data",), ("oracle",)):
        return "bad"
    return "no_data" if path == ("data", "action") else "emitted"


def judge(record, verdict, *options):
    line = text_of(record).encode() + b"\n"
    done = flows.run("--stats=stats", *options, data=line)
    with open("stats", encoding="utf-8") as file:
        stats = json.load(file)
    stats.update(stats.pop("filtered"))
    told = (options, line, verdict, done, stats)
    if stats[verdict] != 1 or stats["records"] != 1:
        print("another verdict:", *told)
    if done.returncode != (verdict == "bad") or done.stderr:
        print("exit status, stderr:", *told)
    if (verdict == "emitted") != bool(done.stdout):
        print("output:", *told)
    for name in FIVE if verdict == "emitted" else ():
        value = record["data"].get(name, '"N/A"')
        if '"%s":%s,' % (name, value) not in done.stdout.decode():
            print(name, "is not", value, ":", *told)
    if verdict == "emitted":
        if not done.stdout.endswith(
            (',"oracle":' + text_of(record["oracle"]) + "}\n").encode()
        ):
            print("oracle:", *told)


# one by one missing and null (F27)
paths = [(key,) for key in RECORD]
paths += [(key, name) for key in ("data", "oracle") for name in RECORD[key]]
for path in paths:
    for value in (None, "null"):
        judge(changed(path, value), verdict_of(path, value))
# odd values of the numbers, with and without a filter (F25, F26)
for value in ODD:
    for name in ("destinationPort", "sourcePort", "protocol"):
        judge(changed(("data", name), value), "emitted")
    six = "emitted" if value == '"6"' else "protocol"
    judge(changed(("data", "protocol"), value), six, "-p", "6")
judge(RECORD, "emitted", "-p", "tcp")
judge(RECORD, "protocol", "-p", "0,1,17,255")
for value in ("05", "5x"):
    judge(changed(("data", "protocol"), value), "bad")
for status in ("NODATA", "SKIPDATA"):
    record = changed(("data", "action"), None)
    record["data"]["status"] = '"%s"' % status
    judge(record, "no_data")
    judge(record, "emitted", "-a", "all")
