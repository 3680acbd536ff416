# SPDX-License-Identifier: GPL-2.0
"""Results as KTAP, JSON, JUnit and text for people."""

import json
import re
import shlex
import sys
import xml.etree.ElementTree as ElementTree

from verdict import FAIL, PASS, SKIP, XFAIL


def one_line(text):
    return re.sub(r"\s+", " ", text).strip()


def result_line(number, result):
    status = "not ok" if result.result == FAIL else "ok"
    line = f"{status} {number} {result.case.name}"
    if result.result in (SKIP, XFAIL):
        line += f" # {result.result.upper()} {one_line(result.reason)}"
    return line


def program_lines(number, name, results, verbose=True):
    """One program's nested KTAP; logs of failures always, all others if verbose."""
    lines = ["    KTAP version 1", f"    1..{len(results)}"]
    for index, result in enumerate(results, 1):
        if verbose:
            lines += [f"    # {line}" for line in result.log.splitlines()
                      if line.startswith("#") or result.result == FAIL]
        if result.result == FAIL:
            lines.append(f"    # {result.case.name}: {one_line(result.reason)}")
        lines.append("    " + result_line(index, result))
    failed = any(r.result == FAIL for r in results)
    skipped = all(r.result == SKIP for r in results)
    lines.append(f"{'not ok' if failed else 'ok'} {number} {name}"
                 + (" # SKIP all cases were skipped" if skipped else ""))
    return lines


def by_program(results):
    programs = {}
    for result in results:
        programs.setdefault((result.iteration, result.case.file), []).append(result)
    return programs


def write_tap(path, results):
    programs = by_program(results)
    lines = ["KTAP version 1", f"1..{len(programs)}"]
    for number, ((_, name), group) in enumerate(programs.items(), 1):
        lines += program_lines(number, name, group)
    write_text(path, "\n".join(lines) + "\n")


def write_text(path, text):
    with open(path, "w", encoding="utf-8") as stream:
        stream.write(text)


def count(results):
    totals = {word: 0 for word in (PASS, FAIL, SKIP, XFAIL)}
    for result in results:
        totals[result.result] += 1
    return totals


def write_json(path, results, facts):
    cases = [{"file": r.case.file, "case": r.case.name, "ids": list(r.case.ids),
              "iteration": r.iteration, "result": r.result, "reason": r.reason,
              "seed": r.seed, "duration": r.milliseconds / 1000, "log": r.log,
              "kernel_log": r.kernel} for r in results]
    write_text(path, json.dumps({**facts, "summary": count(results), "cases": cases},
                                indent=1) + "\n")


def clean(text):
    """Without the characters that XML cannot hold."""
    return re.sub(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd]", "?", text)


def write_junit(path, results):
    root = ElementTree.Element("testsuites")
    for (_, name), group in by_program(results).items():
        totals = count(group)
        suite = ElementTree.SubElement(root, "testsuite", {
            "name": name, "tests": str(len(group)), "failures": str(totals[FAIL]),
            "skipped": str(totals[SKIP] + totals[XFAIL])})
        for result in group:
            case = ElementTree.SubElement(suite, "testcase", {
                "classname": name, "name": result.case.name,
                "time": f"{result.milliseconds / 1000:.3f}"})
            word = {FAIL: "failure", SKIP: "skipped", XFAIL: "skipped"}.get(result.result)
            if word:
                ElementTree.SubElement(case, word, {"message": clean(result.reason)})
            log = result.log + "\n".join(result.kernel)
            ElementTree.SubElement(case, "system-out").text = clean(log)
    ElementTree.ElementTree(root).write(path, encoding="utf-8", xml_declaration=True)


class Printer:
    """Progress on stdout: KTAP, a program's block when all its cases are in."""

    def __init__(self, pending, quiet, verbose):
        self.quiet, self.verbose = quiet, verbose
        self.left = {}
        for item in pending:
            key = (item.iteration, item.case.file)
            self.left[key] = self.left.get(key, 0) + 1
        self.total, self.seen, self.number = len(pending), 0, 0
        self.blocks = {}
        self.status_shown = False
        if not quiet:
            print(f"KTAP version 1\n1..{len(self.left)}", flush=True)

    def result(self, result):
        key = (result.iteration, result.case.file)
        self.blocks.setdefault(key, []).append(result)
        self.seen += 1
        self.left[key] = self.left.get(key, 1) - 1
        if self.left[key] == 0:
            self.number += 1
            self._clear()
            if not self.quiet:
                print("\n".join(program_lines(self.number, key[1], self.blocks[key],
                                              self.verbose)), flush=True)
        self._status(result)

    def _status(self, result):
        if sys.stderr.isatty() and not self.quiet:
            text = f"[{self.seen}/{self.total}] {result.case}"
            print(f"\r{text[:100]:100}", end="", file=sys.stderr, flush=True)
            self.status_shown = True

    def _clear(self):
        if self.status_shown:
            print(f"\r{'':100}\r", end="", file=sys.stderr, flush=True)
            self.status_shown = False

    def finish(self):
        self._clear()


def print_failure(result, command):
    print(f"\nFAILED {result.case.file} {result.case.name}: {one_line(result.reason)}")
    for line in (result.log.splitlines() + result.kernel)[-60:]:
        print(f"    {line}")
    if result.seed is not None:
        target = shlex.quote(f"{result.case.file}:{result.case.name}")
        print(f"    seed {result.seed}; to repeat: {command} --seed {result.seed} {target}")


def print_summary(results, command, notes, phases, not_run=0):
    """not_run: cases without a verdict, as the run ended early; only their number counts."""
    for note in notes:
        print(f"# note: {note}")
    for result in results:
        if result.result == FAIL:
            print_failure(result, command)
    known = [r for r in results if r.result == XFAIL]
    for result in known:
        print(f"# {result.case}: {one_line(result.reason)}")
    reasons = {}
    for result in results:
        if result.result == SKIP:
            reasons[one_line(result.reason)] = reasons.get(one_line(result.reason), 0) + 1
    for reason, number in sorted(reasons.items()):
        print(f"# {number} skipped: {reason or 'no reason given'}")
    print("# time: " + ", ".join(f"{name} {seconds:.1f} s" for name, seconds in phases))
    totals = count(results)
    if known:
        print(f"# {len(known)} failed as listed in the known failures")
    print(f"{totals[PASS]} passed, {totals[FAIL]} failed, {totals[SKIP]} skipped"
          + (f", {not_run} not run" if not_run else ""), flush=True)
