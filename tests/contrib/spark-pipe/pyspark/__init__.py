"""Of PySpark what vcnflow_spark.py uses, on one machine: the same contract.

textFile cuts files into partitions of lines, a gzipped file into one; pipe
starts a process for each partition, without a shell, with no variables but
those given, writes it a line for each element and takes its lines, and with
checkCode fails the task if the process does; a task is tried four times.
"""

import glob
import gzip
import os
import shlex
import subprocess
import threading

ATTEMPTS = 4
SPLITS = 3


class SparkContext:
    @classmethod
    def getOrCreate(cls):
        return cls()

    def textFile(self, pattern):
        partitions = []
        for path in sorted(glob.glob(pattern)):
            opened = gzip.open if path.endswith(".gz") else open
            with opened(path, "rb") as file:
                text = file.read().decode("utf-8", "replace")
            lines = text.split("\n")
            lines = lines if lines[-1] else lines[:-1]
            if path.endswith(".gz"):
                partitions.append(lines)
            else:
                partitions += split(lines, SPLITS)
        return RDD(partitions)


def split(lines, count):
    """As many runs of lines; some are empty when there are few."""
    ends = [len(lines) * n // count for n in range(count + 1)]
    return [lines[a:b] for a, b in zip(ends, ends[1:])]


class RDD:
    def __init__(self, partitions, tasks=()):
        self.partitions = partitions
        self.tasks = list(tasks)

    def coalesce(self, count, shuffle=False):
        if shuffle:  # what was to be done is done first, in tasks of its own
            done = [self.computed(partition) for partition in self.partitions]
            return RDD(done).coalesce(count)
        groups = split(self.partitions, min(count, len(self.partitions)))
        return RDD([sum(group, []) for group in groups], self.tasks)

    def pipe(self, command, env=None, checkCode=False):
        def task(lines):
            return piped(shlex.split(command), env or {}, lines, checkCode)

        return RDD(self.partitions, [*self.tasks, task])

    def computed(self, partition):
        """The lines of a partition; tried again while attempts are left."""
        for attempt in range(1, ATTEMPTS + 1):
            try:
                lines = partition
                for task in self.tasks:
                    lines = task(lines)
                return lines
            except RuntimeError as error:
                with open("failures", "a", encoding="utf-8") as file:
                    print(error, file=file)
                if attempt == ATTEMPTS:
                    raise

    def saveAsTextFile(self, path, compressionCodecClass=None):
        os.mkdir(path)  # fails where there is one
        assert compressionCodecClass.endswith(".GzipCodec")
        for number, partition in enumerate(self.partitions):
            lines = self.computed(partition)
            name = os.path.join(path, f"part-{number:05}.gz")
            with gzip.open(name, "wb") as file:
                for line in lines:
                    file.write(line.encode() + b"\n")
        with open(os.path.join(path, "_SUCCESS"), "wb"):
            pass


def piped(words, env, lines, check):
    process = subprocess.Popen(
        words, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )

    def write():
        for line in lines:
            process.stdin.write((line.rstrip("\n") + "\n").encode())
        process.stdin.close()

    writer = threading.Thread(target=write)
    writer.start()
    found = [line.rstrip(b"\n").decode() for line in process.stdout]
    writer.join()
    process.stdout.close()
    if process.wait() and check:
        raise RuntimeError(f"exit status {process.returncode}")
    return found
