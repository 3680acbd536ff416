#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-2.0
"""Lines and branches per function, this suite beside the kernel's own selftests."""

import argparse
import json
import os
import sys

import counts
import scope


class Tally:
    """Reached and all, of lines and of branches; and what an excuse takes away."""

    def __init__(self):
        self.lines = [0, 0, 0]          # reached, all, excused
        self.branches = [0, 0, 0]

    def add(self, other):
        for index in range(3):
            self.lines[index] += other.lines[index]
            self.branches[index] += other.branches[index]

    @staticmethod
    def percent(numbers, excused=False):
        total = numbers[1] - (numbers[2] if excused else 0)
        return 100.0 * numbers[0] / total if total else 100.0


class Missed:
    """A line, or some of a line's branches, that nothing reached."""

    def __init__(self, key, number, what, source, reason):
        self.file, self.function = key
        self.number, self.what, self.source, self.reason = number, what, source, reason


def find_excuse(excuses, function, text):
    return next((e for e in excuses if e.fits(scope.plain(function), text)), None)


def tally_function(key, lines, source, excuses):
    tally, missed = Tally(), []

    for number, line in sorted(lines.items()):
        reached = sum(1 for count in line.branches if count)
        tally.lines[0] += bool(line.count)
        tally.lines[1] += 1
        tally.branches[0] += reached
        tally.branches[1] += len(line.branches)
        if line.count and reached == len(line.branches):
            continue
        text = source.line(key[0], number)
        excuse = find_excuse(excuses, key[1], text)
        if excuse and not excuse.reachable:
            tally.lines[2] += not line.count
            tally.branches[2] += len(line.branches) - reached
        what = "line" if not line.count else (
            f"{len(line.branches) - reached} of {len(line.branches)} branches")
        missed.append(Missed(key, number, what, text, excuse and excuse.reason))
    return tally, missed


def merge_clones(selected):
    """A function and the clones that the compiler made of it are one."""
    merged = {}
    for (file, function), lines in selected.items():
        into = merged.setdefault((file, scope.plain(function)), {})
        for number, line in lines.items():
            into.setdefault(number, counts.Line()).add(line)
    return merged


def judge(selected, source, excuses):
    """{key: Tally} with "total", and all that was missed."""
    total, tallies, missed = Tally(), {}, []
    for key, lines in sorted(merge_clones(selected).items()):
        tallies[key], more = tally_function(key, lines, source, excuses)
        total.add(tallies[key])
        missed += more
    return tallies, total, missed


def cell(tally):
    if not tally:
        return f"{'-':>9} {'-':>9}"
    return (f"{tally.lines[0]:>4}/{tally.lines[1]:<4} "
            f"{tally.branches[0]:>4}/{tally.branches[1]:<4}")


def print_functions(ours, peer, out):
    file = None
    print(f"{'function':<44} {'this suite':^19}  {'the kernel own':^19}", file=out)
    print(f"{'':<44} {'lines':>9} {'branches':>9}  {'lines':>9} {'branches':>9}", file=out)
    for key in sorted(set(ours) | set(peer)):
        if key[0] != file:
            file = key[0]
            print(file, file=out)
        print(f"  {key[1]:<42} {cell(ours.get(key))}  {cell(peer.get(key))}", file=out)


def print_total(name, total, out):
    print(f"{name:<26} lines {total.lines[0]}/{total.lines[1]} "
          f"({Tally.percent(total.lines):.1f} %), branches {total.branches[0]}/"
          f"{total.branches[1]} ({Tally.percent(total.branches):.1f} %)", file=out)


def print_reachable(total, out):
    lines, branches = total.lines, total.branches
    print(f"{'of what can be reached':<26} lines {lines[0]}/{lines[1] - lines[2]} "
          f"({Tally.percent(lines, True):.1f} %), branches {branches[0]}/"
          f"{branches[1] - branches[2]} ({Tally.percent(branches, True):.1f} %)", file=out)


def print_missed(missed, out):
    for explained in (False, True):
        print("\nNot reached, with the reason:" if explained else
              "\nNot reached, no reason known:", file=out)
        for m in missed:
            if bool(m.reason) == explained:
                print(f"  {m.file}:{m.number} {m.function}: {m.what}: {m.source}", file=out)
                if explained:
                    print(f"      {m.reason}", file=out)


def as_json(tallies, total, missed):
    def numbers(tally):
        return {"lines": dict(zip(("reached", "all", "excused"), tally.lines)),
                "branches": dict(zip(("reached", "all", "excused"), tally.branches))}

    return {"functions": [{"file": key[0], "function": key[1], **numbers(tally)}
                          for key, tally in tallies.items()],
            "total": numbers(total), "not_reached": [vars(m) for m in missed]}


def write_text(path, ours, peer, stale):
    with open(path, "w", encoding="utf-8") as out:
        print_functions(ours[0], peer[0] if peer else {}, out)
        print("", file=out)
        print_total("this suite", ours[1], out)
        print_reachable(ours[1], out)
        if peer:
            print_total("the kernel's own", peer[1], out)
        print_missed(ours[2], out)
        for excuse in stale:
            print(f"\nThe list excuses what is reached or gone: {excuse.function} | "
                  f"{excuse.text}", file=out)


def parse_arguments():
    parser = argparse.ArgumentParser(prog="compare", description=__doc__)
    parser.add_argument("--source", required=True, help="the kernel's source")
    parser.add_argument("--notes", required=True, help="the .gcno files of the build")
    parser.add_argument("--functions", required=True)
    parser.add_argument("--unreachable", required=True)
    parser.add_argument("--ours", required=True, metavar="DIR", help="one directory a boot")
    parser.add_argument("--peer", metavar="DIR", help="the same of the kernel's selftests")
    parser.add_argument("--out", required=True, metavar="DIR")
    return parser.parse_args()


def main():
    options = parse_arguments()
    root = os.path.realpath(options.source)
    functions = scope.read_functions(options.functions)
    excuses = scope.read_excuses(options.unreachable)
    source = scope.Source(root)

    def load(directory, allowed):
        found = counts.read(directory, options.notes, root)
        return judge(scope.select(found, functions), source, allowed)

    ours = load(options.ours, excuses)
    peer = load(options.peer, []) if options.peer else None
    write_text(os.path.join(options.out, "coverage.txt"), ours, peer,
               [e for e in excuses if not e.used])
    document = {"ours": as_json(*ours), "peer": as_json(*peer) if peer else None}
    with open(os.path.join(options.out, "coverage.json"), "w", encoding="utf-8") as out:
        json.dump(document, out, indent=1)
    print_total("this suite", ours[1], sys.stdout)
    print_reachable(ours[1], sys.stdout)
    if peer:
        print_total("the kernel's own", peer[1], sys.stdout)
    return 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (counts.CoverageError, OSError, ValueError) as problem:
        print(f"run_tests.sh: {problem}", file=sys.stderr)
        sys.exit(2)
