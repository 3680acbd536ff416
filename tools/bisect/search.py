# SPDX-License-Identifier: GPL-2.0
"""The search itself: both ends, the way between them, and the proof."""

import os

import outcome
from gitbisect import Bisection
from outcome import BAD, GOOD, SKIP


class NotFound(Exception):
    """The search ends without a culprit; text for the user."""


class Aborted(Exception):
    """A step says that going on makes no sense; one line for the user."""


class Culprit:
    """confirmed: whether the rebuilt culprit and its parents still differ."""

    def __init__(self, sha, case, confirmed, notes):
        self.sha, self.case, self.confirmed, self.notes = sha, case, confirmed, notes


class Search:
    """request: a dict, see options.py.  say(text) tells the user."""

    def __init__(self, request, repository, tree, worker, state, say):
        self.request, self.repository, self.tree = request, repository, tree
        self.worker, self.state, self.say = worker, state, say
        self.number = 0
        self.missing = None
        fixed = request["fixed"]
        self.old_word, self.new_word = (BAD, GOOD) if fixed else (GOOD, BAD)
        self.old, self.new = ((request["bad"], request["good"]) if fixed else
                              (request["good"], request["bad"]))
        terms = ("broken", "fixed") if fixed else ("good", "bad")
        self.bisection = Bisection(tree, *terms)
        self.term_of = {self.old_word: terms[0], self.new_word: terms[1]}

    # --- One step ------------------------------------------------------------

    def probe(self, sha, cases, what):
        """{case: Outcome}, from memory if it is there."""
        self.number += 1
        title = f'{sha[:12]} "{outcome.one_line(self.repository.subject(sha), 60)}"'
        found = self.state.known(sha, cases)
        if found is None:
            self.say(f"step {self.number}, {what}: {title}")
            found = self.work(sha, cases, f"{self.number:02}-{sha[:12]}", keep=True)
        else:
            self.say(f"step {self.number}, {what}: {title}, as known:"
                     f" {found[cases[0]]}")
        self.refuse_abort(found)
        return found

    def work(self, sha, cases, name, keep):
        folder = os.path.join(self.state.directory, name)
        self.tree.checkout(sha)
        step = self.worker.work(self.tree.path, folder, cases, self.reference())
        with open(os.path.join(folder, "verdict"), "w", encoding="utf-8") as stream:
            for case, found in step.outcomes.items():
                stream.write(f"{outcome.CODES[found.word]} {sha} {case}: {found}\n")
        self.tell_missing(step.missing)
        if keep and not any(o.word == outcome.ABORT for o in step.outcomes.values()):
            self.state.note(sha, step, name)
        else:
            self.state.took(step)
        self.say(f"  built in {step.build:.0f} s, ran in {step.run:.0f} s: "
                 + summary(step.outcomes))
        return step.outcomes

    def reference(self):
        """The count of the good end, once it is known."""
        if not self.request["count"]:
            return None
        entry = self.state.steps.get(self.request["good"])
        found = next(iter(entry["outcomes"].values())) if entry else None
        digits = found[1].partition(" ")[0] if found and found[0] == GOOD else ""
        return int(digits) if digits.isdigit() else None

    def tell_missing(self, missing):
        if missing != (self.missing or []):
            self.say("  this kernel's configuration lacks " + " ".join(missing) if missing
                     else "  no option of the configuration is lacking any more")
        self.missing = missing

    def refuse_abort(self, found):
        for case, result in found.items():
            if result.word == outcome.ABORT:
                raise Aborted(f"{case}: {result.reason}")

    # --- Ends ----------------------------------------------------------------

    def verify_ends(self, cases):
        """The cases that tell the ends apart; all that follows is about the first."""
        if self.request["count"]:
            self.end(self.request["good"], cases, GOOD)
            return self.end(self.request["bad"], cases, BAD)
        if self.old is None:
            cases = self.end(self.new, cases, self.new_word)
            return self.walk_back(cases)
        cases = self.end(self.request["bad"], cases, BAD)
        self.warn_of_flakiness(cases[0])
        return self.end(self.request["good"], cases, GOOD)

    def end(self, sha, cases, word):
        found = self.probe(sha, cases, f"the {word} end")
        fitting = [case for case in cases if found[case].word == word]
        if not fitting:
            raise NotFound(f"the {word} end {sha[:12]} is not {word}: {summary(found)}")
        return fitting

    def warn_of_flakiness(self, case):
        """How often would so many repetitions miss it?"""
        found = self.state.known(self.request["bad"], [case])[case]
        if found.runs and found.failed < found.runs:
            missed = 100 * (1 - found.failed / found.runs) ** self.request["repeat"]
            self.say(f"  flaky: {found.failed} of {found.runs} failed; with --repeat "
                     f"{self.request['repeat']} a bad step looks good in {missed:.1f} %"
                     + (" of cases: use more" if missed > 1 else ""))

    def walk_back(self, cases):
        """Doubles the distance until it finds the other kind of end."""
        start, distance = self.new, 1
        while True:
            sha = self.repository.back(start, distance) or self.repository.oldest(start)
            found = self.probe(sha, cases, f"looking for the {self.old_word} end, "
                               f"{distance} back")
            fitting = [case for case in cases if found[case].word == self.old_word]
            if fitting:
                self.old = sha
                return fitting
            if any(found[case].word == self.new_word for case in cases):
                self.new = sha
                cases = [case for case in cases if found[case].word == self.new_word]
            if not self.repository.back(start, distance):
                raise NotFound(f"no commit is {self.old_word}, back to {sha[:12]}")
            distance *= 2

    # --- Between them --------------------------------------------------------

    def run(self, cases):
        cases = self.verify_ends(cases)
        case = cases[0]
        self.say(f"bisecting by {case}" + (
            f"; {len(cases) - 1} more differ, too: {' '.join(cases[1:4])}" if cases[1:] else ""))
        sha = self.bisect(case)
        confirmed, notes = self.confirm(sha, case)
        return Culprit(sha, case, confirmed, notes)

    def bisect(self, case):
        following = self.bisection.start(self.old, self.new, self.request["first_parent"],
                                         self.request["paths"])
        while following.kind == "test":
            sha = following.commits[0]
            found = self.probe(sha, [case], f"about {following.text} left after it")[case]
            following = self.bisection.mark(
                "skip" if found.word == SKIP else self.term_of[found.word], sha)
            self.write_log()
        if following.kind == "failed":
            raise NotFound(f"git bisect: {following.text}")
        if following.kind == "skipped":
            raise NotFound("only skipped commits are left; it is one of:\n" + "\n".join(
                f"  {self.repository.fixes(sha)}" for sha in following.commits))
        return following.commits[0]

    def write_log(self):
        path = os.path.join(self.state.directory, "bisect.log")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(self.bisection.log())

    # --- Proof ---------------------------------------------------------------

    def confirm(self, sha, case):
        """Builds and runs culprit and parents once more, whatever is known of them."""
        # By first parents, another parent of a merge may be anything.
        parents = self.repository.parents(sha)[:1 if self.request["first_parent"] else None]
        wanted = [("parent", parent, self.old_word) for parent in parents]
        wanted.append(("culprit", sha, self.new_word))
        confirmed, notes = True, []
        for index, (role, commit, word) in enumerate(wanted):
            self.say(f"confirming the {role} {commit[:12]}")
            name = f"confirm-{role}" + (f"-{index}" if index and role == "parent" else "")
            found = self.work(commit, [case], name, keep=False)[case]
            self.refuse_abort({case: found})
            notes.append(f"{role} {commit[:12]}: {found}")
            confirmed = confirmed and found.word == word
        return confirmed, notes


def summary(outcomes):
    """One outcome as it is; of many, how often each and the first that is not good."""
    found = list(outcomes.items())
    if len(found) == 1:
        return str(found[0][1])
    counts = {}
    for _, result in found:
        counts[result.word] = counts.get(result.word, 0) + 1
    text = ", ".join(f"{number} {word}" for word, number in counts.items())
    other = next(((c, o) for c, o in found if o.word != GOOD), None)
    return text + (f"; {other[0]}: {other[1]}" if other else "")
