#!/usr/bin/env python3
"""Filters flow logs with vcnflow on a Spark cluster, such as OCI Data Flow.

usage: spark-submit vcnflow_spark.py --input PATTERN --output FOLDER
           [--metadata FILE] [--program FILE] [--partitions N]
           [-- VCNFLOW-OPTION...]

Each partition of the input is piped, a record a line, through a vcnflow of its
own; its lines are a part of the output. README.md tells how it gets there.
"""

import argparse
import os
import shlex

GZIP = "org.apache.hadoop.io.compress.GzipCodec"

# What each process gets, however Spark is set up: one processor, one record a
# line. A bad record is counted and named, but no reason to do a partition again.
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
        help="put small objects together into this many",
    )
    parser.add_argument(
        "options",
        nargs="*",
        metavar="VCNFLOW-OPTION",
        help="behind --: options for vcnflow that choose records or fields",
    )
    return parser.parse_args()


def command_of(options):
    """One string, for that is what pipe() takes; it splits it like a shell
    and starts the program without one."""
    return shlex.join(
        [options.program, *FIXED, "-m", options.metadata, *options.options]
    )


def environment_of(program):
    """pipe() hands on no variable but these. Libraries that the system there
    lacks lie beside the program."""
    return {"LD_LIBRARY_PATH": os.path.dirname(program)}


def enriched(context, options):
    """The lines that come out, in the order of the input."""
    lines = context.textFile(options.input)
    if options.partitions:
        lines = lines.coalesce(options.partitions)
    return lines.pipe(
        command_of(options),
        env=environment_of(options.program),
        checkCode=True,
    )


def main():
    options = arguments()
    from pyspark import SparkContext

    context = SparkContext.getOrCreate()
    enriched(context, options).saveAsTextFile(options.output, GZIP)


if __name__ == "__main__":
    main()
