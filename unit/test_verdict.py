# SPDX-License-Identifier: GPL-2.0
import unittest

import verdict

NAME = "conv.2m.works"


def record(text="", end=("exit", 0, 5), kernel=(), taint=None, lost=False, began=True):
    made = verdict.Record()
    made.output, made.end, made.kernel = [text.encode()], end, list(kernel)
    made.taint, made.lost, made.began = taint, lost, began
    return made


def report(line):
    return f"TAP version 13\n1..1\n# conv.c:12:works: Expected 1 == 2\n{line}\n"


class JudgeTest(unittest.TestCase):
    def judge(self, *args, outcome="done", **kwargs):
        return verdict.judge(record(*args, **kwargs), NAME, 90, outcome)

    def check_word(self, word, *args, **kwargs):
        result, reason = self.judge(*args, **kwargs)
        self.assertEqual(result, verdict.FAIL)
        self.assertEqual(reason.split(":")[0], word, reason)

    def test_claims_that_agree_with_the_exit_code(self):
        self.assertEqual(self.judge(report(f"ok 1 {NAME}")), ("pass", ""))
        self.assertEqual(self.judge(report(f"not ok 1 {NAME}"), ("exit", 1, 5)),
                         ("fail", "conv.c:12:works: Expected 1 == 2"))
        self.assertEqual(self.judge(report(f"ok 1 {NAME} # SKIP no KVM"), ("exit", 4, 5)),
                         ("skip", "no KVM"))
        self.assertEqual(self.judge(report(f"not ok 1 {NAME} # XFAIL bug"))[0], "xfail")

    def test_a_case_that_the_harness_had_to_end(self):
        said = "TAP version 13\n1..1\n# works: Test terminated by timeout\n"
        self.assertEqual(self.judge(f"{said}not ok 1 {NAME}\n", ("exit", 1, 5)),
                         ("fail", "Test terminated by timeout"))
        said = "TAP version 13\n1..1\n# works: Test failed\n"
        self.assertEqual(self.judge(f"{said}not ok 1 {NAME}\n", ("exit", 1, 5)),
                         ("fail", "failed without a message"))

    def test_claims_that_do_not(self):
        self.check_word("exit", report(f"ok 1 {NAME}"), ("exit", 1, 5))
        self.check_word("exit", report(f"not ok 1 {NAME}"), ("exit", 0, 5))
        self.check_word("exit", report(f"ok 1 {NAME} # SKIP no KVM"), ("exit", 0, 5))
        self.check_word("exit", report(f"ok 1 {NAME}"), ("exit", 4, 5))
        self.assertEqual(self.judge(report(f"ok 1 {NAME} # XFAIL bug"), ("exit", 1, 5)),
                         ("fail", "exit: reported xfail, but the exit code is 1"))
        self.check_word("exit", report(f"not ok 1 {NAME} # XFAIL bug"), ("exit", 2, 5))

    def test_an_unexpected_pass(self):
        self.check_word("xpass", report(f"ok 1 {NAME} # XPASS"))

    def test_a_report_about_something_else(self):
        self.check_word("plan", report("ok 1 conv.4k.works"))
        self.check_word("plan", "TAP version 13\n1..0\n")
        self.check_word("plan", report(f"ok 1 {NAME}\nok 2 {NAME}"))
        self.check_word("plan", "")

    def test_a_program_that_cannot_run(self):
        self.check_word("exit", "# cannot execute /t/x: ENOENT\n", ("exit", 127, 0))

    def test_bad_ends(self):
        self.check_word("hang", report(f"ok 1 {NAME}"), ("timeout", 0, 5))
        self.check_word("hang", report(f"ok 1 {NAME}"), ("stuck", 0, 5))
        self.check_word("crash", report(f"ok 1 {NAME}"), ("signal", 11, 5))
        self.assertIn("SIGSEGV", self.judge("", ("signal", 11, 5))[1])

    def test_no_end(self):
        self.check_word("vm-crash", end=None, outcome="crash")
        self.check_word("vm-hang", end=None, outcome="hang")
        self.check_word("lost", end=None, outcome="done")
        self.check_word("not-run", end=None, outcome="crash", began=False)

    def test_the_kernels_word_beats_the_programs(self):
        good = report(f"ok 1 {NAME}")
        self.check_word("splat", good, kernel=["WARNING: CPU: 0 PID: 7 at mmu.c:1 f+0x1/0x2"])
        self.check_word("taint", good, taint="512")
        self.check_word("lost", good, lost=True)

    def test_on_a_shared_machine_others_may_have_done_it(self):
        good = report(f"ok 1 {NAME}")
        for observed in (record(good, kernel=["WARNING: at mmu.c:1"]), record(good, taint="512")):
            alone = verdict.judge(observed, NAME, 90, "done")
            shared = verdict.judge(observed, NAME, 90, "done", shared=True)
            self.assertEqual((alone[0], shared[0]), ("fail", "fail"))
            self.assertEqual(shared[1], alone[1] + verdict.MAYBE_OTHERS)
        lost = record(good, lost=True)
        self.assertEqual(verdict.judge(lost, NAME, 90, "done", shared=True),
                         verdict.judge(lost, NAME, 90, "done"))


class SplatTest(unittest.TestCase):
    def test_what_is_a_splat(self):
        for line in ("WARNING: CPU: 1 PID: 2 at virt/kvm/guest_memfd.c:99 f+0x3/0x4 [kvm]",
                     "WARNING: virt/kvm/guest_memfd.c:99 at f+0x3/0x4, CPU#1: x/2",
                     "WARNING: possible circular locking dependency detected",
                     "BUG: kernel NULL pointer dereference, address: 0000000000000000",
                     "BUG: KASAN: slab-use-after-free in f+0x1/0x2",
                     "kernel BUG at mm/filemap.c:1!",
                     "Oops: general protection fault, probably for non-canonical address",
                     "rcu: INFO: rcu_preempt self-detected stall on CPU",
                     "watchdog: BUG: soft lockup - CPU#0 stuck for 26s!",
                     "INFO: task x:2 blocked for more than 120 seconds.",
                     "UBSAN: array-index-out-of-bounds in mm/x.c:1:2",
                     "refcount_t: underflow; use-after-free.",
                     "list_del corruption. prev->next should be x",
                     "kmemleak: 3 new suspected memory leaks (see /sys/kernel/debug/kmemleak)",
                     "Kernel panic - not syncing: Fatal exception"):
            self.assertEqual(verdict.splats([line]), [line])

    def test_what_is_not(self):
        self.assertEqual(verdict.splats([
            "kvm_amd: Nested Paging enabled", "FAULT_INJECTION: forcing a failure.",
            "debug: no warning here", "rcu: Hierarchical RCU implementation.",
            "Memory failure: 0x1234: recovery action for clean LRU page: Recovered"]), [])


if __name__ == "__main__":
    unittest.main()
