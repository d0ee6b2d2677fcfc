"""Every odd record the contract speaks of, and every way to break a line.

Each function takes a random.Random and a clean record (a dict, in the key
order that was drawn) and returns the bytes of one line or one unit, without a
line feed. ODD are well-formed or bad by their content; BROKEN are no JSON.
"""

import json
import re

FIELDS = ("action", "bytesOut", "destinationAddress", "destinationPort",
          "endTime", "flowid", "packets", "protocol", "protocolName",
          "sourceAddress", "sourcePort", "startTime", "status", "version")
ORACLE = ("compartmentid", "ingestedtime", "loggroupid", "logid", "tenantid",
          "vniccompartmentocid", "vnicocid", "vnicsubnetocid")
TOP = ("id", "time", "source", "specversion", "type", "data", "oracle")
SIX = ("8222:91f5:88bb:2bf0:94a:e71b:65d3:4bd7", "fd12:3456:0::1", "::1", "::",
       "2603:c020:1:200::abcd", "fe80::1%eth0", "::ffff:10.0.0.1", "1::2::3",
       "2603:C020:0:300:0:0:0:5", "1:2:3:4:5:6:7::", "12345::", ":1", "1:2:3",
       "::10.0.0.1", "1:2:3:4:5:6:1.2.3.4", "::1.2.3", "1:2:3:4:5:6:7:8:9")
FOUR = ("10.0.0.01", "10.0.0", "10.0.0.256", "18.162.xx.130", " 10.0.0.1",
        "10.0.0.1 ", "10.0.0.1/32", "0.0.0.0", "255.255.255.255", "", "-",
        "172.15.255.255", "172.16.0.0", "172.31.255.255", "172.32.0.0",
        "192.168.255.255", "192.169.0.0", "9.255.255.255", "11.0.0.0",
        "100.64.1.1", "010.1.1.1", "1.2.3.4.5", "1e1.1.1.1", "+1.1.1.1",
        "\u0661.1.1.1", "10.0.0.1\u0000", "host.example")
NUMBERS = ("18446744073709551616", "-1", "1.5", "1e3", "0", "-0", "255", "256",
           "6.0", "6e0", "60e-1", "1E+2", "9" * 400, "0." + "3" * 400,
           "1e400", "-1e-400", "4294967302")
STRANGE = ("null", "true", "false", "[1]", "{}", "[]", '"443"', '"6"', '"N/A"',
           '""', '"tcp"', '{"a":[{"b":null}]}', '"6 "', '"6x"')
TIMES = ("2026-08-10T00:00:00Z", "2026-08-10T00:00:00.000Z",
         "2026-08-09T23:59:59.999999999Z", "2026-08-10T02:00:00+02:00",
         "2026-08-09T18:29:59.9-05:30", "2026-08-09T23:59:60Z",
         "2026-08-10T00:00:00.1234567890Z", "2026-08-10T00:00:00", "", "now",
         "2026-02-30T00:00:00Z", "2026-08-10T24:00:00Z", "2026-8-1T0:0:0Z",
         "2024-02-29T12:00:00.5Z", "2023-02-29T12:00:00Z", "-",
         "2026-08-10T00:00:00.Z", "2026-08-10T00:00:00-00:00",
         "2026-08-10T00:00:00+24:00", "2026-08-10T00:00:00+0200",
         "2026-08-10T00:00:00.684031044Z", "1786320000", "2026-08-10",
         "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z",
         "2026-08-10T00:60:00Z", "2026-08-10T00:00:61Z", "\u06612026")
SUBNETS = ("", "x", "ocid1.subnet.oc1.iad.x y", "ocid1.subnet.\u00e4",
           "ocid1.vcn.oc1.iad.aaaa", "ocid1.subnet.\"quoted\"",
           "ocid1.subnet." + "a" * 240, "ocid1.subnet." + "a" * 241,
           "ocid1.subnet.oc1.iad.unknown-1_2", "OCID1.SUBNET.oc1.iad.a",
           "ocid1.subnet.a\nb", "ocid1.subnet.\u0000")


class Raw(str):
    """JSON text that stands as it is."""


