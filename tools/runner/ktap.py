# SPDX-License-Identifier: GPL-2.0
"""Reading the KTAP that one program printed, and distrusting it."""

import re
from collections import namedtuple

TestLine = namedtuple("TestLine", "number ok name directive reason")

HEADERS = ("TAP version 13", "KTAP version 1")
RESULT = re.compile(r"(not )?ok (\d+)\b(?: -)? ?(.*)")
DIRECTIVE = re.compile(r"(.*?)(?:^|\s)# (SKIP|XFAIL|XPASS|TIMEOUT|TODO|error)\b ?(.*)", re.I)


class Report:
    """What a program claimed (results), and what is wrong with it (problems)."""

    def __init__(self):
        self.plan = None
        self.results = []
        self.problems = []


def parse(text):
    report = Report()
    header = False
    if text and not text.endswith("\n"):
        report.problems.append("the output ends in the middle of a line")
    for line in text.splitlines():
        if line in HEADERS:
            header = True
        elif line.startswith("Bail out!"):
            report.problems.append(line)
        elif re.fullmatch(r"1\.\.\d+(\s*#.*)?", line):
            _plan(report, int(re.match(r"1\.\.(\d+)", line).group(1)))
        else:
            match = RESULT.fullmatch(line)
            if match:
                _result(report, match)
    if not header:
        report.problems.insert(0, "no KTAP header")
    _check(report)
    return report


def _plan(report, count):
    if report.plan is not None:
        report.problems.append("two plans")
    report.plan = count


def _result(report, match):
    negated, number, rest = match.groups()
    directive = DIRECTIVE.fullmatch(rest)
    name, word, reason = directive.groups() if directive else (rest, "", "")
    report.results.append(TestLine(int(number), not negated, name.strip(),
                                   word.upper(), reason.strip()))


def _check(report):
    if report.plan is None:
        report.problems.append("no plan")
    elif report.plan != len(report.results):
        report.problems.append(f"{report.plan} planned, {len(report.results)} reported")
    if [r.number for r in report.results] != list(range(1, len(report.results) + 1)):
        report.problems.append("result numbers are not 1, 2, 3...")
    names = [r.name for r in report.results]
    for name in sorted({n for n in names if names.count(n) > 1}):
        report.problems.append(f"'{name}' reported twice")
