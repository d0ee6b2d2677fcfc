"""The targets, one function each, in the order of their numbers.

A row says what is measured against what, and the bound that its figure must
keep. The programs of other makers come in by peers.py.
"""

import functools
import itertools
import os
import re
import statistics
import subprocess
from typing import Callable, NamedTuple

import pairs
import peers
import timing
from timing import Figure


class Bench(NamedTuple):
    """What the rows measure with."""

    records: str   # a folder: data.py says what is in it
    lookups: str
    vcnflow: str
    zlib: str      # vcnflow that inflates with zlib
    rounds: int
    slow_rounds: int  # where another program takes long
    little: int    # megabytes of input, for memory
    much: int

    def path(self, name):
        return os.path.join(self.records, name)

    def lookup(self, name="net.lut"):
        return os.path.join(self.lookups, name)

    def line(self, text):
        """A line for sh, in the folder of the records."""
        return f"cd '{self.records}' && {text}"

    def flow(self, arguments, lookup="net.lut", program=None):
        """A line for sh that runs vcnflow."""
        return self.line(f"exec '{program or self.vcnflow}' -q -m "
                         f"'{self.lookup(lookup)}' {arguments}")

    def inflate(self, program="igzip"):
        return self.line(f"exec {program} -dc records.log.gz")


class Row(NamedTuple):
    """A line of the table."""

    number: str
    what: str
    sign: str       # the figure must be "<=" or ">=" the bound
    bound: float    # or None: there is no target
    unit: str
    needs: tuple    # programs
    measure: Callable[[Bench], Figure]

    @property
    def is_of_others(self):
        """Is it a row whose other program does the same work?"""
        return self.number in ("5", "6a", "6b", "7")

    @property
    def is_of_summers(self):
        """The same of one that sums."""
        return self.number in ("21a", "21b", "21f")

    @property
    def is_of_pairs(self):
        """Is it a row whose other program sums up pairs of addresses?"""
        return self.number[0] == "p"

    def target(self):
        if self.bound is None:
            return "-"
        return f"{'≤' if self.sign == '<=' else '≥'} {self.bound:g}"

    def verdict(self, figure):
        if self.bound is None:
            return ""
        is_met = figure.value <= self.bound if self.sign == "<=" \
            else figure.value >= self.bound
        return "ok" if is_met else "missed"

    def missing(self):
        """What is needed and is not there."""
        return [need for need in self.needs if not peers.is_there(need)]


# ---- 1 to 4: the speed of inflating ----------------------------------------


def gzip_input(bench):
    return timing.ratio(bench.flow("< records.log.gz"), bench.inflate(),
                        bench.rounds)


def beside(bench, busy, inflate):
    """What is left of inflating's speed while a line is run beside it: what
    processors share (memory, caches, sometimes a core) is the same for both."""
    alone, with_it = [], []
    timing.seconds(inflate)
    for _ in range(bench.rounds):
        alone.append(timing.seconds(inflate))
        with timing.repeated(busy):
            with_it.append(timing.seconds(inflate))
    return timing.figure([x / y for x, y in zip(with_it, alone)],
                         statistics.median(with_it) / statistics.median(alone))


def gzip_input_floor(bench):
    """The other half of the work is done by a process that shares nothing."""
    return beside(bench, bench.flow("-j 1 < records.log", lookup="net.lut"),
                  bench.inflate())


def plain_one_thread(bench):
    return timing.ratio(bench.flow("-j 1 < records.log"), bench.inflate(),
                        bench.rounds)


def gzip_one_thread(bench):
    return timing.ratio(bench.flow("-j 1 < records.log.gz"), bench.inflate(),
                        bench.rounds)


def shuffled(bench):
    """What was learnt of other lines does not help here."""
    return timing.ratio(bench.flow("-j 1 < shuffled.log"),
                        bench.line("exec igzip -dc shuffled.log.gz"),
                        bench.rounds)


def small_objects(bench):
    return timing.ratio(bench.flow("-j 2 small"), bench.flow("-j 1 small"),
                        bench.rounds)