def text_of(value, comma=",", colon=":"):
    """JSON of dicts, lists, plain values and Raw."""
    if isinstance(value, Raw):
        return str(value)
    if isinstance(value, dict):
        inside = comma.join(json.dumps(name, ensure_ascii=False) + colon
                            + text_of(each, comma, colon)
                            for name, each in value.items())
        return "{" + inside + "}"
    if isinstance(value, list):
        return "[" + comma.join(text_of(each, comma, colon)
                                for each in value) + "]"
    return json.dumps(value, ensure_ascii=False)


def encode(value):
    return text_of(value).encode("utf-8", "surrogatepass")


def _shuffled(rng, thing):
    names = list(thing)
    rng.shuffle(names)
    return {name: thing[name] for name in names}


# ---- odd but well-formed ---------------------------------------------------


def clean(rng, record):
    return encode(record)


def ipv6(rng, record):
    for name in ("sourceAddress", "destinationAddress"):
        if rng.random() < 0.7:
            record["data"][name] = rng.choice(SIX)
    return encode(record)


def ipv4(rng, record):
    name = rng.choice(("sourceAddress", "destinationAddress"))
    record["data"][name] = rng.choice(FOUR)
    return encode(record)


def no_data(rng, record):
    """NODATA and SKIPDATA: nulls, absent keys, or an exporter's dashes."""
    status = rng.choice(("NODATA", "SKIPDATA"))
    record["type"] = "com.oraclecloud.vcn.flowlogs.QualityEvent." + status
    filler = rng.choice((None, "", "-", Ellipsis))
    kept = ("endTime", "startTime", "status", "version")
    for name in FIELDS:
        if name not in kept:
            record["data"][name] = filler
        if filler is Ellipsis and name not in kept:
            del record["data"][name]
    record["data"]["status"] = status
    return encode(record)


def strange_action(rng, record):
    record["data"]["action"] = rng.choice(
        (Raw("1"), "accept", "ACCEPT ", "ALLOW", "reject", True, ["ACCEPT"],
         None, "", "-", {}, Raw('"\\u0041CCEPT"'), Raw('"\\u002d"'),
         Raw('"REJ\\u0045CT"'), "--", " "))
    return encode(record)


def null_field(rng, record):
    where, names = rng.choice((("data", FIELDS), ("oracle", ORACLE), ("", TOP)))
    (record[where] if where else record)[rng.choice(names)] = None
    return encode(record)


def missing_field(rng, record):
    where, names = rng.choice((("data", FIELDS), ("oracle", ORACLE), ("", TOP)))
    (record[where] if where else record).pop(rng.choice(names), None)
    return encode(record)


def strange_field(rng, record):
    where, names = rng.choice((("data", FIELDS), ("oracle", ORACLE), ("", TOP)))
    value = rng.choice(STRANGE + NUMBERS)
    (record[where] if where else record)[rng.choice(names)] = Raw(value)
    return encode(record)


def strange_number(rng, record):
    for name in ("protocol", "destinationPort", "bytesOut"):
        if rng.random() < 0.5:
            record["data"][name] = Raw(rng.choice(NUMBERS + STRANGE))
    return encode(record)


def strange_protocol(rng, record):
    record["data"]["protocol"] = rng.choice(
        (0, 1, 58, 132, 255, 256, 47, "6", "17", "1", "58", "-6", "", " 6",
         Raw('"\\u0036"'), "six", 41, 4, 50, 51))
    return encode(record)


def strange_time(rng, record):
    for where, name in ((record, "time"), (record["oracle"], "ingestedtime")):
        if rng.random() < 0.8:
            where[name] = rng.choice(TIMES)
    for name in ("startTime", "endTime"):
        record["data"][name] = rng.choice(
            (1786320000, 1786319999, "1786320000", "1786320001", None, "", "x",
             Raw("1786320000.0"), Raw("1.78632e9"), "1786320000.5", True, 0,
             "2026-08-10T00:00:00Z", 1786320000000, " 1786320000"))
    if rng.random() < 0.2:
        record["time"] = Raw('"2026-08-10T00:00:00\\u005a"')
    return encode(record)


def strange_subnet(rng, record):
    if rng.random() < 0.2:
        record["oracle"]["vnicsubnetocid"] = Raw(rng.choice(STRANGE))
    elif rng.random() < 0.5:
        record["oracle"]["vnicsubnetocid"] = rng.choice(SUBNETS)
    else:
        tail = rng.randrange(40)
        record["oracle"]["vnicsubnetocid"] = f"ocid1.subnet.oc1.iad.gone{tail}"
    return encode(record)


