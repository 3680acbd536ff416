# SPDX-License-Identifier: GPL-2.0
"""The list of failures that are known to be bugs of certain kernels.

A line: "file:case-glob | kernel range | subject of the fixing commit".
The range is a comma-separated list of bounds that all hold, like ">=6.8,<6.18".
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


class Known:
    def __init__(self, lines=(), name="known-failures"):
        self.entries = []
        for number, line in enumerate(lines, 1):
            line = line.split("#", 1)[0].strip()
            if line:
                self._add(line, f"{name}:{number}")

    def _add(self, line, where):
        fields = [field.strip() for field in line.split("|")]
        if len(fields) != 3 or not all(fields) or ":" not in fields[0]:
            raise KnownError(f"{where}: want 'file:case | kernel range | fixing commit'")
        try:
            self.entries.append((fields[0], parse_range(fields[1]), fields[2]))
        except KnownError as error:
            raise KnownError(f"{where}: {error}") from error

    def lookup(self, case, release):
        """The fixing commit if case is known to fail on that kernel, else None."""
        running = version(release)
        for glob, bounds, subject in self.entries:
            if fnmatch.fnmatchcase(repr(case), glob) and \
               all(compare(running, bound) for compare, bound in bounds):
                return subject
        return None
