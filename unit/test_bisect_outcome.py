# SPDX-License-Identifier: GPL-2.0
"""What of a run is good, bad, or says nothing of the case."""

import unittest

import options
import outcome
from outcome import ABORT, BAD, GOOD, SKIP

CASE = "x_test:f.c"


def entry(result, reason="", **more):
    return {"file": "x_test", "case": "f.c", "result": result, "reason": reason, "log": "",
            "kernel_log": [], **more}


def judged(*entries, notes=(), **policy):
    results = {"cases": list(entries), "notes": list(notes)}
    return outcome.of_case(results, CASE, outcome.Policy(**policy))


class OneRun(unittest.TestCase):
    def test_codes_are_those_of_git_bisect_run(self):
        self.assertEqual([outcome.CODES[w] for w in (GOOD, BAD, SKIP, ABORT)], [0, 1, 125, 128])

    def test_pass_and_fail(self):
        self.assertEqual(judged(entry("pass")).word, GOOD)
        found = judged(entry("fail", "x_test.c:7: 1 != 2"))
        self.assertEqual((found.word, found.reason), (BAD, "x_test.c:7: 1 != 2"))

    def test_skipped_or_absent_is_neither(self):
        self.assertEqual(judged(entry("skip", "no such hardware")).word, SKIP)
        self.assertEqual(judged().word, SKIP)
        self.assertEqual(judged(entry("pass", file="y_test")).word, SKIP)
        self.assertEqual(judged(entry("skip"), on_skip=BAD).word, BAD)

    def test_what_the_runner_found_in_the_case_is_bad(self):
        for reason in ("hang: no end within 90 s", "vm-hang: the kernel fell silent",
                       "vm-crash: the kernel died or was cut off", "splat: WARNING: x",
                       "crash: killed by SIGSEGV", "taint: x", "plan: no plan",
                       "exit: reported pass, but the exit code is 1"):
            self.assertEqual(judged(entry("fail", reason)).word, BAD, reason)

    def test_what_says_nothing_of_the_case(self):
        for reason in ("lost: lines of the result channel are missing",
                       "not-run: the VM died too often (crash)", "xpass: an expected failure",
                       "exit: the program cannot be executed"):
            self.assertEqual(judged(entry("fail", reason)).word, SKIP, reason)
        self.assertEqual(judged(entry("xfail", "expected by the program")).word, SKIP)

    def test_the_user_decides_about_hangs(self):
        hang = entry("fail", "hang: no end within 90 s")
        self.assertEqual(judged(hang, on_timeout=SKIP).word, SKIP)
        self.assertEqual(judged(hang, on_timeout=ABORT).word, ABORT)
        self.assertEqual(judged(entry("fail", "x.c:1: n"), on_timeout=SKIP).word, BAD)

    def test_another_failure_is_a_skip(self):
        self.assertEqual(judged(entry("fail", "x.c:1: EINVAL"), match="EINVAL").word, BAD)
        found = judged(entry("fail", "x.c:1: EFAULT"), match="EINVAL")
        self.assertEqual((found.word, found.reason), (SKIP, "another failure: x.c:1: EFAULT"))
        self.assertEqual(judged(entry("pass"), match="EINVAL").word, GOOD)

    def test_match_sees_the_kernel_log_and_the_console_of_a_dead_vm(self):
        self.assertEqual(judged(entry("fail", "splat: WARNING", kernel_log=["RIP: kvm_x"]),
                                match="kvm_x").word, BAD)
        notes = ["the VM ended by crash; its console ended with\n RIP: kvm_x"]
        self.assertEqual(judged(entry("fail", "vm-crash: died"), notes=notes,
                                match="kvm_x").word, BAD)
        self.assertEqual(judged(entry("fail", "x.c:1: y"), notes=notes, match="kvm_x").word, SKIP)


class Repeated(unittest.TestCase):
    def test_one_failure_is_enough(self):
        found = judged(*[entry("pass")] * 7, entry("fail", "x.c:1: y"))
        self.assertEqual((found.word, found.failed, found.runs), (BAD, 1, 8))
        self.assertEqual(str(found), "bad, 1 of 8 failed (x.c:1: y)")

    def test_good_needs_all(self):
        self.assertEqual(judged(*[entry("pass")] * 3).word, GOOD)
        self.assertEqual(judged(entry("pass"), entry("skip", "no")).word, SKIP)
        self.assertEqual(judged(entry("pass"), entry("fail", "lost: lines")).word, SKIP)


