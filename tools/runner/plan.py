# SPDX-License-Identifier: GPL-2.0
"""Which cases exist, and which of them were asked for."""

import fnmatch
import os
import random
import re
import subprocess


class PlanError(Exception):
    """A request that cannot be met; its text is one line for the user."""


class Case:
    """One test case.  name is the full one: fixture.variant.case."""

    def __init__(self, file, name, ids=(), needs=()):
        self.file, self.name = file, name
        self.ids, self.needs = tuple(ids), tuple(needs)

    @property
    def alone(self):
        return "alone" in self.needs

    @property
    def own_boot(self):
        return "boot" in self.needs

    @property
    def variation(self):
        return next((n[3:] for n in self.needs if n.startswith("vm=")), "default")

    def __repr__(self):
        return f"{self.file}:{self.name}"


def check_needs(case):
    for need in case.needs:
        if need not in ("alone", "boot") and not need.startswith("vm="):
            raise PlanError(f"{case}: unknown need '{need}'")


def read_table(path):
    """cases.tsv as {(file, fixture, case): (ids, needs)}."""
    table = {}
    if not os.path.exists(path):
        return table
    with open(path, encoding="utf-8") as stream:
        for line in stream:
            file, fixture, case, ids, needs = (line.rstrip("\n").split("\t") + [""] * 4)[:5]
            table[normalize(file), fixture, case] = (split_list(ids), split_list(needs))
    return table


def split_list(text):
    return [item for item in text.split(",") if item]


def list_cases(programs):
    """All cases of the programs (paths), in the order the programs give."""
    tables = {}
    cases = []
    for path in programs:
        directory = os.path.dirname(path)
        if directory not in tables:
            tables[directory] = read_table(os.path.join(directory, "cases.tsv"))
        for name in list_names(path):
            parts = name.split(".")
            key = (os.path.basename(path), parts[0], parts[-1])
            case = Case(os.path.basename(path), name, *tables[directory].get(key, ((), ())))
            check_needs(case)
            cases.append(case)
    return cases


def list_names(path):
    try:
        done = subprocess.run([path, "--list"], capture_output=True, text=True,
                              timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired) as error:
        raise PlanError(f"cannot list the cases of {path}: {error}") from error
    names = done.stdout.split()
    if done.returncode or not names or len(set(names)) != len(names):
        raise PlanError(f"{path} --list: exit code {done.returncode}, {len(names)} names")
    return names


def normalize(file):
    """The program's name, from any way to write its source or path."""
    return re.sub(r"\.c$", "", os.path.basename(file))


def matches(case, pattern):
    """pattern: file, file:case or a behaviour id, each with shell wildcards."""
    if re.fullmatch(r"[A-Z][A-Z0-9]*(-[\d*?[\]!-]+)?", pattern):
        return any(fnmatch.fnmatchcase(i, pattern) or i.startswith(pattern + "-")
                   for i in case.ids)
    file, _, name = pattern.partition(":")
    if not fnmatch.fnmatchcase(case.file, normalize(file)):
        return False
    candidates = (case.name, case.name.rsplit(".", 1)[-1])
    return not name or any(fnmatch.fnmatchcase(c, name) for c in candidates)


def select(cases, patterns):
    for pattern in patterns:
        if not any(matches(case, pattern) for case in cases):
            raise PlanError(f"no test case matches '{pattern}' (--list shows all)")
    return [c for c in cases if not patterns or any(matches(c, p) for p in patterns)]


def shard(cases, text):
    """Every N-th case, for I/N with I from 1."""
    match = re.fullmatch(r"(\d+)/(\d+)", text)
    if not match or not 1 <= int(match.group(1)) <= int(match.group(2)):
        raise PlanError(f"--shard wants I/N with 1 <= I <= N, not '{text}'")
    return cases[int(match.group(1)) - 1::int(match.group(2))]


def shuffle(cases, seed):
    cases = list(cases)
    random.Random(seed).shuffle(cases)
    return cases
