# SPDX-License-Identifier: GPL-2.0
"""The list of failures that are known to be bugs of certain kernels.

A line: "file:case-glob | kernel range | subject of the fixing commit".
The range is a comma-separated list of bounds that all hold, like ">=6.8,<6.18".
A fourth field names what the runner itself will find, like "splat: function":
a word of verdict.py and a text that the rest of the reason has in it.
"""

import fnmatch
import operator
import re

OPERATORS = {">=": operator.ge, "<=": operator.le, "<": operator.lt, ">": operator.gt,
             "==": operator.eq}


class KnownError(Exception):
    """A list that cannot be read; its text is one line for the user."""


def version(text):
    """The leading numbers of a kernel release, as three integers."""
    match = re.match(r"(\d+)\.(\d+)(?:\.(\d+))?", text)
    if not match:
        raise KnownError(f"not a kernel version: '{text}'")
    return tuple(int(group or 0) for group in match.groups())


def parse_range(text):
    bounds = []
    for item in text.split(","):
        match = re.fullmatch(r"\s*(>=|<=|==|<|>)\s*(\d+\.\d+(?:\.\d+)?)\s*", item)
        if not match:
            raise KnownError(f"not a kernel range: '{text.strip()}'")
        bounds.append((OPERATORS[match.group(1)], version(match.group(2))))
    return bounds


class Entry:
    """One line of the list."""

    def __init__(self, glob, bounds, subject, finding=""):
        self.glob, self.bounds, self.subject = glob, bounds, subject
        self.word, _, self.text = (part.strip() for part in finding.partition(":"))

    def covers(self, case, running):
        return fnmatch.fnmatchcase(repr(case), self.glob) and \
            all(compare(running, bound) for compare, bound in self.bounds)

    def explains(self, reason, finding):
        """Whether it is this failure; finding matches the runner's own words."""
        match = finding.match(reason)
        if not match:
            return not self.word
        return match.group(1) == self.word and self.text in reason


class Known:
    def __init__(self, lines=(), name="known-failures"):
        self.entries = []
        for number, line in enumerate(lines, 1):
            line = line.split("#", 1)[0].strip()
            if line:
                self._add(line, f"{name}:{number}")

    def _add(self, line, where):
        fields = [field.strip() for field in line.split("|")]
        if len(fields) not in (3, 4) or not all(fields) or ":" not in fields[0]:
            raise KnownError(f"{where}: want 'file:case | kernel range | fixing commit'"
                             " and, if the runner finds it, ' | splat: text'")
        try:
            self.entries.append(Entry(fields[0], parse_range(fields[1]), *fields[2:]))
        except KnownError as error:
            raise KnownError(f"{where}: {error}") from error

    def lookup(self, case, release):
        """The entry if case is known to fail on that kernel, else None."""
        running = version(release)
        return next((e for e in self.entries if e.covers(case, running)), None)
