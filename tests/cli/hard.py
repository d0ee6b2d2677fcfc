"""Names and values that are hard on formats, and whether a reader gives them back.

hard.py make: writes subnets.json, a dump whose names are hard; log, records that
hold the same texts in data.x, while each second one lacks what can be absent; and
lists.json, security lists of such names, whose rules have such descriptions.
hard.py want FIELD...: what the cells of these fields must be, each record a JSON
array of texts, numbers, and null for what is absent.
hard.py same FILE: compares such arrays on stdin with those of FILE, says where
they differ, and how many there were.
hard.py cells <TABLE.html: the cells of each row as a JSON array.
hard.py columns [NAME...] <TABLE.csv: the same of these columns, read by Python.
"""

import csv
import html.parser
import io
import json
import sys

HARD = [
    "plain", "a,b", 'a"b', '"', '""', '"a" b', "a\nb", "\n", "a\r\nb", "a\rb", "a\tb",
    "\t", "a\\b", "\\", "a\\tb", "\\N", "null", "NULL", "NA", "true", "B\u00fcro \U0001f600",
    " a ", "=1+1", "+1", "-1", "@SUM(1)", "007", "1e3", "1,5", "10.0.1.5", "2026-11-01",
    "1/2", "'x'", "#c", "</script>", "<b>&amp;&#38;", "${x}", "`id`", "$(id)", ";", "|",
    "a|b", "\\|", "\x01\x1f\x7f", "\u2028\u0085", "0x10", "Infinity", "nan",
    "_x_ **y** ~~s~~ [z](u) ![i](j) <http://h>", "# h", "https://h/x www.h.org a@b.c", "  two  ", "- l", "1. l", "> q", "\ufeffa",
    "|---|", "---", "'; DROP TABLE x; --", "%s%n", "a" * 3000,
]
FIELDS = {
    "start": lambda n, name: 1793491200 + n,
    "source_port": lambda n, name: 40000 + n,
    "bytes": lambda n, name: 2**53 - 1 - n,
    "sourceAddress": lambda n, name: f"10.0.{n}.5",
    "subnet_name": lambda n, name: name,
    "data.x": lambda n, name: name,
}
ALWAYS = ("sourceAddress", "subnet_name")


def dump(name, values):
    with open(name, "w", encoding="utf-8") as file:
        json.dump(values, file)


def make():
    subnets, lists = [], []
    with open("log", "w", encoding="utf-8") as log:
        for n, name in enumerate(HARD):
            ocid = f"ocid1.subnet.oc1..s{n:03}"
            subnets.append({
                "id": ocid, "displayName": name, "vcnId": "ocid1.vcn.oc1..v",
                "compartmentId": "ocid1.compartment.oc1..c",
                "ipv4CidrBlocks": [f"10.0.{n}.0/24"], "securityListIds": []})
            rule = {"protocol": "6", "source": f"10.{n}.0.0/16",
                    "sourceType": "CIDR_BLOCK", "description": name,
                    "isStateless": False}
            lists.append({
                "id": f"ocid1.securitylist.oc1..l{n:03}", "displayName": name,
                "vcnId": "ocid1.vcn.oc1..v", "ingressSecurityRules": [rule, rule],
                "egressSecurityRules": []})
            data = {"action": "ACCEPT", "sourceAddress": f"10.0.{n}.5"}
            oracle = {"vnicsubnetocid": ocid, "ingestedtime": "2026-11-01T12:00:00Z"}
            for more in ({"startTime": 1793491200 + n, "sourcePort": 40000 + n,
                          "bytesOut": 2**53 - 1 - n, "x": name}, {}):
                print(json.dumps({"data": {**data, **more}, "oracle": oracle}), file=log)
    dump("subnets.json", subnets)
    dump("lists.json", lists)


def want(*fields):
    for n, name in enumerate(HARD):
        print(json.dumps([FIELDS[field](n, name) for field in fields]))
        print(json.dumps([FIELDS[field](n, name) if field in ALWAYS else None
                          for field in fields]))


def rows_of(file):
    return [json.loads(line, strict=False) for line in file.read().split("\n") if line]


def same(path):
    with open(path, encoding="utf-8") as file:
        wanted = rows_of(file)
    came = rows_of(sys.stdin)
    for row, cells in zip(wanted, came):
        if row != cells:
            print("wanted", ascii(row), "came", ascii(cells))
    print(len(came), "of", len(wanted))


class Cells(html.parser.HTMLParser):
    """The texts of the cells of a table, but for its head."""

    def __init__(self):
        super().__init__()
        self.rows, self.cell = [], None

    def handle_starttag(self, tag, attrs):
        if tag == "tr":
            self.rows.append([])
        elif tag == "td":
            self.cell = ""

    def handle_endtag(self, tag):
        if tag == "td":
            self.rows[-1].append(self.cell)
            self.cell = None

    def handle_data(self, data):
        if self.cell is not None:
            self.cell += data


def cells():
    reader = Cells()
    reader.feed(sys.stdin.read())
    reader.close()
    for row in reader.rows:
        if row:
            print(json.dumps(row))


def columns(*names):
    for row in csv.DictReader(io.StringIO(sys.stdin.read(), newline="")):
        print(json.dumps([row[name] for name in names]))


if __name__ == "__main__":
    # bytes as they are: no line end is turned into another
    sys.stdin = io.TextIOWrapper(sys.stdin.buffer, encoding="utf-8", newline="")
    {"make": make, "want": want, "same": same, "cells": cells,
     "columns": columns}[sys.argv[1]](*sys.argv[2:])
