"""Writes down what a case measured, and complains where it is far off.

    figures.py WHAT VALUE UNIT AIM [MOST]

AIM is what the manuals and tests/faults.tsv promise. Times hang on the machine:
only above MOST, ten times AIM if it is not given, a line on stdout says so.
An instrumented build, which is slow and large, is not measured.
"""

import os
import sys


def figure(what, value, unit, aim, most=None):
    if "release" not in os.environ["BUILD"]:
        return
    line = f"{what} {value:.3g} {unit} (aim: {aim:g})"
    with open(os.environ["FIGURES"], "a", encoding="utf-8") as file:
        file.write(line + "\n")
    if value > (10 * aim if most is None else most):
        print("too much:", line)


if __name__ == "__main__":
    figure(sys.argv[1], float(sys.argv[2]), sys.argv[3],
           *map(float, sys.argv[4:]))
