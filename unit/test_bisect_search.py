# SPDX-License-Identifier: GPL-2.0
"""The search, on small histories in real git repositories: a commit's file says what
the fake worker finds in it."""

import os
import subprocess
import tempfile
import unittest

import gitbisect
import options
import outcome
import search
import state as states
import worker

CASE, OTHER = "x_test:f.c", "x_test:f.other"


class FakeWorker:
    """"good", "bad", "skip", "abort", "interrupt", a count, or "case=word ..."."""

    def __init__(self):
        self.seen = []

    def work(self, tree, folder, cases, reference=None):
        with open(os.path.join(tree, "behaviour"), encoding="utf-8") as stream:
            text = stream.read().split("#")[0].strip()
        self.seen.append(text)
        if text == "interrupt":
            raise KeyboardInterrupt
        os.makedirs(folder, exist_ok=True)
        if text.isdigit():
            found = {case: outcome.of_cost(int(text), reference, 5) for case in cases}
        else:
            words = dict(w.split("=") for w in text.split()) if "=" in text else {}
            found = {case: outcome.Outcome(words.get(case.rpartition(".")[2], text), "", 1, 4)
                     for case in cases}
        return worker.Step(found, ["CONFIG_X=y"] if "lacking" in text else [])


class History:
    """A repository with one commit for each behaviour; shas by position."""

    def __init__(self, directory, behaviours):
        self.path = directory
        self.git("init", "-q", "-b", "main", ".")
        self.git("config", "user.email", "a@b.invalid")
        self.git("config", "user.name", "a")
        self.shas = [self.commit(text) for text in behaviours]

    def git(self, *arguments):
        return subprocess.run(["git", "-C", self.path, *arguments], check=True, text=True,
                              capture_output=True).stdout.strip()

    def commit(self, text):
        number = int(self.git("rev-list", "--all", "--count"))
        with open(os.path.join(self.path, "behaviour"), "w", encoding="utf-8") as stream:
            stream.write(f"{text} # {number}\n")
        with open(os.path.join(self.path, "Kconfig"), "w", encoding="utf-8") as stream:
            stream.write("\n")
        self.git("add", "-A")
        self.git("commit", "-q", "-m", f"number {number}")
        return self.git("rev-parse", "HEAD")


