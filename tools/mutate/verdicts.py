# SPDX-License-Identifier: GPL-2.0
"""What became of a mutant, and what that means."""

KILLED, SURVIVED, INVALID = "killed", "survived", "invalid"

# How a case noticed, from the first word of the runner's reason.
WAYS = {"splat": "splat", "taint": "splat", "hang": "hang", "vm-hang": "hang",
        "crash": "crash", "vm-crash": "crash", "not-run": "crash", "lost": "crash"}


def way(reason):
    word, separator, _ = reason.partition(": ")
    return WAYS.get(word, "fail") if separator else "fail"


class Kill:
    def __init__(self, case, how, reason):
        self.case, self.how, self.reason = case, how, reason

    def as_dict(self):
        return {"case": self.case, "how": self.how, "reason": self.reason}


class Verdict:
    def __init__(self, mutant, result, kills=(), reason=""):
        self.mutant, self.result = mutant, result
        self.kills, self.reason = list(kills), reason
        self.deaf = []          # cases that name the mutant and did not notice it
        self.seconds = {"build": 0.0, "run": 0.0}
        self.diff = ""

    @property
    def total(self):
        return sum(self.seconds.values())


def settle(mutant, kills, deaf, known):
    """The verdict after a run; known are the survivors with a reason."""
    if kills:
        verdict = Verdict(mutant, KILLED, kills)
    else:
        verdict = Verdict(mutant, SURVIVED, reason=known.get(mutant.name, ""))
    verdict.deaf = deaf
    return verdict


def unexpected(verdicts):
    """What makes the run a failure: survivors without a reason, invalid mutants, and
    cases that do not notice what they name."""
    return [v for v in verdicts
            if v.result == INVALID or v.result == SURVIVED and not v.reason or v.deaf]


def outdated(verdicts, known):
    """Names of listed survivors that were killed."""
    return [v.mutant.name for v in verdicts if v.result == KILLED and v.mutant.name in known]


def score(verdicts):
    """(killed, valid)"""
    valid = [v for v in verdicts if v.result != INVALID]
    return sum(v.result == KILLED for v in valid), len(valid)
