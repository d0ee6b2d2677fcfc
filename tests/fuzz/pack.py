"""Packs: many small inputs in one file.

usage: pack.py TARGET     (writes a pack of the target's seeds)

Of each input its length in decimal, a line feed, its bytes and a line feed.
"""

import hashlib
import os
import sys

import seeds


def name_of(data):
    return hashlib.sha1(data).hexdigest()


def entry_of(data):
    return b"%d\n%s\n" % (len(data), data)


def read(path):
    """Gives the inputs of a pack."""
    with open(path, "rb") as file:
        while line := file.readline():
            data = file.read(int(line))
            file.read(1)
            yield data


def write(path, folder, budget):
    """Packs a folder's files, the smallest first, up to budget bytes."""
    inputs = []
    for name in os.listdir(folder):
        with open(os.path.join(folder, name), "rb") as file:
            inputs.append(file.read())
    text = b""
    count = 0
    for data in sorted(inputs, key=lambda data: (len(data), data)):
        entry = entry_of(data)
        if len(text) + len(entry) <= budget:
            text += entry
            count += 1
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as file:
        file.write(text)
    return count, len(text)


if __name__ == "__main__":
    for seed in seeds.of(sys.argv[1]):
        sys.stdout.buffer.write(entry_of(seed))