def small_objects_floor(bench):
    """Two processes that do half of the objects each, and need not wait for
    each other or keep an order."""
    names = sorted(os.listdir(bench.path("small")))
    halves = [bench.flow("-j 1 " + " ".join(
        f"'small/{name}'" for name in names[part::2])) for part in (0, 1)]
    return timing.ratio(f"({halves[0]}) & ({halves[1]}) & wait",
                        bench.flow("-j 1 small"), bench.rounds)


def large_objects(bench):
    return timing.ratio(bench.flow("-j 2 large"), bench.flow("-j 1 large"),
                        bench.rounds)


def into_pipe(bench):
    """Against what is slower: a pipe of the same bytes, or no pipe."""
    output = bench.path("output.log")
    timing.seconds(bench.flow(f"-o '{output}' < records.log.gz"))
    try:
        piped, pipe, direct = timing.take_turns(
            [bench.flow("< records.log.gz | cat"),
             bench.line("cat output.log | cat"),
             bench.flow("< records.log.gz")], bench.rounds)
    finally:
        os.remove(output)
    floor = max(pipe, direct, key=statistics.median)
    return timing.figure([x / y for x, y in zip(piped, floor)],
                         statistics.median(piped) / statistics.median(floor))


# ---- 14, 15: judging and summing at that speed ------------------------------


def judging(bench):
    """Each record by its subnet's lists."""
    return timing.ratio(bench.flow("-l none --rules < records.log.gz"),
                        bench.inflate(), bench.rounds)


def judging_by_full_lists(bench):
    """Millions of records a second of one processor's user time, where 1,600
    rules apply to each."""
    path = bench.path("tenancy.log")
    with open(path, "rb") as file:
        count = sum(block.count(b"\n")
                    for block in iter(lambda: file.read(1 << 20), b""))
    line = bench.flow("-a all -j 1 -l none --rules < tenancy.log", "full.lut")
    rates = [count / 1e6 / timing.cpu_seconds(line)[0]
             for _ in range(bench.rounds + 1)][1:]
    return timing.figure(rates, statistics.median(rates))


TALKS = "talks.lut"


def summing(bench):
    """Of 200,000 conversations."""
    return timing.ratio(bench.flow("--conversations < talks.log.gz", TALKS),
                        bench.line("exec igzip -dc talks.log.gz"),
                        bench.rounds)


def summing_floor(bench):
    """One input is inflated by one thread, while the other sums. What row 15 has
    besides is its last step, which sorts and writes."""
    return beside(bench, bench.flow("-j 1 --conversations < talks.log", TALKS),
                  bench.line("exec igzip -dc talks.log.gz"))


def summing_cpu(bench):
    """With two threads row 15 is at least half of it: what they share, the last
    step, which sorts and writes, and the part that one input's inflating is of
    it come on top."""
    return timing.cpu_ratio(bench.flow("--conversations < talks.log.gz",
                                       TALKS),
                            bench.line("exec igzip -dc talks.log.gz"),
                            bench.rounds)


def summing_memory(bench):
    line = bench.flow("-j 2 --conversations talks.log.gz", TALKS)
    found = [timing.whole_peak_mib(line) for _ in range(bench.rounds)]
    return timing.figure(found, max(found))


# ---- 22: reading conversations ------------------------------------------------


MILLION = "million.ndjson"


def make_million(bench):
    """A million conversations, hardly any of which are the same: those of all
    records, and as many as are lacking with another peer."""
    path = bench.path(MILLION)
    if os.path.exists(path):
        return
    done = subprocess.run(bench.flow("--conversations records.log.gz"), shell=True,
                          stdout=subprocess.PIPE, check=True)
    lines = done.stdout.splitlines(keepends=True)
    with open(path + ".new", "wb") as file:
        for number in range(1000000):
            line = lines[number % len(lines)]
            if number >= len(lines):
                line = OCTET.sub(
                    lambda octet, more=number // len(lines):
                    b'"peer":"%d.' % ((int(octet[1]) + more) % 223 + 1), line)
            file.write(line)
    os.rename(path + ".new", path)


OCTET = re.compile(rb'"peer":"(\d+)\.')


def rules(bench, arguments):
    """A line for sh that runs vcnrules."""
    program = os.path.join(os.path.dirname(bench.vcnflow), "vcnrules")
    return bench.line(f"exec '{program}' {arguments}")


