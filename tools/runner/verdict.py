# SPDX-License-Identifier: GPL-2.0
"""From what was observed of one case to its verdict.

A reason that is not the program's own starts with one of these words:
plan, exit, crash, hang, splat, taint, lost, vm-crash, vm-hang, not-run, xpass.
"""

import re
import signal

import ktap

PASS, FAIL, SKIP, XFAIL = "pass", "fail", "skip", "xfail"
# Of a program that ran one case; to the harness an expected failure is no failure.
EXIT_CODES = {PASS: 0, FAIL: 1, SKIP: 4, XFAIL: 0}

SPLAT = re.compile(
    r"\bWARNING: |\bBUG: |kernel BUG at|\bOops\b|\bKASAN: |\bKCSAN: |\bKMSAN: |\bUBSAN: |"
    r"general protection fault|Unable to handle kernel|Internal error: |"
    r"INFO: task .* blocked for more than|rcu.*(stall|detected)|soft lockup|hard LOCKUP|"
    r"suspicious RCU usage|list_(add|del) corruption|refcount_t: |"
    r"kmemleak: \d+ new suspected|sleeping function called|scheduling while atomic|"
    r"Bad page state|Kernel panic|kernel log overrun|INFO: trying to register non-static key")


# What the runner found out by itself: no list of known failures excuses it.
OWN_FINDING = re.compile(
    r"(plan|exit|crash|hang|splat|taint|lost|vm-crash|vm-hang|not-run|xpass): ")


# Of a case whose VM never came up, though another had.
NO_BOOT = "not-run: the kernel did not boot"


class Record:
    """What the agent told about one case."""

    def __init__(self):
        self.output = []       # chunks of bytes
        self.kernel = []       # kernel log lines
        self.taint = None      # new taint value
        self.began = False
        self.end = None        # (how, value, milliseconds)
        self.lost = False      # the channel lost lines while it ran

    def text(self):
        return b"".join(self.output).decode(errors="replace")


def splats(lines):
    return [line for line in lines if SPLAT.search(line)]


# Of what a kernel says that is not ours alone.
MAYBE_OTHERS = " (while it ran; others use this machine and may have caused it)"


def trouble(record, shared=False):
    """What is wrong whatever a program says, or None.

    shared: the kernel is not ours alone.
    """
    doubt = MAYBE_OTHERS if shared else ""
    found = splats(record.kernel)
    if found:
        return f"splat: {found[0].strip()}{doubt}"
    if record.taint is not None:
        return f"taint: the kernel is now tainted ({record.taint}){doubt}"
    if record.lost:
        return "lost: lines of the result channel are missing"
    return None


def signal_name(number):
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def judge(record, name, timeout, outcome, shared=False):
    """Returns (result, reason) for the case of that name.

    outcome is how the execution ended, for a case that did not end itself.
    """
    reason = trouble(record, shared)
    if reason:
        return FAIL, reason
    if record.end is None:
        return FAIL, _unfinished(record, outcome)
    how, value, _ = record.end
    if how == "timeout":
        return FAIL, f"hang: no end within {timeout} s"
    if how == "stuck":
        return FAIL, f"hang: no end within {timeout} s, and cannot be killed"
    if how == "signal":
        return FAIL, f"crash: killed by {signal_name(value)}"
    return _claimed(ktap.parse(record.text()), name, value, record)


def _unfinished(record, outcome):
    if not record.began and outcome == "no-boot":
        return NO_BOOT
    if not record.began and outcome != "done":
        return f"not-run: the VM died too often ({outcome})"
    if outcome == "crash":
        return "vm-crash: the kernel died or was cut off"
    if outcome == "hang":
        return "vm-hang: the kernel fell silent"
    return f"lost: no end was reported ({outcome})"


def _claimed(report, name, code, record):
    if code == 127 and not report.results:
        return FAIL, "exit: the program cannot be executed"
    if report.problems:
        return FAIL, f"plan: {report.problems[0]}, exit code {code}"
    if len(report.results) != 1 or report.results[0].name != name:
        names = ", ".join(r.name for r in report.results) or "nothing"
        return FAIL, f"plan: asked for {name}, got {names}"
    line = report.results[0]
    if line.directive == "XPASS":
        return FAIL, "xpass: an expected failure passed"
    result = XFAIL if line.directive == "XFAIL" else FAIL if not line.ok else \
        SKIP if line.directive == "SKIP" else PASS
    if code != EXIT_CODES[result]:
        return FAIL, f"exit: reported {result}, but the exit code is {code}"
    if result == FAIL:
        return FAIL, first_diagnostic(record.text())
    if result == XFAIL:
        return XFAIL, line.reason or "expected by the program"
    return result, line.reason if result == SKIP else ""


def first_diagnostic(text):
    """The first "# file:line: message", else how the harness saw it end."""
    for what in (r"^#\s+(\S+:\d+:.*)$", r"^#\s+\S+: (Test (?!failed).*)$"):
        match = re.search(what, text, re.M)
        if match:
            return match.group(1)
    return "failed without a message"
