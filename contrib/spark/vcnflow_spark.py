#!/usr/bin/env python3
"""Filters flow logs with vcnflow on a Spark cluster, such as OCI Data Flow.

usage: spark-submit vcnflow_spark.py --input PATTERN --output FOLDER
           [--metadata FILE] [--program FILE] [--partitions N]
           [-- VCNFLOW-OPTION...]

Each partition of the input is piped, one record a line, through a vcnflow of its
own; its lines are one part of the output. README.md says how to install it there.
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
        "options",
        nargs="*",
        metavar="VCNFLOW-OPTION",
        help="after --: options for vcnflow that choose records or fields",
    )
    return parser.parse_args()


def command_of(options):
    """One string, since pipe() takes one; pipe() splits it as a shell would
    and starts the program without a shell."""
    return shlex.join(
        [options.program, *FIXED, "-m", options.metadata, *options.options]
    )


def environment_of(program):
    """pipe() passes on only these variables. Libraries that the system there
    lacks are beside the program."""
    return {"LD_LIBRARY_PATH": os.path.dirname(program)}


def enriched(context, options):
    """The lines of output, in the order of the input."""
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
