# SPDX-License-Identifier: GPL-2.0
"""From what a step's run left behind to what git bisect is told.

The runner's words (tools/runner/verdict.py) begin the reasons of failures that it
found by itself; which of them is the regression, and which says nothing of it?
"""

import re

GOOD, BAD, SKIP, ABORT = "good", "bad", "skip", "abort"
# What "git bisect run" makes of an exit code.
CODES = {GOOD: 0, BAD: 1, SKIP: 125, ABORT: 128}

NO_BOOT = "the kernel did not boot"
# A failure of these says nothing about the case: the channel lost lines, the VM
# died before the case began, the program expected to fail.
UNCLEAR = ("lost", "xpass")
TIMEOUTS = ("hang", "vm-hang")


class Policy:
    """What the user decided about events that are neither."""

    def __init__(self, on_skip=SKIP, on_timeout=BAD, on_boot_fail=SKIP, match=None):
        self.on_skip, self.on_timeout, self.on_boot_fail = on_skip, on_timeout, on_boot_fail
        self.match = re.compile(match) if match else None


class Outcome:
    """word: one of the four; failed of so many runs, as the case was repeated."""

    def __init__(self, word, reason="", failed=0, runs=0):
        self.word, self.reason, self.failed, self.runs = word, reason, failed, runs

    def to_list(self):
        return [self.word, self.reason, self.failed, self.runs]

    def __str__(self):
        text = self.word
        if self.runs > 1:
            text += f", {self.failed} of {self.runs} failed"
        return text + (f" ({self.reason})" if self.reason else "")


def one_line(text, limit=160):
    text = re.sub(r"\s+", " ", text).strip()
    return text if len(text) <= limit else text[:limit - 3] + "..."


def of_failure(entry, notes, policy):
    reason = entry["reason"]
    word = reason.partition(":")[0]
    if word == "not-run":
        return policy.on_boot_fail
    if word in UNCLEAR or reason == "exit: the program cannot be executed":
        return SKIP
    if word in TIMEOUTS and policy.on_timeout != BAD:
        return policy.on_timeout
    if policy.match:
        text = "\n".join([reason, entry.get("log", ""), *entry.get("kernel_log", ())])
        if word.startswith("vm-"):
            text += "\n".join(notes)    # the end of its console
        if not policy.match.search(text):
            return SKIP
    return BAD


def of_entry(entry, notes, policy):
    """What one iteration of the case says."""
    result = entry["result"]
    if result == "pass":
        return GOOD
    if result == "skip":
        return policy.on_skip
    # An expected failure, in a run without a list of known failures, is the
    # program's own opinion of this kernel.
    return of_failure(entry, notes, policy) if result == "fail" else SKIP


def of_case(results, case, policy):
    """One failure of several is enough, as no pass proves the absence of it."""
    entries = [e for e in results["cases"] if f"{e['file']}:{e['case']}" == case]
    if not entries:
        return Outcome(SKIP, "the case is not among the results")
    notes = results.get("notes", ())
    words = [of_entry(entry, notes, policy) for entry in entries]
    word = next(w for w in (ABORT, BAD, SKIP, GOOD) if w in words)
    reason = one_line(entries[words.index(word)]["reason"])
    if word == SKIP and policy.match and entries[words.index(word)]["result"] == "fail":
        reason = f"another failure: {reason}"
    if word == GOOD:
        reason = trouble_beside(results)
    return Outcome(word, reason, sum(e["result"] == "fail" for e in entries), len(entries))


def trouble_beside(results):
    """Trouble that the runner could blame on no case does not make the case bad."""
    found = [e["reason"] for e in results["cases"] if e["file"] == "run"]
    return one_line(f"but beside the case: {found[0]}") if found else ""


def of_run(code, said, results, cases, policy):
    """{case: Outcome} of a run of run_tests.sh; results may be None."""
    if code in (0, 1, 4) and results:
        return {case: of_case(results, case, policy) for case in cases}
    if code == 2 and f"run_tests.sh: {NO_BOOT}" in said.splitlines():
        everything = Outcome(policy.on_boot_fail, NO_BOOT)
    else:
        lines = [line for line in said.splitlines() if line.startswith("run_tests.sh: ")]
        text = lines[0] if lines else f"run_tests.sh ended with {code} and without results"
        everything = Outcome(ABORT, one_line(text))
    return {case: everything for case in cases}


def of_cost(count, reference, threshold):
    """A count of instructions against that of the good end."""
    if count is None:
        return Outcome(SKIP, "the program did not end well: there is no count")
    if not reference:
        return Outcome(GOOD, f"{count} instructions")
    percent = 100 * (count - reference) / reference
    return Outcome(BAD if percent > threshold else GOOD,
                   f"{count} instructions, {percent:+.2f} %")