def escaped(rng, record):
    """Keys and values spelled with \\u escapes mean what they spell."""
    def spell(found):
        inside = found.group(1)
        if "\\" in inside or rng.random() < 0.7:
            return found.group(0)
        at = rng.randrange(len(inside)) if inside else 0
        hexed = f"{ord(inside[at]):04x}" if inside else ""
        hexed = hexed.upper() if rng.random() < 0.5 else hexed
        middle = "\\u" + hexed if inside else ""
        return '"' + inside[:at] + middle + inside[at + 1:] + '"'
    return re.sub(r'"([^"]*)"', spell, text_of(record)).encode()


def escapes(rng, record):
    """Every kind of escape, surrogate pairs too, in carried values."""
    nasty = rng.choice(('"\\ud83d\\ude00"',
                        '"\\uD800\\uDC00 \\/\\b\\f\\n\\r\\t"',
                        '"\\u0000\\u001f\\\\"', '"\\"\\\\\\""', '"\\uffff"'))
    record["oracle"]["odd\u00e9\U0001f600"] = Raw(nasty)
    record["data"]["protocolName"] = Raw(nasty)
    record["extra"] = Raw(nasty)
    return encode(record)


def duplicate(rng, record):
    """A repeated key: the last one counts."""
    where = rng.choice(("data", "oracle", ""))
    text = text_of(record[where] if where else record)
    name = rng.choice(FIELDS if where == "data" else
                      ORACLE if where == "oracle" else TOP)
    value = rng.choice(STRANGE + ('"ACCEPT"', '"REJECT"', '"10.0.0.7"', "6"))
    if name in ("data", "oracle") and rng.random() < 0.8:
        value = text_of(record[name]).replace("ACCEPT", "REJECT")
    key = json.dumps(name)
    if rng.random() < 0.2:
        key = f'"\\u{ord(name[0]):04x}{name[1:]}"'
    extra = f"{key}:{value}"
    text = ("{" + extra + "," + text[1:] if rng.random() < 0.5
            else text[:-1] + "," + extra + "}")
    if where:
        record[where] = Raw(text)
        text = text_of(record)
    return text.encode()


def shuffled(rng, record):
    record["data"] = _shuffled(rng, record["data"])
    record["oracle"] = _shuffled(rng, record["oracle"])
    return encode(_shuffled(rng, record))


def data_last(rng, record):
    record["data"] = record.pop("data")
    record["data"]["action"] = record["data"].pop("action")
    return encode(record)


def spaced(rng, record):
    """White space between tokens, of every kind but line feeds."""
    comma, colon = rng.choice(
        ((", ", ": "), (" ,", " :"), (",\t", ":"), (",", ":\r"),
         (" , ", "\t: "), (", ", ":")))
    text = text_of(record, comma, colon).encode()
    ends = (b"", b" ", b"\t")
    return rng.choice(ends) + text + rng.choice(ends)


def extra_members(rng, record):
    """Members that --keep may name, and our own output keys."""
    record["x"] = rng.choice((1, [1, {"a": [], "b": {}}], {"deep": {"er": 1}}))
    record["ключ"] = "значение"
    record["security_lists"] = ["not ours"]
    record["traffic_direction"] = "north"
    record["data"]["traffic_type"] = "odd"
    return encode(record)


def inner_duplicates(rng, record):
    record["oracle"] = Raw(text_of(record["oracle"])[:-1]
                           + ',"logid":"a","logid":"b","":1,"":2}')
    return encode(record)


def other_type(rng, record):
    record["type"] = rng.choice(
        ("com.oraclecloud.networkfirewall.traffic", "com.oraclecloud.vcn.flow",
         "com.oraclecloud.dns.private.resolver", "", "x",
         "com.oraclecloud.vcn.flowlogs.", "com.oraclecloud.vcn.flowlogs",
         "COM.oraclecloud.vcn.flowlogs.DataEvent", None, Raw("7"), Raw("[]"),
         Raw('"com.oraclecloud.vcn.flow\\u006cogs.DataEvent"')))
    return encode(record)


