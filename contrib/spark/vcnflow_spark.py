#!/usr/bin/env python3
"""Filters flow logs with vcnflow on a Spark cluster, such as OCI Data Flow.

usage: spark-submit vcnflow_spark.py --input PATTERN --output FOLDER
           [--metadata FILE] [--program FILE] [--partitions N]
           [--conversations [--per PERIOD]] [-- VCNFLOW-OPTION...]

Each partition of the input is piped, one record a line, through a vcnflow of its
own; its lines are one part of the output. With --conversations the parts are sums,
and one more vcnflow sums them up: the output is one part. README.md says how to
install it there.
"""

import argparse
import os
import shlex

GZIP = "org.apache.hadoop.io.compress.GzipCodec"

# What each process is given, however Spark is set up: one processor, one record a
# line. A bad record is counted and named, but no reason to repeat a partition.
FIXED = ["-j", "1", "--framing", "ndjson", "--ignore-bad"]


def arguments():
    parser = argparse.ArgumentParser(
        prog="vcnflow_spark.py",
        description="Filters flow logs with vcnflow on a Spark cluster.",
    )
    parser.add_argument(
        "--input",
        required=True,
        metavar="PATTERN",
        help="the logs, such as oci://Flow-Logs@namespace/2026/*/*.log.gz",
    )
    parser.add_argument(
        "--output",
        required=True,
        metavar="FOLDER",
        help="for the results; it must not exist",
    )
    parser.add_argument(
        "--metadata",
        default="none",
        metavar="FILE",
        help="the lookup file, as executors find it (default: none)",
    )
    parser.add_argument(
        "--program",
        default="/opt/dataflow/vcnflow/vcnflow",
        metavar="FILE",
        help="vcnflow, as executors find it (default: %(default)s)",
    )
    parser.add_argument(
        "--partitions",
        type=int,
        metavar="N",
        help="combine small objects into this many partitions",
    )
    parser.add_argument(
        "--conversations",
        action="store_true",
        help="who talked to whom, summed over all of the input, instead of records",
    )
    parser.add_argument(
        "--per",
        metavar="PERIOD",
        help="with --conversations: sums for each period, such as 1h or 1d",
    )
    parser.add_argument(
        "options",
        nargs="*",
        metavar="VCNFLOW-OPTION",
        help="after --: options for vcnflow that choose records or fields",
    )
    options = parser.parse_args()
    if options.per and not options.conversations:
        parser.error("--per is for --conversations")
    if options.conversations and any(
        word.startswith("--pe") for word in options.options
    ):
        parser.error("give --per before '--': the sum needs it too")
    return options


def command_of(options, chosen):
    """One string, since pipe() takes one; pipe() splits it as a shell would
    and starts the program without a shell."""
    words = [options.program, *FIXED, "-m", options.metadata]
    if options.conversations:
        words.append("--conversations")
    if options.per:
        words.append(f"--per={options.per}")
    return shlex.join([*words, *chosen])


def environment_of(program):
    """pipe() passes on only these variables. Libraries that the system there
    lacks are beside the program."""
    return {"LD_LIBRARY_PATH": os.path.dirname(program)}


def piped(lines, options, chosen):
    """Each partition's lines through a process of its own."""
    return lines.pipe(
        command_of(options, chosen),
        env=environment_of(options.program),
        checkCode=True,
    )


def results(context, options):
    """Records in the order of the input; or sums, in order of their keys."""
    lines = context.textFile(options.input)
    if options.partitions:
        lines = lines.coalesce(options.partitions)
    lines = piped(lines, options, options.options)
    if options.conversations:
        # Shuffled, or else one process would also do what came before.
        lines = piped(lines.coalesce(1, shuffle=True), options, [])
    return lines


def main():
    options = arguments()
    from pyspark import SparkContext

    context = SparkContext.getOrCreate()
    results(context, options).saveAsTextFile(options.output, GZIP)


if __name__ == "__main__":
    main()
