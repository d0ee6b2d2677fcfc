"""Who talked to whom: a statement of its own, for comparison.

summed() gives the lines of "vcnflow --conversations" for records of a world of
rules.py, as bytes, and how the records were counted.
"""

import collections
import datetime
import json

import rules

MOST = 2**63 - 1
_BEGINNERS = {"permitted": "sender", "denied": "sender", "reply": "other",
              "late_reply": "other"}
_SIDES = {("sender", "egress"): "local", ("sender", "ingress"): "peer",
          ("other", "egress"): "peer", ("other", "ingress"): "local"}


def _text_of(address):
    if address.version == 6 and address.ipv4_mapped is not None:
        return f"::ffff:{address.ipv4_mapped}"
    return str(address)


def _count(value):
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        return 0
    return value


def _seconds(value):
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        return None
    return value


def _instant(seconds):
    if seconds is None:
        return None
    epoch = datetime.datetime(1970, 1, 1)
    return (epoch + datetime.timedelta(seconds=seconds)).isoformat() + "Z"


class Line:
    """The sums under one key."""

    def __init__(self):
        self.sums = {"in": [0, 0, 0], "out": [0, 0, 0]}
        self.clients = []
        self.firsts, self.lasts = [], []

    def member(self, way):
        return dict(zip(("records", "packets", "bytes"),
                        [min(each, MOST) for each in self.sums[way]]))


def _sides(way, judging):
    """(address, port) of the local side and of the peer."""
    sides = [(judging.source, judging.ports[0]),
             (judging.destination, judging.ports[1])]
    return sides if way == "egress" else sides[::-1]


def _place(world, record, per):
    """(key, client port, way) of a record, or None: it is left out."""
    data = record["data"]
    judged = rules.judge(world, record)
    judging = rules.Judging(world, record)
    way = judging.direction
    if judged is None or way is None or judging.source is None or \
            judging.destination is None:
        return None
    (local, local_port), (peer, peer_port) = _sides(way, judging)
    has_ports = judging.protocol in (6, 17) and \
        None not in (local_port, peer_port)
    beginner = _BEGINNERS.get(judged["verdict"]) or judging.ports_say()
    began = _SIDES.get((beginner, way))
    client = None
    if not has_ports:
        local_port = peer_port = None
    elif began == "local":
        client, local_port = local_port, None
    elif began == "peer":
        client, peer_port = peer_port, None
    key = (record["oracle"]["vnicsubnetocid"], record["oracle"]["vnicocid"],
           _text_of(local), _text_of(peer), judging.protocol, local_port,
           peer_port, began, data["action"])
    if per is not None:
        start = _seconds(data.get("startTime"))
        key = (None if start is None else start - start % per, *key)
    return key, client, way


def _order(key):
    """Texts as bytes, numbers as numbers, null first."""
    return [(part is not None,
             part.encode() if isinstance(part, str) else part or 0)
            for part in key]


def _line(key, line):
    out = {}
    if len(key) == 10:
        out["period"] = _instant(key[0])
        key = key[1:]
    for name, value in zip(("subnet", "vnic", "local", "peer", "protocol",
                            "local_port", "peer_port"), key):
        out[name] = value
    out["client_ports"] = [min(line.clients), max(line.clients)] \
        if line.clients else None
    out["began"], out["action"] = key[7:]
    out["in"], out["out"] = line.member("in"), line.member("out")
    out["first"] = _instant(min(line.firsts, default=None))
    out["last"] = _instant(max(line.lasts, default=None))
    return json.dumps(out, separators=(",", ":")).encode() + b"\n"


def summed(world, records, per=None):
    """(the output, counts)"""
    lines = collections.defaultdict(Line)
    counts = collections.Counter()
    for record in records:
        data = record["data"]
        if data.get("action") in (None, "", "-"):
            counts["no_data"] += 1
            continue
        place = _place(world, record, per)
        if place is None:
            counts["left_out"] += 1
            continue
        counts["emitted"] += 1
        key, client, way = place
        line = lines[key]
        if client is not None:
            line.clients.append(client)
        sums = line.sums["in" if way == "ingress" else "out"]
        for i, more in enumerate((1, _count(data.get("packets")),
                                  _count(data.get("bytesOut")))):
            sums[i] += more
        for times, name in ((line.firsts, "startTime"),
                            (line.lasts, "endTime")):
            seconds = _seconds(data.get(name))
            if seconds is not None:
                times.append(seconds)
    counts["conversations"] = len(lines)
    return b"".join(_line(key, lines[key])
                    for key in sorted(lines, key=_order)), counts
