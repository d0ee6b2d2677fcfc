"""Holds athena.sql, bigquery.json, opensearch.json and duckdb.sql of
contrib/consumers against conversations: names in their order, values of the types."""

import datetime
import ipaddress
import json
import os
import re
import sys

FOLDER = os.path.join(os.environ["ROOT"], "contrib", "consumers")


def text_of(name):
    with open(os.path.join(FOLDER, name), encoding="utf-8") as file:
        return re.sub(r"(?m)^--.*\n", "", file.read())


def is_instant(value):
    datetime.datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ")
    return True


def is_address(value):
    return bool(ipaddress.ip_address(value))


def is_whole(low, high):
    return lambda value: type(value) is int and low <= value <= high


def is_text(value):
    return isinstance(value, str)


def is_array(value):
    return isinstance(value, list) and all(map(is_whole(0, 65535), value))


WHOLE = {"tinyint": (0, 2**7 - 1), "smallint": (0, 2**15 - 1), "int": (0, 2**31 - 1),
         "bigint": (0, 2**63 - 1), "UTINYINT": (0, 2**8 - 1),
         "USMALLINT": (0, 2**16 - 1), "BIGINT": (0, 2**63 - 1),
         "INTEGER": (0, 2**63 - 1), "short": (0, 2**15 - 1),
         "integer": (0, 2**31 - 1), "long": (0, 2**63 - 1)}
OTHER = {"string": is_text, "STRING": is_text, "VARCHAR": is_text, "keyword": is_text,
         "TIMESTAMP": is_instant, "date": is_instant, "ip": is_address,
         "array<int>": is_array, "USMALLINT[2]": is_array, "JSON": is_array}


def fits(kind, value):
    if isinstance(kind, dict):
        return list(kind) == list(value) and all(
            fits(kind[name], value[name]) for name in kind)
    if value is None:
        return True
    if isinstance(value, list) and kind in WHOLE:  # of arrays OpenSearch says no more
        return all(fits(kind, each) for each in value)
    return OTHER[kind](value) if kind in OTHER else is_whole(*WHOLE[kind])(value)


def athena():
    found = re.findall(r"(?m)^  `(\w+)` (.*?),?$", text_of("athena.sql"))
    return {name: struct(kind, r"<(.*)>$", ":") for name, kind in found}


def duckdb():
    columns = re.search(r"columns = \{(.*?)\}\)", text_of("duckdb.sql"), re.S)[1]
    found = re.findall(r"'?(\w+)'?: '([^']*)'", columns)
    return {name: struct(kind, r"\((.*)\)$", " ") for name, kind in found}


def struct(kind, inside, between):
    if not kind.lower().startswith("struct"):
        return kind
    members = re.search(inside, kind)[1].split(",")
    return dict(member.strip().split(between) for member in members)


def bigquery(fields=None):
    return {each["name"]: bigquery(each["fields"]) if "fields" in each else each["type"]
            for each in fields or json.loads(text_of("bigquery.json"))}


def opensearch(properties=None):
    properties = properties or json.loads(
        text_of("opensearch.json"))["template"]["mappings"]["properties"]
    return {name: opensearch(each["properties"]) if "properties" in each
            else each["type"] for name, each in properties.items()}


with open(sys.argv[1], encoding="utf-8") as talk:
    lines = [json.loads(line) for line in talk]
for table in (athena, duckdb, bigquery, opensearch):
    kinds = table()
    bad = [line for line in lines
           if list(line) != list(kinds) or
           not all(fits(kinds[name], line[name]) for name in kinds)]
    print(table.__name__, len(kinds), len(lines), bad[:1])
