"""The suites: which cases each has, and how a case of each kind is judged."""

import dataclasses
import glob
import os
import re
import shutil
import time
import traceback

import clicase
import examples
import faults
import place
import process

LIMIT = 60
LONG_LIMIT = 4 * 3600
REAL_LIMIT = 300  # large programs, which take long to start
VARIANT_LIMITS = {"asan": 5, "tsan": 5, "valgrind": 10, "cov": 3, "slow": 10,
                  "arm64": 10}
VARIANTS = ("asan", "tsan", "zlib", "cov", "valgrind", "slow", "quick",
            "arm64")
BASES = (
    "unit",
    "checks",
    "cli",
    "contrib",
    "long",
    "examples",
    "reference",
    "fetch",
    "fuzz",
    "peer",
    "page",
    "real",
)
NAMES = BASES + ("contrib-slow", "tsan", "cli-valgrind-all", "faults")
VALGRIND = [
    "valgrind",
    "-q",
    "--error-exitcode=99",
    "--leak-check=full",
    "--errors-for-leak-kinds=definite",
    "--suppressions=" + os.path.join(place.TESTS, "runner", "valgrind.supp"),
]
EMULATED = ["qemu-aarch64-static"]
SKIPPED = 77
COUNTS = re.compile(r"(\d+) passed, (\d+) failed, (\d+) skipped")


class Unusable(Exception):
    """The command line names what cannot be run."""


@dataclasses.dataclass
class Result:
    """What came of a case; text says why it failed or was skipped.

    Figures are the lines that the case left in the file $FIGURES.
    """

    passed: int = 0
    failed: int = 0
    skipped: int = 0
    text: str = ""
    seconds: float = 0.0
    figures: list = dataclasses.field(default_factory=list)


@dataclasses.dataclass
class Case:
    """One case. judge(work, env) gives a Result."""

    suite: str
    name: str
    judge: object
    folder: str  # of the build
    weight: int = 0  # heavier cases are begun first


def run_case(case, work):
    """Runs a case in a new folder, which is removed whatever comes."""
    started = time.monotonic()
    os.makedirs(work)
    try:
        env = place.environment(case.folder, work)
        result = case.judge(work, env)
        result.figures = read_lines(env["FIGURES"])
    except Exception:  # a fault of the runner is that case's failure
        result = Result(failed=1, text=traceback.format_exc())
    finally:
        make_removable(work)
        shutil.rmtree(work, ignore_errors=True)
    result.seconds = time.monotonic() - started
    return result


def read_lines(path):
    if not os.path.exists(path):
        return []
    with open(path, encoding="utf-8", errors="replace") as file:
        return file.read().splitlines()


def make_removable(folder):
    """Gives back the rights that a case took from its folders."""
    for path, names, _ in os.walk(folder):
        for name in names:
            child = os.path.join(path, name)
            if not os.path.islink(child):
                try:
                    os.chmod(child, 0o700)
                except OSError:
                    pass


def limit_of(variant):
    return LIMIT * VARIANT_LIMITS.get(variant, 1)


def readable(data):
    return data.decode("utf-8", "backslashreplace")


def judge_exit(finished, limit):
    """A program that says by its exit status how it went: 0, 77 or other."""
    text = readable(finished.out) + readable(finished.err)
    if finished.timed_out:
        return Result(failed=1, text=f"not done after {limit} s\n{text}")
    if finished.status == SKIPPED:
        lines = text.strip().splitlines() or ["no reason given"]
        return Result(skipped=1, text=lines[-1])
    if finished.status:
        return Result(failed=1, text=f"exit status {finished.status}\n{text}")
    return Result(passed=1, text=text.strip())


def judge_counts(finished, limit):
    """A program that runs cases of its own and counts them in its last line."""
    text = readable(finished.out) + readable(finished.err)
    lines = readable(finished.out).strip().splitlines()
    match = COUNTS.fullmatch(lines[-1]) if lines else None
    if finished.timed_out or not match:
        return Result(
            failed=1,
            text=f"no sum at its end (limit {limit} s, exit status "
            f"{finished.status})\n{text}",
        )
    passed, failed, skipped = map(int, match.groups())
    if finished.status and not failed:
        failed = 1
    return Result(passed, failed, skipped, text)


