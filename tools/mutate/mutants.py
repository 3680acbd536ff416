# SPDX-License-Identifier: GPL-2.0
"""What is known of a mutant before it is tried: its header, and which cases
say that they were seen failing because of it."""

import fnmatch
import glob
import os
import re

FIELDS = ("Breaks", "Origin", "Behaviours", "File", "Rebuild", "Places", "Kernels")
HEADER = re.compile(r"// (%s): (.*)" % "|".join(FIELDS))
WORD = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+")


class MutantError(Exception):
    """A mutant that cannot be used, or a wrong request; one line for the user."""


class Mutant:
    """One semantic patch.  rebuild: the sources to compile for a changed header."""

    def __init__(self, name, path, header):
        self.name, self.path = name, path
        missing = [f for f in FIELDS if f not in header and f != "Rebuild"]
        if missing:
            raise MutantError(f"{name}: the header lacks {', '.join(missing)}")
        self.breaks, self.origin, self.file = header["Breaks"], header["Origin"], header["File"]
        self.behaviours = tuple(header["Behaviours"].split())
        self.rebuild = tuple(header.get("Rebuild", "").split())
        self.kernels = tuple(header["Kernels"].split())
        if not header["Places"].isdigit() or int(header["Places"]) == 0:
            raise MutantError(f"{name}: Places wants a number above 0")
        self.places = int(header["Places"])
        if self.file.endswith(".h") != bool(self.rebuild):
            raise MutantError(f"{name}: Rebuild is for headers, and they need it")

    @property
    def historical(self):
        return self.origin != "plausible"

    @property
    def modular(self):
        """Whether only KVM's modules have to be built."""
        return all("kvm" in os.path.dirname(f) for f in self.rebuild or (self.file,))


def parse(name, path, text):
    header = {}
    for line in text.splitlines():
        match = HEADER.fullmatch(line)
        if match:
            header[match.group(1)] = match.group(2).strip()
        elif not line.startswith("//"):
            break
    return Mutant(name, path, header)


def load(directory):
    """All mutants of a directory, by name."""
    found = []
    for path in sorted(glob.glob(os.path.join(directory, "*.cocci"))):
        with open(path, encoding="utf-8") as stream:
            found.append(parse(os.path.basename(path)[:-len(".cocci")], path, stream.read()))
    if not found:
        raise MutantError(f"there are no mutants in '{directory}'")
    return found


def select(mutants, patterns):
    for pattern in patterns:
        if not any(fnmatch.fnmatchcase(m.name, pattern) for m in mutants):
            raise MutantError(f"no mutant matches '{pattern}' (--list shows all)")
    return [m for m in mutants
            if not patterns or any(fnmatch.fnmatchcase(m.name, p) for p in patterns)]


def read_survivors(path):
    """The known survivors and why: lines of "name: reason", # for comments."""
    known = {}
    if os.path.exists(path):
        with open(path, encoding="utf-8") as stream:
            for line in stream:
                name, separator, reason = line.strip().partition(":")
                if name.startswith("#") or not name:
                    continue
                if not separator or not reason.strip():
                    raise MutantError(f"{os.path.basename(path)}: no reason for '{name}'")
                known[name] = reason.strip()
    return known


# --- Which cases name a mutant -----------------------------------------------

CASE = re.compile(r"/\*((?:[^*]|\*(?!/))*)\*/\nTEST(?:_F\w*)?\((\w+)(?:, *(\w+))?")


def red_names(text):
    """{(fixture, case): names} of a test source, from "Red: mutant NAME"."""
    found = {}
    for comment, first, second in CASE.findall(text):
        _, separator, red = comment.partition("Red")
        if separator:
            key = (first, second) if second else ("global", first)
            found[key] = set(WORD.findall(red))
    return found


def red_table(sources):
    """{(program, fixture, case): names} over test sources."""
    table = {}
    for path in sources:
        program = os.path.basename(path)[:-len(".c")]
        with open(path, encoding="utf-8") as stream:
            for (fixture, case), names in red_names(stream.read()).items():
                table[program, fixture, case] = names
    return table


def without_variant(case):
    """The comment is that of a function, whatever its variants are."""
    parts = case.name.split(".")
    return case.file, parts[0], parts[-1]


def deaf(named, noticed):
    """The functions among the named cases of which no variant's name is in noticed."""
    heard = {without_variant(c) for c in named if repr(c) in noticed}
    silent = dict.fromkeys(without_variant(c) for c in named if without_variant(c) not in heard)
    return [f"{file}:{fixture}.{name}" for file, fixture, name in silent]


def order(mutant, cases, table):
    """Splits cases into those that name the mutant, and the rest: those which
    pin a behaviour that it breaks come first."""
    def names(case):
        return table.get(without_variant(case), ())

    named = [c for c in cases if mutant.name in names(c)]
    rest = [c for c in cases if mutant.name not in names(c)]
    rest.sort(key=lambda c: not set(c.ids) & set(mutant.behaviours))
    return named, rest
