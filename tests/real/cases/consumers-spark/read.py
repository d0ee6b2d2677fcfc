"""Conversations in the columns of athena.sql, and csv, by Spark."""

import csv
import glob
import gzip
import json
import os
import re

from pyspark.sql import SparkSession

with open(os.path.join(os.environ["ROOT"], "contrib", "consumers", "athena.sql"),
          encoding="utf-8") as file:
    columns = re.search(r"EXTERNAL TABLE talk \(\n(.*?)\n\)", file.read(), re.S)[1]
spark = SparkSession.builder.master("local[1]").config(
    "spark.ui.enabled", "false").config(
    "spark.driver.host", "127.0.0.1").getOrCreate()
talk = spark.read.schema(columns).option("mode", "FAILFAST").json("talk")
rows = sorted(json.dumps(row.asDict(recursive=True), sort_keys=True)
              for row in talk.collect())
lines = []
for path in glob.glob("talk/*"):
    with gzip.open(path, "rt", encoding="utf-8") as file:
        lines += [json.dumps({"period": None, **json.loads(line)}, sort_keys=True)
                  for line in file]
print(len(rows), "rows", "same" if rows == sorted(lines) else "differ")
flows = spark.read.csv("flows.csv", header=True, inferSchema=True, multiLine=True,
                       escape='"')
print(*(f"{name}:{kind}" for name, kind in flows.dtypes))
with open("flows.csv", encoding="utf-8", newline="") as file:
    wanted = list(csv.DictReader(file))
print(flows.count(), "flows", "same" if [
    str(row["bytes"]) for row in flows.collect()] == [
    row["bytes"] for row in wanted] else "differ")
spark.stop()
