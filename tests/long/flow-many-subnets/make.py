"""many.json: a million subnets; few.json: those that in.log has."""

import json

COUNT = 1000000
FEW = 100
RECORDS = 300000


def subnet(number):
    return {
        "id": f"ocid1.subnet.oc1.iad.{number:07}",
        "cidr-block": f"10.{number % 200}.{number // 200 % 250}.0/24",
        "security-list-ids": [f"ocid1.securitylist.oc1.iad.{number % 50}"],
    }


def number_of(index):
    return index * (COUNT // FEW) + index


lists = [
    {"id": f"ocid1.securitylist.oc1.iad.{n}", "egress-security-rules": []}
    for n in range(50)
]
with open("many.json", "w", encoding="utf-8") as file:
    for thing in lists:
        print(json.dumps(thing), file=file)
    for number in range(COUNT):
        print(json.dumps(subnet(number)), file=file)
with open("few.json", "w", encoding="utf-8") as file:
    for thing in lists + [subnet(number_of(n)) for n in range(FEW)]:
        print(json.dumps(thing), file=file)
with open("in.log", "w", encoding="utf-8") as file:
    for n in range(RECORDS):
        number = number_of(n * 7919 % FEW)
        file.write(
            '{"data":{"action":"ACCEPT","sourceAddress":"10.%d.%d.9"},'
            '"oracle":{"vnicsubnetocid":"ocid1.subnet.oc1.iad.%07d"}}\n'
            % (number % 200, number // 200 % 250, number)
        )