def report_line(bench):
    return rules(bench, f"report -q -m '{bench.lookup()}' {MILLION}")


def reporting(bench):
    """The time of one processor each."""
    make_million(bench)
    return timing.cpu_ratio(report_line(bench),
                            bench.flow(f"-j 1 --conversations {MILLION}"),
                            bench.rounds)


def reporting_memory(bench):
    make_million(bench)
    found = [timing.whole_peak_mib(report_line(bench))
             for _ in range(bench.rounds)]
    return timing.figure(found, max(found))


def csv(threads):
    """Of the default fields."""
    def measure(bench):
        return timing.ratio(
            bench.flow(f"-j {threads} --format csv < records.log.gz"),
            bench.flow(f"-j {threads} -l none < records.log.gz"),
            bench.rounds)
    return measure


# ---- 16 to 18, 20: single thread, whole time, strange order, tiny objects ---


def gzip_one_thread_floor(bench):
    """As if inflating took as long as igzip, and all else as long as with plain
    input, of which reading is less than inflating."""
    one, plain, other = timing.take_turns(
        [bench.inflate(), bench.flow("-j 1 < records.log"),
         bench.flow("-j 1 < records.log.gz")], bench.rounds)
    del other
    return timing.figure([(x + y) / x for x, y in zip(one, plain)],
                         (statistics.median(one) + statistics.median(plain))
                         / statistics.median(one))


def gzip_cpu(threads):
    """The time of all processors."""
    def measure(bench):
        return timing.cpu_ratio(bench.flow(f"-j {threads} < records.log.gz"),
                                bench.inflate(), bench.rounds)
    return measure


def other_order(threads):
    """The same records, as usual and with their members in disorder."""
    def measure(bench):
        return timing.ratio(bench.flow(f"-j {threads} < shuffled.log.gz"),
                            bench.flow(f"-j {threads} < ordered.log.gz"),
                            bench.rounds)
    return measure


def other_order_floor(bench):
    """What the disorder costs who only inflates."""
    return timing.ratio(bench.line("exec igzip -dc shuffled.log.gz"),
                        bench.line("exec igzip -dc ordered.log.gz"),
                        bench.rounds)


def tiny_objects(bench):
    return timing.ratio(bench.flow("-j 2 tiny"),
                        bench.line("exec igzip -dc tiny.gz"), bench.rounds)


def tiny_objects_cpu(bench):
    return timing.cpu_ratio(bench.flow("-j 2 tiny"),
                            bench.line("exec igzip -dc tiny.gz"),
                            bench.rounds)


def tiny_objects_halves(bench):
    """What two threads are when they share nothing and keep no order."""
    names = sorted(os.listdir(bench.path("tiny")))
    halves = []
    for part in (0, 1):
        with open(bench.path(f"tiny{part}.list"), "w",
                  encoding="ascii") as file:
            file.writelines(f"tiny/{name}\n" for name in names[part::2])
        halves.append(bench.flow(f"-j 1 --files-from tiny{part}.list"))
    try:
        return timing.ratio(f"({halves[0]}) & ({halves[1]}) & wait",
                            bench.line("exec igzip -dc tiny.gz"), bench.rounds)
    finally:
        for part in (0, 1):
            os.remove(bench.path(f"tiny{part}.list"))


def tiny_objects_floor(bench):
    """Opening, reading and closing them, and inflating what is in them."""
    return timing.cpu_ratio(
        bench.line("find tiny -type f -exec cat {} + > /dev/null && "
                   "exec igzip -dc tiny.gz"),
        bench.line("exec igzip -dc tiny.gz"), bench.rounds)


# ---- 5 to 8: others --------------------------------------------------------


def against(peer, name, arguments="", lookup="net.lut", others=None):
    """How much longer another program takes over some input than vcnflow.
    It has been run before: its output was checked."""
    def measure(bench):
        theirs, ours, ratios = [], [], []
        for number in range(bench.rounds):
            if number < bench.slow_rounds:
                theirs.append(timing.seconds(
                    peers.line(peer, bench, name, others)))
            ours.append(timing.seconds(
                bench.flow(f"{arguments} < {name}.gz", lookup)))
            ratios.append(theirs[-1] / ours[-1])
        return timing.figure(ratios, statistics.median(theirs)
                             / statistics.median(ours))
    return measure