def not_a_record(rng, record):
    return rng.choice((
        b"{}", b"1", b'"text"', b"null", b"true", b'{"data":{}}', b"-0.5e7",
        b'{"oracle":{}}', b'{"data":{},"oracle":{}}',
        b'{"data":[],"oracle":{}}',
        b'{"data":{},"oracle":null}', b'{"logContent":null}',
        b'{"data":"x","oracle":"y"}', b'{"data":{"logContent":1},"oracle":{}}'))


def deep(rng, record):
    """Nesting at and past the limit: 128 levels, the record is level 1."""
    levels = rng.choice((125, 126, 127, 128, 129, 2000))
    bracket = rng.choice(("[]", "{}"))
    if bracket == "[]":
        text = "[" * levels + "]" * levels
    else:
        text = '{"a":' * (levels - 1) + "{}" + "}" * (levels - 1)
    where = rng.choice(("oracle", "data", ""))
    (record[where] if where else record)["deep"] = Raw(text)
    return wrap_rarely(rng, encode(record))


def wrap_rarely(rng, text):
    return wrapped_text(rng, text) if rng.random() < 0.3 else text


def wrapped_text(rng, text):
    """logContent, or data.logContent, around a record's text."""
    inner = b'"datetime":1786102470000,"logContent":' + text
    if rng.random() < 0.3:
        inner = b'"logContent":' + text + b',"datetime":1786102470000'
    if rng.random() < 0.4:
        return b'{"data":{' + inner + b"}}"
    return b"{" + inner + b',"regionId":"us-ashburn-1"}'


def wrapped(rng, record):
    return wrapped_text(rng, encode(record))


def wrapped_oddly(rng, record):
    text = encode(record)
    return rng.choice((
        b'{"logContent":' + text + b',"logContent":5}',
        b'{"logContent":5,"logContent":' + text + b"}",
        b'{"log\\u0043ontent":' + text + b"}",
        b'{"data":{"logContent":"x"},"logContent":' + text + b"}",
        b'{"logContent":{"logContent":' + text + b"}}",
        b'{"data":{"logContent":' + text + b'},"logContent":{}}',
        text[:-1] + b',"logContent":7}', text[:-1] + b',"logContent":{}}',
        text[:-1] + b',"logContent":[]}'))


def search_line(rng, record):
    """A whole search document on one line, some rows bad."""
    rows = []
    for number in range(rng.randrange(4)):
        record["id"] = f"row{number}"
        row = encode(record)
        rows.append(rng.choice((
            wrapped_text(rng, row), wrapped_text(rng, row), row, row,
            b"[" + row + b"]", b"7", b'{"data":{"results":[' + row + b"]}}")))
    text = b'{"data":{"results":[' + b",".join(rows) + b"]"
    return text + b',"fields":[{"field-name":"a"}],"summary":{"count":3}}}'


def array_line(rng, record):
    """An array as one of several lines."""
    elements = []
    for number in range(rng.randrange(5)):
        record["id"] = f"element{number}"
        text = encode(record)
        elements.append(rng.choice((
            text, text, text, wrapped_text(rng, text), b"[" + text + b"]",
            b"17", b"[]", b"null", b'"x"', text[:-1] + b',"a":01}',
            search_line(rng, dict(record)))))
    return b"[" + rng.choice((b",", b", ")).join(elements) + b"]"


def array_broken(rng, record):
    good = encode(record)
    return rng.choice((
        b"[" + good + b"," + good[:-1] + b"]," + good + b"]",
        b"[" + good + b"," + good[:-9],
        b"[" + good + b"] x", b"[" + good + b"]" + good,
        b"[" + good + b",}," + good + b"]", b"[" + good + b",,]",
        b"[" + good + b",]", b"[," + good + b"]", b"[" + good + b"]]",
        b"[" + good + b":" + good + b"]", b"[" + good + b'"x"]'))


ODD = (ipv6, ipv4, no_data, strange_action, null_field, missing_field,
       strange_field, strange_number, strange_protocol, strange_time,
       strange_subnet, escaped, escapes, duplicate, shuffled, data_last, spaced,
       extra_members, inner_duplicates, other_type, not_a_record, deep, wrapped,
       wrapped_oddly)
LINES_ONLY = (search_line, array_line, array_broken)


# ---- no JSON ---------------------------------------------------------------

