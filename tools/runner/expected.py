# SPDX-License-Identifier: GPL-2.0
"""Compares the verdicts of a run with those that are written down.

usage: expected.py RESULTS_JSON TABLE
A line of TABLE: program:case | result | what the reason must match, a regular expression.
The case's log follows the reason in lines of its own.  Both sides must name the same cases.
"""

import json
import re
import sys


def read(path):
    """{"program:case": (result, regular expression)}"""
    expected = {}
    with open(path, encoding="utf-8") as stream:
        for line in stream:
            if line.strip() and not line.startswith("#"):
                case, result, reason = (part.strip() for part in line.split("|", 2))
                expected[case] = (result, reason)
    return expected


def found(path):
    """{"program:case": (result, reason and log)} of a results.json"""
    with open(path, encoding="utf-8") as stream:
        cases = json.load(stream)["cases"]
    return {f"{c['file']}:{c['case']}": (c["result"], f"{c['reason']}\n{c['log']}")
            for c in cases}


def complaints(expected, got):
    for case in sorted(set(expected) | set(got)):
        if case not in got:
            yield f"{case}: not run"
        elif case not in expected:
            yield f"{case}: no verdict is written down for it"
        else:
            result, reason = expected[case]
            got_result, got_reason = got[case]
            if got_result != result or not re.search(reason, got_reason, re.S):
                yield (f"{case}: expected {result} ({reason}), "
                       f"got {got_result} ({got_reason})")


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    wrong = list(complaints(read(sys.argv[2]), found(sys.argv[1])))
    print("\n".join(wrong))
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