def sums_floor(bench):
    """What 21a would be if nothing but inflating took time."""
    return timing.ratio(peers.line("duckdb", bench, "talks.log", peers.SUMMERS),
                        bench.line("exec igzip -dc talks.log.gz"),
                        bench.slow_rounds, warm=False)


def against_pairs(peer, name):
    """The same of sums for pairs of addresses, which --conversations has more
    of."""
    def measure(bench):
        return timing.ratio(pairs.line(peer, bench, name),
                            bench.flow(f"--conversations {name}.gz"),
                            bench.slow_rounds, warm=False)
    return measure


def pair_row(number, what, peer):
    return Row(number, f"{what}, sums for pairs : --conversations", ">=", None, "",
               pairs.PEERS[peer][0], against_pairs(peer, "object.log"))


def compress(program, name):
    def measure(bench):
        source = f"< {name}.gz"
        return timing.ratio(bench.flow(f"-z {source}"),
                            bench.flow(f"{source} | {program} -1 -c"),
                            bench.rounds)
    return measure


# ---- 19: compressed lists ----------------------------------------------------


def compressed_lists(bench):
    """The time of all processors. Why it is what it is says README.md."""
    return timing.cpu_ratio(bench.flow("-z < records.log.gz"),
                            bench.flow("-l none -z < records.log.gz"),
                            bench.rounds)


def compressed_lists_floor(bench):
    """As if lists cost no more than igzip takes to compress them: no reading of
    records, no copying, no order."""
    arguments = {"full.out": "", "none.out": "-l none"}
    paths = {name: bench.path(name) for name in arguments}
    ratios = []
    try:
        for name, path in paths.items():
            timing.seconds(bench.flow(
                f"{arguments[name]} -o '{path}' < object.log.gz"))
        for _ in range(bench.rounds):
            full, none, ours = (sum(timing.cpu_seconds(line)) for line in (
                bench.line("exec igzip -1 -c full.out"),
                bench.line("exec igzip -1 -c none.out"),
                bench.flow("-l none -z < object.log.gz")))
            ratios.append((ours + full - none) / ours)
    finally:
        for path in paths.values():
            if os.path.exists(path):
                os.remove(path)
    return timing.figure(ratios, statistics.median(ratios))


def compressed_lists_size(bench):
    """Bytes, compressed; there is no luck in them."""
    sizes = [int(subprocess.run(
        ["sh", "-c", bench.flow(f"{arguments} -z < object.log.gz") + " | wc -c"],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, check=True).stdout)
        for arguments in ("", "-l none")]
    return Figure(*[sizes[0] / sizes[1]] * 3)


# ---- 9: memory -------------------------------------------------------------


def feed(bench, megabytes):
    """A line for sh that writes so much, once inflated, in many objects."""
    folder = bench.path("small")
    left = megabytes * 1e6 * os.path.getsize(bench.path("object.log.gz")) \
        / os.path.getsize(bench.path("object.log"))
    names = []
    for name in itertools.cycle(sorted(os.listdir(folder))):
        if left <= 0:
            return f"cd '{folder}' && exec cat " + " ".join(names)
        names.append(name)
        left -= os.path.getsize(os.path.join(folder, name))


@functools.cache
def peaks(bench, lookup):
    """In MiB, for little and for much input.

    How many blocks are in flight at the most is a matter of luck, and much
    input has more of it: so little input is tried several times.
    """
    def peak(megabytes):
        return timing.peak_mib([bench.vcnflow, "-q", "-j", "2", "-m",
                                bench.lookup(lookup)], feed(bench, megabytes))
    return (max(peak(bench.little) for _ in range(bench.rounds)),
            peak(bench.much))


def memory(lookup):
    def measure(bench):
        found = peaks(bench, lookup)
        return Figure(max(found), min(found), max(found))
    return measure


def memory_growth(bench):
    """How far the peaks for little and for much input lie apart."""
    growths = [abs(much - little) for little, much in (
        peaks(bench, "net.lut"), peaks(bench, "heavy.lut"))]
    return Figure(max(growths), min(growths), max(growths))


# ---- 10 to 12: the lookup file ---------------------------------------------


