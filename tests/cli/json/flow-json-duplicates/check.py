"""Keys repeated in any order among the others: the last one counts."""

import json
import random
import os
import sys

sys.path.insert(0, os.environ["TESTS"] + "/cli")

import flows  # noqa: E402

TYPE = "com.oraclecloud.vcn.flowlogs.DataEvent"
DATA = [("action", "ACCEPT"), ("sourceAddress", "10.0.0.1"), ("protocol", 6),
        ("destinationAddress", "8.8.8.8"), ("destinationPort", 1),
        ("protocolName", "TCP")]
MORE = [("action", "REJECT"), ("action", "ACCEPT"), ("sourceAddress", "9.9.9.9"),
        ("protocol", 17), ("destinationAddress", "10.0.0.3"),
        ("destinationPort", 2), ("protocolName", "UDP")]
TOP = [("type", TYPE), ("type", "com.oraclecloud.other"), ("type", TYPE)]
rng = random.Random(22)


def text_of(pairs):
    return "{" + ",".join(
        json.dumps(key) + ":" + (value if key in ("data", "oracle")
                                 else json.dumps(value))
        for key, value in pairs
    ) + "}"


def inner(pairs, more):
    pairs = pairs + rng.sample(more, rng.randrange(len(more) + 1))
    rng.shuffle(pairs)
    return text_of(pairs)


lines, wanted = [], []
for number in range(3000):
    oracle = inner([("n", number)], [("n", number), ("x", 1), ("x", 2)])
    top = [("data", inner(DATA, MORE)), ("oracle", oracle)]
    top += rng.sample(TOP, 2)
    if rng.random() < 0.5:
        top.append(("data", inner(DATA, MORE)))
    rng.shuffle(top)
    lines.append(text_of(top))
    value = json.loads(lines[-1])
    if value["type"] == TYPE and value["data"]["action"] == "ACCEPT":
        wanted.append(
            (number, {key: value["data"][key] for key, _ in DATA[1:]})
        )
done = flows.run(data="\n".join(lines).encode())
came = []
for line in done.stdout.splitlines():
    value = json.loads(line)
    came.append(
        (value["oracle"]["n"], {key: value[key] for key, _ in DATA[1:]})
    )
if done.returncode or done.stderr or came != wanted or len(came) < 500:
    differing = [pair for pair in zip(came, wanted) if pair[0] != pair[1]]
    print(done.returncode, len(came), len(wanted), differing[:1])
