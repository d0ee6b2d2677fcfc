"""Instants as whole nanoseconds since 1970 (contract, section 3)."""

import datetime
import re
import time

SECOND = 1_000_000_000
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_DATE = r"(\d{4})-(\d\d)-(\d\d)"
_CLOCK = r"(\d\d):(\d\d)(?::(\d\d)(?:\.(\d+))?)?"
_ZONE = r"([zZ]|[+-]\d\d:\d\d)"
_RECORD = re.compile(_DATE + r"[Tt](\d\d):(\d\d):(\d\d)(?:\.(\d{1,9}))?"
                     + _ZONE, re.ASCII)
_OPTION = re.compile(_DATE + r"(?:[Tt ]" + _CLOCK + _ZONE + "?)?", re.ASCII)
_TERM = (r"(\d+) *(?:([smhdw])|(second|sec|minute|min|hour|day|week)s?)"
         r"(?![a-z])")
_SPAN = re.compile(rf"{_TERM}(?: *{_TERM})*", re.ASCII)
_AGO = re.compile(_TERM + " *ago", re.ASCII)
_EPOCH_DAY = datetime.date(1970, 1, 1).toordinal()


def utc_text(seconds):
    """RFC 3339 in UTC."""
    when = datetime.datetime.fromtimestamp(seconds, datetime.timezone.utc)
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def _instant(year, month, day, hour, minute, second, fraction, zone):
    """None where there is no such time."""
    hour, minute, second = int(hour or 0), int(minute or 0), int(second or 0)
    if hour > 23 or minute > 59 or second > 60:
        return None
    try:
        days = datetime.date(int(year), int(month), int(day)).toordinal()
    except ValueError:
        return None
    seconds = (days - _EPOCH_DAY) * 86400
    seconds += hour * 3600 + minute * 60 + second
    if zone and zone not in "zZ":
        hours, minutes = int(zone[1:3]), int(zone[4:6])
        if hours > 23 or minutes > 59:
            return None
        offset = hours * 3600 + minutes * 60
        seconds -= offset if zone[0] == "+" else -offset
    return seconds * SECOND + int(((fraction or "") + "0" * 9)[:9])


def of_record(text):
    """What a record's RFC 3339 text says, or None."""
    found = _RECORD.fullmatch(text)
    return _instant(*found.groups()) if found else None


def of_epoch(text, is_number):
    """What seconds since 1970 say, or None; only a number may have a sign."""
    form = r"-?\d{1,19}" if is_number else r"\d{1,19}"
    if not re.fullmatch(form, text, re.ASCII) or abs(int(text)) >= 1 << 63:
        return None
    return int(text) * SECOND


def _midnight(now):
    day = 86400 * SECOND
    return now // day * day


def of_option(text, now):
    """What TIME on the command line says; raises ValueError."""
    fixed = {"now": now, "today": _midnight(now),
             "yesterday": _midnight(now) - 86400 * SECOND}
    if text in fixed:
        return fixed[text]
    if text.startswith("@"):
        return int(text[1:]) * SECOND
    if _SPAN.fullmatch(text) or _AGO.fullmatch(text):
        parts = re.findall(_TERM, text, re.ASCII)
        return now - SECOND * sum(int(n) * _UNITS[letter or name[0]]
                                  for n, letter, name in parts)
    found = _OPTION.fullmatch(text)
    instant = _instant(*found.groups()) if found else None
    if instant is None:
        raise ValueError(f"no time: {text!r}")
    return instant


def of_bound(text, now):
    """The same of what records are compared with, which are in nanoseconds."""
    more = re.search(r"\.\d{9}(\d+)", text, re.ASCII)
    return of_option(text, now) + (more is not None and int(more[1]) > 0)


def clock():
    return time.time_ns()