def start_up(bench):
    """In milliseconds more than a program that does nothing."""
    vcnflow = [bench.vcnflow, "-q", "-m", bench.lookup("1000.lut"),
               bench.path("one.log")]
    pairs = [(timing.seconds_of(vcnflow), timing.seconds_of(["true"]))
             for _ in range(20 * bench.rounds)]
    ours, nothing = zip(*pairs)
    return timing.figure(
        [1000 * (x - y) for x, y in pairs],
        1000 * (statistics.median(ours) - statistics.median(nothing)))


def opening(name):
    """Two processors check the file."""
    def measure(bench):
        return timing.ratio(bench.flow("one.log", name),
                            f"exec cat '{bench.lookup(name)}'", bench.rounds)
    return measure


def opening_cpu(bench):
    """Both processors' time, and the kernel's."""
    return timing.cpu_ratio(bench.flow("one.log", "many.lut"),
                            f"exec cat '{bench.lookup('many.lut')}'",
                            bench.rounds)


def finding(bench):
    """Without the time that opening the file takes."""
    turns = timing.take_turns(
        [bench.flow(f"-j 1 {name}", lookup)
         for lookup in ("1000000.lut", "100.lut")
         for name in ("records.log", "one.log")], bench.rounds)
    rounds = [(x - y) / (a - b) for x, y, a, b in zip(*turns)]
    x, y, a, b = map(statistics.median, turns)
    return timing.figure(rounds, (x - y) / (a - b))


# ---- 13: zlib --------------------------------------------------------------


def with_zlib(bench):
    return timing.ratio(bench.flow("< records.log.gz", program=bench.zlib),
                        bench.inflate("gzip"), bench.rounds)