def program_case(suite, name, command, folder, variant, **more):
    """A case that is one program, run at the top of the tree."""
    judge_by = more.get("judge", judge_exit)
    limit = more.get("limit", limit_of(variant))

    def judge(work, env):
        provide_programs(env, folder, variant)
        words = [
            word.format(vcnflow=env["VCNFLOW"], vcnmeta=env["VCNMETA"])
            for word in command
        ]
        finished = process.run(words, env, place.ROOT, limit, work)
        return judge_by(finished, limit)

    return Case(suite, name, judge, folder, more.get("weight", 0))


def provide_programs(env, folder, variant):
    wrapper = None
    if variant == "valgrind":
        wrapper = VALGRIND
    elif variant == "tsan":
        wrapper = still()
    elif variant == "arm64":
        wrapper = EMULATED
    for name in ("vcnflow", "vcnmeta", "vcnrules"):
        place.provide(env, name, os.path.join(folder, name), wrapper)


def still():
    """TSan needs an address space that is not laid out at random."""
    return ["setarch", "-R"] if shutil.which("setarch") else None


def unit_cases(suite, folder, variant):
    wrapper = VALGRIND if variant == "valgrind" else []
    if variant == "tsan":
        wrapper = still() or []
    elif variant == "arm64":
        wrapper = EMULATED
    # Only programs whose source is still there.
    for source in sorted(
        glob.glob(place.TESTS + "/unit/**/test_*.c", recursive=True)
    ):
        name = os.path.relpath(source, place.TESTS + "/unit")[:-2]
        program = os.path.join(folder, "unit", name)
        yield program_case(suite, name, [*wrapper, program], folder, variant)


def fuzz_cases(suite, folder, variant):
    """Each target on its corpus: what fuzzing found once stays found."""
    replay = os.path.join(place.TESTS, "fuzz", "replay")
    for source in sorted(glob.glob(place.TESTS + "/fuzz/fuzz_*.c")):
        name = os.path.basename(source)[len("fuzz_"):-2]
        yield program_case(
            suite,
            name,
            [replay, os.path.join(folder, "fuzz", name)],
            folder,
            variant,
            limit=limit_of(variant or "asan"),
            weight=4,
        )


def check_cases(suite, folder, variant):
    for path in sorted(glob.glob(place.TESTS + "/checks/*")):
        name = os.path.basename(path)
        if os.access(path, os.X_OK) and os.path.isfile(path):
            yield program_case(
                suite, name, [path], folder, variant, limit=300, weight=1
            )


def reference_cases(suite, folder, variant):
    here = os.path.join(place.TESTS, "reference")
    for path in sorted(glob.glob(here + "/test_*.py")):
        yield program_case(
            suite,
            os.path.basename(path),
            [place.python(), path],
            folder,
            variant,
            limit=300,
            weight=2,
        )
    compare = os.path.join(here, "compare.py")
    if os.path.exists(compare):
        more = ["--scale", "5", "--seed", "2"] if variant == "slow" else []
        yield program_case(
            suite,
            "compare.py",
            [place.python(), compare, "{vcnflow}", "{vcnmeta}", *more],
            folder,
            variant,
            judge=judge_counts,
            limit=3600 if variant == "slow" else 900,
            weight=9,
        )
    for name in (
        "compare_rules.py",
        "compare_conversations.py",
        "compare_report.py",
        "compare_tables.py",
    ):
        yield program_case(
            suite,
            name,
            [place.python(), os.path.join(here, name), "{vcnflow}", "{vcnmeta}"],
            folder,
            variant,
            judge=judge_counts,
            limit=900,
            weight=8,
        )


def suite_program_cases(name, order):
    """A suite that is one program of its own: tests/NAME/run PROGRAMS."""

    def cases(suite, folder, variant):
        path = os.path.join(place.TESTS, name, "run")
        if os.path.exists(path):
            yield program_case(
                suite,
                "run",
                [path, *order],
                folder,
                variant,
                judge=judge_counts,
                limit=1800,
                weight=8,
            )

    return cases


def cli_cases(suite, folder, variant, wanted=lambda case: True):
    for loaded in clicase.load_all("cli", "bugs"):
        # quick ones are chosen, not skipped
        if variant == "quick" and variant in loaded.words("not"):
            continue
        if wanted(loaded):
            yield cli_case(suite, loaded, folder, variant)


def contrib_cases(suite, folder, variant):
    kind = "contrib-slow" if variant == "slow" else "contrib"
    for loaded in clicase.load_all(kind):
        yield cli_case(suite, loaded, folder, variant)


