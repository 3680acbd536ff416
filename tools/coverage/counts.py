# SPDX-License-Identifier: GPL-2.0
"""What gcov says of a set of boots: counts of lines and branches."""

import json
import os
import subprocess
import tempfile


class CoverageError(Exception):
    """Its text is for the user."""


class Line:
    """One line of one function: how often, and each branch how often."""

    def __init__(self, count=0, branches=()):
        self.count = count
        self.branches = list(branches)

    def add(self, other):
        """The same line in another boot, or in another object that inlined it."""
        self.count += other.count
        if len(other.branches) > len(self.branches):
            self.branches += [0] * (len(other.branches) - len(self.branches))
        for index, count in enumerate(other.branches):
            self.branches[index] += count


def relative(name, root):
    """The name of a source file, relative to the kernel's source."""
    return os.path.relpath(os.path.normpath(name), root)


def parse(document, root, into):
    """Adds gcov's JSON to into: {(file, function): {line number: Line}}."""
    base = document.get("current_working_directory", "/")
    for file in document["files"]:
        name = relative(os.path.join(base, file["file"]), root)
        for line in file["lines"]:
            function = line.get("function_name")
            if not function:
                continue
            lines = into.setdefault((name, function), {})
            counted = Line(line["count"], [b["count"] for b in line["branches"]])
            lines.setdefault(line["line_number"], Line()).add(counted)


def find_notes(notes):
    """The .gcno files of a build, by their path without the suffix."""
    found = {}
    for directory, _, files in os.walk(notes):
        for file in files:
            if file.endswith(".gcno"):
                path = os.path.join(directory, file)
                found[os.path.relpath(path, notes)[:-len(".gcno")]] = path
    return found


def pair(data, notes):
    """(.gcda, .gcno) for each counted object; data has the full path of the build."""
    for directory, _, files in os.walk(data):
        for file in files:
            path = os.path.join(directory, file)
            stem = os.path.relpath(path, data)[:-len(".gcda")]
            parts = stem.split(os.sep)
            names = (os.path.join(*parts[i:]) for i in range(len(parts)))
            note = next((notes[n] for n in names if n in notes), None)
            if not note:
                raise CoverageError(f"no compiler's notes for {stem}: not a build of ours?")
            yield path, note


def run_gcov(gcda, gcno):
    with tempfile.TemporaryDirectory(prefix="kvm-gmem-gcov-") as work:
        for path, suffix in ((gcda, ".gcda"), (gcno, ".gcno")):
            os.symlink(os.path.abspath(path), os.path.join(work, "object" + suffix))
        done = subprocess.run(
            ["gcov", "--json-format", "--stdout", "--branch-probabilities", "object.gcda"],
            cwd=work, capture_output=True, check=False)
    if done.returncode or not done.stdout:
        raise CoverageError(f"gcov failed on {gcda}: {done.stderr.decode(errors='replace')}")
    return json.loads(done.stdout)


def read(directory, notes, root):
    """All boots below directory, summed up."""
    counts = {}
    boots = [entry.path for entry in os.scandir(directory) if entry.is_dir()]
    if not boots:
        raise CoverageError(f"no boot left any counts in {directory}")
    available = find_notes(notes)
    for boot in boots:
        for gcda, gcno in pair(boot, available):
            parse(run_gcov(gcda, gcno), root, counts)
    return counts
