"""What compare.py judges: inputs, and the options they are run with."""

from typing import NamedTuple

import generate
import oddities

MAXIMUM = 4096      # --max-record of the subjects with long lines


class Subject(NamedTuple):
    """An input and the options it is run with."""

    name: str
    argv: tuple
    data: object        # bytes, or a function that makes them
    also: tuple = ()    # further checks: see compare.py

    def made(self):
        """With its bytes made."""
        return self._replace(data=self.data())


# Options, and further checks, of the subjects of mixed lines.
_LINES = (
    ("", ("shards", "damaged", "several")),
    ("-a all -k data,time,id", ("shards",)),
    ("-a reject -l ids", ()),
    ("-p tcp,17 -d ingress", ()),
    ("-t internal --internal ula,cgnat", ()),
    ("-t external --internal =vcn,192.168.0.0/16 -l none", ()),
    ("-s 2026-08-10 -u 2026-08-20T12:00:00+02:00", ()),
    ("--time-field event -s 2026-08-10T00:00:00Z -a all -l none", ()),
    ("--time-field start -s @1786320000 -u 2026-08-20 -l none", ()),
    ("--time-field end -u 2026-08-25T10:00:00 -a all -l ids", ()),
    ("--now 2026-09-01T00:00:00Z -s 21d12h -u now", ()),
    ("--format array -l ids", ("several",)),
    ("--format array -a all -l none -t internal", ()),
    ("--list-subnets", ()),
    ("--list-subnets -m none -a all", ()),
    ("-m none -a all -k type", ()),
    ("--ignore-bad -k x,ключ,missing,type,data,extra", ()),
    ("-d none,egress -a all --internal rfc1918,2603:c020::/32 -l ids", ()),
    ("-p icmp,icmpv6,IPv6,gre,0,255,ipv4 -a all", ()),
    ("-z -l ids", ()),
    ("--strict -l none", ()),
)
_RUNS = ("", "-a all -k data,x,time,extra -l ids", "--ignore-bad -l none")


def all_of(world, count, seed):
    """Yields every subject; their data are made when they are wanted."""
    yield from _mixed(world, count, seed)
    yield from _special_lines(world, count, seed)
    yield from _runs(world, count, seed)


def _mixed(world, count, seed):
    for number, (options, also) in enumerate(_LINES):
        def make(number=number, options=options):
            broken = 0.0005 if "--strict" in options else 0.08
            odd = 0.0 if "--strict" in options else 0.3
            mine = seed * 1000 + number
            lines = generate.mixed_lines(world, count, mine, odd, broken)
            return generate.join_lines(
                [generate.clean_line(world, mine)] + lines, mine,
                bom=number % 5 == 4, crlf=(0.0, 0.0, 0.3, 1.0)[number % 4],
                final=number % 3 != 2)
        yield Subject(f"lines {number} {options}", tuple(options.split()),
                      make, also)


def _special_lines(world, count, seed):
    mine = seed * 1000 + 100

    def longest():
        return generate.join_lines(
            generate.long_lines(world, count // 4, mine, MAXIMUM), mine,
            crlf=0.5)

    def arrays_first():
        mixer = generate.Mixer(world, mine + 1)
        kinds = oddities.LINES_ONLY
        lines = [mixer.unit(odd=kinds) for _ in range(count // 4)]
        array = oddities.array_line(mixer.rng, mixer.flows.record())
        return generate.join_lines([array] + lines, mine)

    def blank():
        return b"\n \n\t\r\n\r\n   "

    yield Subject("long lines", ("--max-record", str(MAXIMUM), "-l", "none"),
                  longest, ("shards",))
    yield Subject("array first", ("--framing", "ndjson", "-l", "ids"),
                  arrays_first, ("shards",))
    yield Subject("blank lines", (), blank)
    yield Subject("one line", (), lambda: generate.clean_line(world, mine))
    yield Subject("clean lines", (), lambda: generate.join_lines(
        generate.mixed_lines(world, count, mine + 2, 0, 0), mine),
                  ("shards", "damaged"))


def _runs(world, count, seed):
    shapes = {
        "array in a line": lambda n, s: generate.array(world, n, s, "line"),
        "array of lines": lambda n, s: generate.array(world, n, s, "lines"),
        "pretty array": lambda n, s: generate.array(world, n, s, "pretty"),
        "broken array of lines":
            lambda n, s: generate.array(world, n, s, "lines", True),
        "broken pretty array":
            lambda n, s: generate.array(world, n, s, "pretty", True),
        "pretty values": lambda n, s: generate.pretty_values(world, n, s),
        "tabbed values":
            lambda n, s: generate.pretty_values(world, n, s, step=b"\t"),
        "documents": lambda n, s: generate.documents(world, n, s, "pretty"),
        "mixed documents":
            lambda n, s: generate.documents(world, n, s, "mixed"),
        "lines as a run": lambda n, s: lines_as_run(world, n, s),
    }
    for number, (name, shape) in enumerate(shapes.items()):
        options = _RUNS[number % len(_RUNS)]
        if name == "lines as a run":
            options = "--framing json -l none"
        yield Subject(f"{name} {options}", tuple(options.split()),
                      lambda shape=shape, number=number:
                      shape(count, seed * 1000 + 200 + number))


def lines_as_run(world, count, seed):
    """NDJSON read as a run of values."""
    mixer = generate.Mixer(world, seed)
    return generate.join_lines(
        [mixer.unit(broken=generate.RUN_BROKEN) for _ in range(count)], seed)