def real_cases(suite, folder, variant):
    yield from suite_program_cases("real", ["{vcnmeta}", "{vcnflow}"])(
        suite, folder, variant)
    for loaded in clicase.load_all(os.path.join("real", "cases")):
        yield cli_case(suite, loaded, folder, variant, REAL_LIMIT)


def long_cases(suite, folder, variant):
    for loaded in clicase.load_all("long"):
        yield cli_case(suite, loaded, folder, variant, LONG_LIMIT)


def cli_case(suite, loaded, folder, variant, limit=None):
    def judge(work, env):
        reason = loaded.reason_to_skip(variant)
        if reason:
            return Result(skipped=1, text=reason)
        provide_programs(env, folder, variant)
        text = loaded.run(work, env, limit or limit_of(variant))
        return Result(failed=1, text=text) if text else Result(passed=1)

    return Case(suite, loaded.name, judge, folder,
                5 if variant == "valgrind" else 3)


def example_cases(suite, folder, variant):
    for example in examples.load_all():

        def judge(work, env, example=example):
            provide_programs(env, folder, variant)
            outcome, text = example.run(work, env, limit_of(variant))
            return Result(**{outcome: 1}, text=text)

        yield Case(suite, example.name, judge, folder, 3)


def fault_cases():
    """What holds each fault, named by its number."""
    for held in faults.load():
        if held.suite == "fetch":
            yield from fetch_fault_cases(held)
        elif held.suite != faults.NONE:
            for case in faults.pick(cases_of(held.suite), held.names):
                yield dataclasses.replace(
                    case,
                    suite="faults",
                    name=f"{held.number} {held.suite} {case.name}",
                )


def fetch_fault_cases(held):
    for name in held.names:
        yield program_case(
            "faults",
            f"{held.number} fetch {name}",
            [
                os.path.join(place.TESTS, "fetch", "run"),
                "{vcnmeta}",
                "{vcnflow}",
                "--each",
                "--only",
                name,
            ],
            place.build("release"),
            "",
            judge=judge_counts,
            limit=LONG_LIMIT,
        )


MAKERS = {
    "unit": unit_cases,
    "checks": check_cases,
    "cli": cli_cases,
    "contrib": contrib_cases,
    "long": long_cases,
    "examples": example_cases,
    "reference": reference_cases,
    "fuzz": fuzz_cases,
    "fetch": suite_program_cases("fetch", ["{vcnmeta}", "{vcnflow}"]),
    "peer": suite_program_cases("peer", ["{vcnmeta}", "{vcnflow}"]),
    "page": suite_program_cases("page", []),
    "real": real_cases,
}


def cases_of(suite):
    """All cases of one suite of the command line."""
    if suite == "faults":
        return list(fault_cases())
    if suite == "tsan":
        folder = place.build("tsan")
        return list(cli_cases(suite, folder, "tsan", clicase.has_threads))
    if suite == "cli-valgrind":
        folder = place.build("open")
        return list(
            cli_cases(suite, folder, "valgrind", clicase.is_representative)
        )
    name = suite[:-4] if suite == "cli-valgrind-all" else suite
    base, _, variant = name.partition("-")
    if base not in MAKERS or (variant and variant not in VARIANTS):
        raise Unusable(f"no suite '{suite}'; there are: " + ", ".join(NAMES))
    if name == "fuzz":
        folder = place.build("asan")
    elif variant == "valgrind":
        folder = place.build("open")
    elif variant in ("", "slow", "quick"):
        folder = place.build("release")
    else:
        folder = place.build(variant)
    return list(MAKERS[base](suite, folder, variant))


def nothing(suite):
    """An empty suite is not passed over in silence."""
    def judge(work, env):
        return Result(skipped=1, text="there is nothing in this suite")

    return Case(suite, "none", judge, place.build("release"))


def collect(names, only, update):
    """The cases of the suites named, heavy ones first."""
    clicase.UPDATE = update
    cases = []
    for name in names:
        found = cases_of(name)
        for folder in {case.folder for case in found}:
            if not os.path.isdir(folder):
                raise Unusable(
                    f"suite '{name}': nothing is built in {folder}; "
                    "make check builds all that is needed"
                )
        cases += found or [nothing(name)]
    if only:
        cases = [
            case
            for case in cases
            if place.is_named(case.name, only)
        ]
        if not cases:
            raise Unusable(f"no case is named like '{only}'")
    return sorted(cases, key=lambda case: -case.weight)
