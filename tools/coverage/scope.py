# SPDX-License-Identifier: GPL-2.0
"""Which functions are looked at, and what in them no test can reach."""

import fnmatch
import os
import re


class Excuse:
    """Why some lines or branches are not reached: one line of the list.

    What begins with "reachable:" is explained but counts as missed.
    """

    def __init__(self, function, text, reason):
        self.function, self.text, self.reason = function, text, reason
        self.reachable = reason.startswith("reachable:")
        self.used = False

    def fits(self, function, source):
        if not fnmatch.fnmatchcase(function, self.function):
            return False
        if self.text != "*" and self.text not in source:
            return False
        self.used = True
        return True


def rows(path):
    with open(path, encoding="utf-8") as stream:
        for line in stream:
            line = line.strip()
            if line and not line.startswith("#"):
                yield [field.strip() for field in line.split(" | ")]


def read_functions(path):
    """[(file, pattern of function names)]"""
    return [(file, re.compile(pattern)) for file, pattern in rows(path)]


def read_excuses(path):
    return [Excuse(*row) for row in rows(path)] if os.path.exists(path) else []


def select(counts, functions):
    """The part of counts that is in scope."""
    return {key: lines for key, lines in counts.items()
            if any(key[0] == file and pattern.fullmatch(plain(key[1]))
                   for file, pattern in functions)}


def plain(function):
    """A clone's name (foo.constprop.0, foo.isra.0, foo.part.0) without its suffix."""
    return function.split(".")[0]


class Source:
    """Lines of the kernel's source, for messages and for the excuses."""

    def __init__(self, root):
        self.root = root
        self.files = {}

    def line(self, file, number):
        if file not in self.files:
            try:
                with open(os.path.join(self.root, file), encoding="utf-8",
                          errors="replace") as stream:
                    self.files[file] = stream.read().split("\n")
            except OSError:
                self.files[file] = []
        lines = self.files[file]
        return lines[number - 1].strip() if 0 < number <= len(lines) else ""