_BAD_VALUES = (b"01", b"+1", b".5", b"1.", b"1e", b"1e+", b"0x1", b"NaN", b"-",
               b"Infinity", b"-Infinity", b"tru", b"nul", b"True", b"None",
               b"word", b"truefalse", b"1 2", b"--1", b"1.e1", b"05", b"5x",
               b'"\\q"', b'"\\uZZZZ"', b'"\\u12"', b'"\\U0041"', b"'a'", b"",
               b'"a" "b"', b"{,}", b"[,]", b"[1,]", b'{"a":1,}', b'{"a"}',
               b'{"a" 1}', b"{1:2}", b'{"a":}', b"[1 2]", b"[1:2]", b"\\",
               b'"\x00"', b'"\x1f"', b'"\x01"', b'"a\tb"', b"\x00", b"\x0b",
               b"/**/1", b"\xc2\xa0", b"\xef\xbb\xbf1", b"nullnull")
_BAD_UTF8 = (b"\xff", b"\xc0\x80", b"\xc3", b"\xed\xa0\x80", b"\xed\xb0\x80",
             b"\xf4\x90\x80\x80", b"\x80", b"\xe2\x82", b"\xf0\x80\x80\x80",
             b"\xc1\xbf", b"\xe0\x80\xaf", b"\xfe", b"\xf8\x88\x80\x80\x80")
_SURROGATES = (b"\\ud800", b"\\udc00", b"\\udfff x", b"\\ud800\\ud800",
               b"\\uD83Dx", b"\\ud83d\\n", b"\\ude00\\ud83d", b"\\ud83d\\u0041",
               b"\\ud83d\\", b"\\uDBFF")
_PLACES = (re.compile(rb'"protocol":(\d+)'), re.compile(rb'"packets":(\d+)'),
           re.compile(rb'"specversion":("1\.0")'),
           re.compile(rb'"tenantid":("[^"]*")'),
           re.compile(rb'"sourceAddress":("[^"]*")'),
           re.compile(rb'"version":("2")'), re.compile(rb'"source":("-")'))


def _with_value(rng, text, value):
    found = rng.choice(_PLACES).search(text)
    if value and rng.random() < 0.3:  # deeper, where nothing looks
        value = b'{"a":[' + value + b"]}"
    return text[:found.start(1)] + value + text[found.end(1):]


def bad_value(rng, record):
    return _with_value(rng, encode(record), rng.choice(_BAD_VALUES))


def bad_utf8(rng, record):
    value = b'"' + rng.choice(_BAD_UTF8) + b'"'
    if rng.random() < 0.2:
        text = encode(record)
        return text[:-1] + b"," + value + b":1}"
    return _with_value(rng, encode(record), value)


def lone_surrogate(rng, record):
    value = b'"' + rng.choice(_SURROGATES) + b'"'
    if rng.random() < 0.2:
        return encode(record)[:-1] + b"," + value + b":1}"
    return _with_value(rng, encode(record), value)


def bad_ending(rng, record):
    text = encode(record)
    return rng.choice((
        text + b"x", text + b"\x00", text + text, text + b"}", text + b"]",
        text + b",", text[:-1], text[:-2], text + b" 1", text + b"\\",
        b"x" + text, b"\x00", b"\x00" + text, b"}" + text, b'"' + text,
        text + b'"', text[:-1] + b",}", text[:-1] + b"]", b"," + text,
        text.replace(b":", b"", 1), text.replace(b",", b"", 1),
        text.replace(b'"', b"", 1), text.replace(b"{", b"[", 1),
        text.replace(b"}", b"]", 1), text.replace(b'":"', b'""', 1),
        text.replace(b'","', b'";"', 1), text + b"//", b"\xef\xbb\xbf" + text,
        b"Null:" + text))


def cut(rng, record):
    text = encode(record)
    return text[:rng.randrange(1, len(text))]


def mutated(rng, record):
    """One to three random edits; most break the line, some do not."""
    text = bytearray(encode(record))
    for _ in range(rng.randrange(1, 4)):
        at = rng.randrange(len(text))
        piece = rng.choice(b'{}[]",:\\ \t0a-.eu/\x00\x7f\xc3\xa9')
        edit = rng.randrange(3)
        if edit == 0:
            text[at] = piece
        elif edit == 1:
            text.insert(at, piece)
        else:
            del text[at]
    return bytes(text)


BROKEN = (bad_value, bad_utf8, lone_surrogate, bad_ending, cut, mutated)