ROWS = (
    Row("1", "gzip input : igzip -dc", "<=", 1.10, "", ("igzip",),
        gzip_input),
    Row("1f", "igzip -dc beside plain input, -j 1 : alone", "<=", None, "",
        ("igzip",), gzip_input_floor),
    Row("2a", "plain input, -j 1 : igzip -dc of the same records", "<=", 0.60,
        "", ("igzip",), plain_one_thread),
    Row("2c", "plain, members in another order each time : igzip -dc", "<=",
        None, "", ("igzip",), shuffled),
    Row("3a", "a folder of 64 objects, -j 2 : -j 1", "<=", 0.60, "", (),
        small_objects),
    Row("3f", "half of them each, two processes : one, -j 1", "<=", None, "",
        (), small_objects_floor),
    Row("3b", "a folder of 8 large objects, -j 2 : -j 1", "<=", 0.80, "",
        (), large_objects),
    Row("4", "into a pipe : a pipe of the same bytes, or row 1", "<=", 1.25,
        "", (), into_pipe),
    Row("5", "jq with enrich.jq : vcnflow, a fifth of the input", ">=", 60,
        "", ("jq",), against("jq", "object.log")),
    Row("6a", "the reference in Python : vcnflow, a fifth", ">=", 35, "", (),
        against("reference", "object.log")),
    Row("6b", "enrich.py with Python's json : vcnflow, a fifth", ">=", 35, "",
        (), against("python", "object.log")),
    Row("7", "DuckDB with enrich.sql, 2 threads : vcnflow", ">=", 10, "",
        ("node", "@duckdb/node-api"), against("duckdb", "records.log")),
    Row("8a", "-z : | igzip -1", "<=", 0.9, "", ("igzip",),
        compress("igzip", "records.log")),
    Row("8b", "-z : | gzip -1, a fifth of the input", "<=", 0.25, "", (),
        compress("gzip", "object.log")),
    Row("9a", "peak memory, usual lists", "<=", 48, "MiB", (),
        memory("net.lut")),
    Row("9b", "peak memory, one subnet has 5 lists of 400 rules", "<=", 48,
        "MiB", (), memory("heavy.lut")),
    Row("9c", "peak memory, much input less little", "<=", 2, "MiB", (),
        memory_growth),
    Row("10", "one record, 1,000 subnets, less true", "<=", 5, "ms", (),
        start_up),
    Row("11", "opening a lookup file of 1,000,000 subnets : cat", "<=", 2, "",
        (), opening("1000000.lut")),
    Row("12", "records with 1,000,000 subnets : with 100", "<=", 1.15, "", (),
        finding),
    Row("13", "inflating with zlib : gzip -dc", "<=", 0.6, "", (), with_zlib),
    Row("14", "-l none --rules, gzip input : igzip -dc", "<=", 1.20, "",
        ("igzip",), judging),
    Row("14b", "the same, plain, -j 1: each by 1,600 rules, user time", ">=",
        1, "M/s", (), judging_by_full_lists),
    Row("15", "--conversations, gzip input : igzip -dc", "<=", 1.15, "",
        ("igzip",), summing),
    Row("15c", "the same, time of all processors", "<=", None, "",
        ("igzip",), summing_cpu),
    Row("15f", "igzip -dc beside that with plain input : alone", "<=", None,
        "", ("igzip",), summing_floor),
    Row("15m", "peak memory of 200,000 conversations", "<=", 96, "MiB", (),
        summing_memory),
    Row("15t", "--format csv, gzip input : -l none", "<=", 1.02, "", (),
        csv(2)),
    Row("15u", "the same with -j 1", "<=", None, "", (), csv(1)),
    Row("16", "gzip input, -j 1 : igzip -dc", "<=", 1.25, "", ("igzip",),
        gzip_one_thread),
    Row("16f", "igzip -dc, then plain input, -j 1 : igzip -dc", "<=", None,
        "", ("igzip",), gzip_one_thread_floor),
    Row("17", "gzip input : igzip -dc, time of all processors", "<=", 1.25,
        "", ("igzip",), gzip_cpu(2)),
    Row("17f", "the same with -j 1", "<=", None, "", ("igzip",), gzip_cpu(1)),
    Row("18", "gzip, members in another order each time : usual", "<=", 1.25,
        "", (), other_order(2)),
    Row("18b", "the same with -j 1", "<=", None, "", (), other_order(1)),
    Row("18f", "the same, igzip -dc", "<=", None, "", ("igzip",),
        other_order_floor),
    Row("19", "-z : -l none -z, time of all processors", "<=", 1.15, "", (),
        compressed_lists),
    Row("19f", "as if igzip -1 of the lists came on top", "<=", None, "",
        ("igzip",), compressed_lists_floor),
    Row("19s", "-z : -l none -z, bytes, a fifth of the input", "<=", None, "",
        (), compressed_lists_size),
    Row("20", "20,000 objects of 16 KB : igzip -dc of all in one", "<=", 0.70,
        "", ("igzip",), tiny_objects),
    Row("20h", "half of them each, two processes : igzip -dc", "<=", None, "",
        ("igzip",), tiny_objects_halves),
    Row("20c", "the same, time of all processors", "<=", 1.35, "",
        ("igzip",), tiny_objects_cpu),
    Row("20f", "cat of them, then igzip -dc : igzip -dc, as 20c", "<=", None,
        "", ("igzip",), tiny_objects_floor),
    Row("21a", "DuckDB with sums.sql, 2 threads : --conversations", ">=", 10,
        "", ("node", "@duckdb/node-api"),
        against("duckdb", "talks.log", "--conversations", TALKS,
                peers.SUMMERS)),
    Row("21f", "DuckDB with sums.sql, 2 threads : igzip -dc", ">=", None,
        "", ("igzip", "node", "@duckdb/node-api"), sums_floor),
    Row("21b", "jq with sums.jq, sort : --conversations, a fifth", ">=", 60,
        "", ("jq",), against("jq", "talk.log", "--conversations", TALKS,
                             peers.SUMMERS)),
    Row("22", "report of 1,000,000 conversations : --conversations, -j 1", "<=",
        1.2, "", (), reporting),
    Row("22m", "peak memory of that report", "<=", 250, "MiB", (),
        reporting_memory),
    Row("23", "opening one with 1,000,000 VNICs and 100,000 rules too", "<=",
        2, "", (), opening("many.lut")),
    Row("23c", "the same, time of all processors", "<=", None, "", (),
        opening_cpu),
    pair_row("p1", "Miller", "miller"),
    pair_row("p2", "jq", "jq"),
    pair_row("p3", "DuckDB for Python", "duckdb-python"),
    pair_row("p4", "nfdump, own files", "nfdump"),
)
