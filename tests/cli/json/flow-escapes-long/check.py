import json
import os
import sys

sys.path.insert(0, os.environ["TESTS"] + "/cli")

import builds  # noqa: E402
import flows  # noqa: E402

KEPT = 'a"b\\c\x01\t'


def spelled(text):
    return "".join("\\u%04x" % ord(c) for c in text)


def line(number, subnet="s", protocol="6"):
    return (
        '{"data":{"action":"ACCEPT","protocol":"%s"},"oracle":{"n":%d,'
        '"vnicsubnetocid":"%s"},%s:[1]}\n'
        % (protocol, number, subnet, json.dumps(KEPT))
    )


builds.write_json("in.json", [builds.subnet(1)])
assert builds.run("vcnmeta build -o net.lut in.json".split()).returncode == 0
known = builds.subnet(1)["id"]
lines = [
    line(0, known),
    line(1, spelled(known)),
    line(2, spelled("s" * 1000)),
    line(3, "s" * 2000),
    line(4, "s" * 2000),
    line(5, spelled("s" * 2000)),
    line(6, "s" * 2001),
    line(7, known, spelled("6")),
    line(8, known, spelled("6" * 2000)),
    line(9, known, "6" * 2000),
]
done = flows.run("-m", "net.lut", "-k", KEPT, "--stats=stats",
                 data="".join(lines).encode())
assert done.returncode == 0 and not done.stderr, done
out = [json.loads(text) for text in done.stdout.splitlines()]
print([value["oracle"]["n"] for value in out])
print(all(value[KEPT] == [1] for value in out))
with open("stats", encoding="utf-8") as file:
    stats = json.load(file)
print(stats["records_unknown_subnet"], stats["unknown_subnets"])
done = flows.run("-p", "tcp", data="".join(lines).encode())
print([json.loads(t)["oracle"]["n"] for t in done.stdout.splitlines()])