class WholeRun(unittest.TestCase):
    def of_run(self, code, said="", results=None, **policy):
        return outcome.of_run(code, said, results, [CASE], outcome.Policy(**policy))[CASE]

    def test_results_count_whatever_the_exit_code_of_a_finished_run(self):
        for code in (0, 1, 4):
            self.assertEqual(self.of_run(code, "", {"cases": [entry("pass")]}).word, GOOD)
        self.assertEqual(self.of_run(4, "", {"cases": [entry("skip", "no")]}).word, SKIP)

    def test_trouble_beside_the_case_is_told_and_does_not_count(self):
        run = {"file": "run", "case": "kernel_and_channel_are_sane", "result": "fail",
               "reason": "splat: WARNING: elsewhere", "log": "", "kernel_log": []}
        found = self.of_run(1, "", {"cases": [entry("pass"), run]})
        self.assertEqual(found.word, GOOD)
        self.assertIn("elsewhere", found.reason)

    def test_no_boot_is_a_skip_unless_told_otherwise(self):
        said = "run_tests.sh: the kernel did not boot\n    Kernel panic"
        self.assertEqual(self.of_run(2, said).word, SKIP)
        self.assertEqual(self.of_run(2, said, on_boot_fail=BAD).word, BAD)

    def test_anything_else_stops(self):
        found = self.of_run(2, "# x\nrun_tests.sh: missing tools; as root, run: apt\n")
        self.assertEqual((found.word, found.reason),
                         (ABORT, "run_tests.sh: missing tools; as root, run: apt"))
        self.assertEqual(self.of_run(143).word, ABORT)
        self.assertEqual(self.of_run(0).word, ABORT)


class Cost(unittest.TestCase):
    def test_threshold(self):
        self.assertEqual(outcome.of_cost(1000, None, 5).word, GOOD)
        self.assertEqual(outcome.of_cost(1050, 1000, 5).word, GOOD)
        self.assertEqual(outcome.of_cost(1051, 1000, 5).word, BAD)
        self.assertEqual(outcome.of_cost(500, 1000, 5).word, GOOD)
        self.assertEqual(outcome.of_cost(None, 1000, 5).word, SKIP)


class Options(unittest.TestCase):
    def refused(self, text, *argv):
        with self.assertRaisesRegex(options.UsageError, text):
            options.parse(argv)

    def test_ends(self):
        self.refused("--bad COMMIT is missing", "--good", "A")
        self.refused("--good COMMIT is missing; --find-good", "--bad", "B")
        self.refused("--find-good looks for what --good says",
                     "--bad", "B", "--good", "A", "--find-good")
        self.refused("--good COMMIT is missing", "--fixed", "--bad", "B")
        self.assertEqual(options.parse(["--fixed", "--good", "B", "--find-good"]).good, "B")

    def test_values(self):
        ends = ["--good", "A", "--bad", "B"]
        self.refused("wants a number above 0, not '0'", *ends, "--repeat", "0")
        self.refused("no regular expression", *ends, "--match", "(")
        self.refused("invalid choice: 'perhaps'", *ends, "--on-skip", "perhaps")
        self.refused("cannot read '/nosuch'", *ends, "--config", "/nosuch")
        self.refused("no configuration option", *ends, "--need", "a b")
        self.refused("unrecognized arguments: --bogus", *ends, "--bogus")
        self.refused("goes without --test", *ends, "--count", "x", "--test", "y")
        self.refused("--threshold goes with --count", *ends, "--threshold", "3")
        self.assertEqual(options.parse([*ends, "--need", "KVM_SMM"]).need,
                         ["CONFIG_KVM", "CONFIG_KVM_SMM"])

    def test_paths(self):
        found = options.parse(["--good", "A", "--bad", "B", "--", "virt/kvm", "--odd"])
        self.assertEqual(found.paths, ["virt/kvm", "--odd"])

    def test_resume_takes_nothing_else(self):
        self.refused("only --out", "--resume", "--repeat", "3")
        self.assertEqual(options.parse(["--resume", "--out", "x"]).out, "x")

    def test_judge(self):
        self.refused("wants --test", "--judge")
        self.refused("wants no ends", "--judge", "--test", "x", "--good", "A")


if __name__ == "__main__":
    unittest.main()
