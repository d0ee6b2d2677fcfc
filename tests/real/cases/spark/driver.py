"""Runs contrib/spark/vcnflow_spark.py as spark-submit would, once for each line of
the file it is given, its words as a shell would split them; on one cluster, for that is what
takes long to start. Prints how each ended."""

import os
import runpy
import shlex
import sys

from pyspark import SparkContext

SCRIPT = os.path.join(os.environ["ROOT"], "contrib/spark/vcnflow_spark.py")

with open(sys.argv[1], encoding="utf-8") as file:
    runs = file.readlines()
SparkContext.getOrCreate().setLogLevel("ERROR")
for line in runs:
    sys.argv = [SCRIPT, *shlex.split(line)]
    try:
        runpy.run_path(SCRIPT, run_name="__main__")
        print("done", flush=True)
    except Exception as error:
        print("failed:", "exited with error code 3" in str(error), flush=True)