class Searching(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = place.name
        self.said = []

    def history(self, *behaviours):
        directory = os.path.join(self.place, "src")
        os.makedirs(directory)
        self.source = History(directory, behaviours)
        return self.source

    def searcher(self, *argv, state=None):
        request = vars(options.parse(argv))
        for end in ("good", "bad"):
            request[end] = request[end] and self.source.git("rev-parse", request[end])
        repository = gitbisect.Repository(self.source.path)
        self.worker = FakeWorker()
        self.state = state or states.State(os.path.join(self.place, "out"), request)
        return search.Search(request, repository,
                             gitbisect.Tree(os.path.join(self.place, "tree"), repository),
                             self.worker, self.state, self.said.append)

    def find(self, *argv, cases=(CASE,)):
        return self.searcher(*argv).run(list(cases))

    def between(self, *behaviours, argv=()):
        """Searches from the first to the last; returns the culprit's position."""
        source = self.history(*behaviours)
        culprit = self.find("--good", source.shas[0], "--bad", source.shas[-1], *argv)
        self.assertTrue(culprit.confirmed)
        return source.shas.index(culprit.sha)


class Finding(Searching):
    def test_every_place_of_the_culprit(self):
        source = self.history(*["good"] * 10)
        for culprit in (1, 2, 5, 9):
            with self.subTest(culprit):
                source.git("checkout", "-q", "-B", "try", source.shas[0])
                shas = [source.shas[0]] + [source.commit("bad" if i >= culprit else "good")
                                           for i in range(1, 10)]
                found = self.find("--good", shas[0], "--bad", shas[-1])
                self.assertEqual(found.sha, shas[culprit])

    def test_skips_in_the_middle(self):
        self.assertEqual(self.between("good", "good", "good", "skip", "skip", "skip", "good",
                                      "good", "bad", "skip", "skip", "bad", "bad"), 8)

    def test_only_skipped_left_names_them(self):
        source = self.history("good", "good", "skip", "skip", "bad", "bad")
        with self.assertRaisesRegex(search.NotFound, "only skipped commits are left") as caught:
            self.find("--good", source.shas[0], "--bad", source.shas[-1])
        for sha in source.shas[2:5]:
            self.assertIn(sha[:12], str(caught.exception))
        self.assertNotIn(source.shas[1][:12], str(caught.exception))

    def test_fixed(self):
        source = self.history("bad", "bad", "skip", "bad", "good", "good", "good")
        found = self.find("--fixed", "--bad", source.shas[0], "--good", source.shas[-1])
        self.assertEqual(found.sha, source.shas[4])
        self.assertTrue(found.confirmed)

    def test_first_parent_names_the_merge(self):
        source = self.history("good", "good")
        source.git("checkout", "-q", "-b", "side")
        source.commit("bad")
        side = source.commit("bad")
        source.git("checkout", "-q", "main")
        source.commit("good")
        source.git("merge", "-q", "-s", "ours", "--no-commit", side)
        merge = source.commit("bad")
        tip = source.commit("bad")
        found = self.find("--good", source.shas[0], "--bad", tip, "--first-parent")
        self.assertEqual(found.sha, merge)
        self.assertTrue(found.confirmed)

    def test_paths_leave_commits_out(self):
        source = self.history("good", "good")
        for number in range(6):
            source.git("commit", "-q", "--allow-empty", "-m", f"empty {number}")
        bad = source.commit("bad")
        self.assertEqual(self.find("--good", source.shas[0], "--bad", bad, "--",
                                   "behaviour").sha, bad)
        self.assertLessEqual(len(self.worker.seen), 5)

    def test_the_users_repository_is_left_alone(self):
        source = self.history("good", "good", "bad", "bad")
        source.git("checkout", "-q", source.shas[1])
        before = source.git("for-each-ref") + source.git("worktree", "list") \
            + source.git("status", "--porcelain") + " ".join(sorted(os.listdir(
                os.path.join(source.path, ".git"))))
        self.find("--good", source.shas[0], "--bad", source.shas[-1])
        after = source.git("for-each-ref") + source.git("worktree", "list") \
            + source.git("status", "--porcelain") + " ".join(sorted(os.listdir(
                os.path.join(source.path, ".git"))))
        self.assertEqual(before, after)
        self.assertEqual(source.git("rev-parse", "HEAD"), source.shas[1])

    def test_a_shallow_clone(self):
        source = self.history(*["good"] * 4, "bad", "bad")
        shallow = os.path.join(self.place, "shallow")
        source.git("clone", "-q", "--depth=4", f"file://{source.path}", shallow)
        self.source.path = shallow
        found = self.find("--good", source.shas[2], "--bad", source.shas[-1])
        self.assertEqual(found.sha, source.shas[4])

    def test_by_count(self):
        source = self.history("1000", "1001", "1020", "1500", "1490")
        found = self.searcher("--good", source.shas[0], "--bad", source.shas[-1],
                              "--count", "x").run(["cost:x"])
        self.assertEqual(found.sha, source.shas[3])
        self.assertIn("1500 instructions, +50.00 %", found.notes[-1])


class Ends(Searching):
    def refused(self, text, *behaviours, argv=()):
        source = self.history(*behaviours)
        with self.assertRaisesRegex(search.NotFound, text):
            self.find("--good", source.shas[0], "--bad", source.shas[-1], *argv)

    def test_a_bad_end_that_is_good(self):
        self.refused("the bad end .* is not bad: good", "good", "good", "good")
        self.assertEqual(len(self.worker.seen), 1)

    def test_a_good_end_that_is_bad(self):
        self.refused("the good end .* is not good: bad", "bad", "bad", "bad")

    def test_ends_that_cannot_be_tried(self):
        self.refused("the bad end .* is not bad: skip", "good", "bad", "skip")

    def test_the_case_that_differs_is_taken(self):
        source = self.history("c=good other=good", "c=good other=bad", "c=good other=bad")
        found = self.find("--good", source.shas[0], "--bad", source.shas[-1],
                          cases=(CASE, OTHER))
        self.assertEqual((found.case, found.sha), (OTHER, source.shas[1]))

    def test_how_flaky_it_is_is_said(self):
        self.between("good", "bad", "bad", argv=("--repeat", "4"))
        text = "\n".join(self.said)
        self.assertIn("flaky: 1 of 4 failed; with --repeat 4 a bad step looks good in 31.6 %",
                      text)

    def test_missing_options_are_told_once(self):
        self.history("good", "good")
        searcher = self.searcher("--good", self.source.shas[0], "--bad", self.source.shas[1])
        for missing in ([], ["CONFIG_X=y"], ["CONFIG_X=y"], []):
            searcher.tell_missing(missing)
        self.assertEqual(len(self.said), 2)
        self.assertIn("lacks CONFIG_X=y", self.said[0])


class FindGood(Searching):
    def test_walks_back_by_doubling(self):
        source = self.history(*["good"] * 9, *["bad"] * 8)
        found = self.find("--bad", source.shas[-1], "--find-good")
        self.assertEqual(found.sha, source.shas[9])
        # The end, 1, 2, 4 and 8 back; then between 4 and 8.
        self.assertEqual(self.worker.seen[:5], ["bad", "bad", "bad", "bad", "good"])
        self.assertLessEqual(len(self.worker.seen), 5 + 2 + 2)

    def test_a_skip_on_the_way_is_passed(self):
        source = self.history("good", "good", "good", "bad", "skip", "bad", "bad")
        self.assertEqual(self.find("--bad", source.shas[-1], "--find-good").sha, source.shas[3])

    def test_up_to_the_root(self):
        source = self.history("good", "bad", "bad", "bad")
        self.assertEqual(self.find("--bad", source.shas[-1], "--find-good").sha, source.shas[1])

    def test_none(self):
        source = self.history("bad", "bad", "bad", "bad")
        with self.assertRaisesRegex(search.NotFound, "no commit is good, back to"):
            self.find("--bad", source.shas[-1], "--find-good")

    def test_the_fix(self):
        source = self.history("bad", "bad", "bad", "good", "good", "good")
        self.assertEqual(self.find("--fixed", "--good", source.shas[-1], "--find-good").sha,
                         source.shas[3])


class Stopping(Searching):
    def test_abort_stops_and_is_not_remembered(self):
        source = self.history("good", "good", "abort", "bad", "bad")
        searcher = self.searcher("--good", source.shas[0], "--bad", source.shas[-1])
        with self.assertRaises(search.Aborted):
            searcher.run([CASE])
        self.assertNotIn(source.shas[2], self.state.steps)

    def test_resume_asks_only_for_what_is_unknown(self):
        source = self.history(*["good"] * 8, *["bad"] * 8)
        argv = ("--good", source.shas[0], "--bad", source.shas[-1])
        whole = self.find(*argv)
        steps = len(self.worker.seen)
        for after in range(1, steps - 1):
            with self.subTest(after):
                searcher = self.searcher(*argv)
                work, left = self.worker.work, [after]

                def interrupted(*arguments, work=work, left=left):
                    left[0] -= 1
                    if left[0] < 0:
                        raise KeyboardInterrupt
                    return work(*arguments)

                self.worker.work = interrupted
                with self.assertRaises(KeyboardInterrupt):
                    searcher.run([CASE])
                known = len(self.state.steps)
                searcher = self.searcher(*argv, state=states.load(self.state.directory))
                self.assertEqual(searcher.run([CASE]).sha, whole.sha)
                # Both confirming builds are always made.
                self.assertEqual(len(self.worker.seen), max(steps - known, 2))

    def test_a_state_that_is_none(self):
        with self.assertRaisesRegex(states.StateError, "there is no"):
            states.load(os.path.join(self.place, "nosuch"))
        with open(os.path.join(self.place, "state.json"), "w", encoding="utf-8") as stream:
            stream.write("{")
        with self.assertRaisesRegex(states.StateError, "cannot be read"):
            states.load(self.place)


class Confirming(Searching):
    def test_a_culprit_that_passes_now_is_not_confirmed(self):
        source = self.history("good", "good", "bad", "bad")
        searcher = self.searcher("--good", source.shas[0], "--bad", source.shas[-1])
        confirm = searcher.confirm

        def changed(sha, case):
            self.worker.work = lambda *_: (os.makedirs(os.path.join(
                self.state.directory, "confirm-parent"), exist_ok=True), os.makedirs(
                    os.path.join(self.state.directory, "confirm-culprit"), exist_ok=True),
                worker.Step({CASE: outcome.Outcome("good")}))[-1]
            return confirm(sha, case)

        searcher.confirm = changed
        found = searcher.run([CASE])
        self.assertFalse(found.confirmed)
        self.assertEqual(len(found.notes), 2)


if __name__ == "__main__":
    unittest.main()
