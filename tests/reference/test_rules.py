#!/usr/bin/env python3
"""The statement of rules against cases whose results were settled by hand."""

import json
import os
import unittest

import rules

CASES = os.path.join(os.path.dirname(os.path.abspath(__file__)),
                     "rules_cases.ndjson")


class Cases(unittest.TestCase):
    maxDiff = None

    def test_cases(self):
        with open(CASES, encoding="utf-8") as file:
            cases = [json.loads(line) for line in file]
        self.assertGreaterEqual(len(cases), 45)
        for case in cases:
            with self.subTest(case["case"]):
                world = rules.World(case["world"])
                self.assertEqual(rules.judge(world, case["record"]),
                                 case["rules"])


if __name__ == "__main__":
    unittest.main()
