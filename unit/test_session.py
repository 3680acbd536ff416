# SPDX-License-Identifier: GPL-2.0
"""Sessions against a made-up VM: crashes, hangs, lost lines, reboots."""

import tempfile
import unittest

import executor
import known
import plan
import session
import verdict
from wire import Event


def good(ident, name):
    text = f"TAP version 13\n1..1\nok 1 {name}\n".encode()
    return [Event("begin", [ident], b""), Event("out", [ident], text),
            Event("end", [ident, "exit", "0", "3"], b"")]


def bad(ident, name):
    text = f"TAP version 13\n1..1\n# t.c:1: wrong\nnot ok 1 {name}\n".encode()
    return [Event("begin", [ident], b""), Event("out", [ident], text),
            Event("end", [ident, "exit", "1", "3"], b"")]


HELLO = Event("hello", ["7.3.4", "x86_64"], b"")
LOST = Event("lost", ["1"], b"")


class SessionTest(unittest.TestCase):
    def setUp(self):
        self.results, self.reasons = {}, {}
        self.boots = []
        self.console = tempfile.NamedTemporaryFile()
        self.addCleanup(self.console.close)

    def run_session(self, behave, needs=((), (), ()), listed=(), require=(), shared=False):
        """behave(boot number, job ids) returns (events, outcome)."""
        def launch(jobs, listener, _console, variation):
            self.boots.append((variation, [job.id for job in jobs]))
            events, outcome = behave(len(self.boots), [job.id for job in jobs])
            stopped = any([listener(event) for event in events])
            return executor.STOPPED if stopped else outcome

        pending = []
        for number, need in enumerate(needs, 1):
            case = plan.Case("x_test", f"f.c{number}", (), need)
            job = executor.Job(number, ["/t/x_test"], 90)
            pending.append(session.Pending(str(number), case, 7, 1, job))
        run = session.Session(launch, known.Known(listed), self.note, self.console, require,
                              shared)
        run.run(pending, executor.Job("probe", ["/t/p"], 9) if require else None)
        return run

    def note(self, result):
        self.assertNotIn(result.case.name, self.results)
        self.results[result.case.name] = (result.result, result.reason.split(":")[0])
        self.reasons[result.case.name] = result.reason

    def all_good(self, _boot, ids):
        return [HELLO] + [e for i in ids for e in good(i, f"f.c{i}")], executor.DONE

    def test_all_is_well(self):
        self.run_session(self.all_good)
        self.assertEqual(self.results, {f"f.c{i}": ("pass", "") for i in (1, 2, 3)})
        self.assertEqual(len(self.boots), 1)

    def test_the_running_case_is_blamed_for_a_crash_and_the_rest_runs(self):
        def behave(boot, ids):
            if boot == 1:
                return [HELLO, *good("1", "f.c1"), Event("begin", ["2"], b"")], executor.CRASH
            return self.all_good(boot, ids)
        self.run_session(behave)
        self.assertEqual(self.results, {"f.c1": ("pass", ""), "f.c2": ("fail", "vm-crash"),
                                        "f.c3": ("pass", "")})
        self.assertEqual(self.boots, [("default", ["1", "2", "3"]), ("default", ["3"])])

    def test_of_several_running_the_one_that_does_it_alone_is_blamed(self):
        def behave(boot, ids):
            begun = [Event("begin", [i], b"") for i in ids]
            if boot == 1:
                return [HELLO, *begun], executor.CRASH
            if "2" in ids:
                return [HELLO, *good("1", "f.c1"), begun[1]], executor.CRASH
            return self.all_good(boot, ids)
        self.run_session(behave)
        self.assertEqual(self.results, {"f.c1": ("pass", ""), "f.c2": ("fail", "vm-crash"),
                                        "f.c3": ("pass", "")})

    def test_a_death_that_only_happens_together_is_not_forgotten(self):
        def behave(boot, ids):
            if boot == 1:
                return [HELLO, *[Event("begin", [i], b"") for i in ids]], executor.CRASH
            return self.all_good(boot, ids)
        self.run_session(behave)
        self.assertEqual(self.results.pop("kernel_and_channel_are_sane"), ("fail", "vm-crash"))
        self.assertEqual(set(self.results.values()), {("pass", "")})

    def test_natively_a_splat_may_be_anybodys(self):
        def behave(_boot, ids):
            splat = b"WARNING: at net.c:1"
            return [HELLO, Event("begin", ["1"], b""), Event("klog", ["1"], splat),
                    *good("1", "f.c1")[1:], *good("2", "f.c2"), Event("klog", ["-"], splat),
                    *good("3", "f.c3")], executor.DONE
        self.run_session(behave, shared=True)
        for name in ("f.c1", "kernel_and_channel_are_sane"):
            self.assertEqual(self.results[name], ("fail", "splat"))
            self.assertIn(verdict.MAYBE_OTHERS, self.reasons[name])

    def test_a_hang_and_a_stuck_case_cost_a_reboot(self):
        def behave(boot, ids):
            if boot == 1:
                return [HELLO, Event("begin", ["1"], b"")], executor.HANG
            if boot == 2:
                return [HELLO, Event("begin", ["2"], b""),
                        Event("end", ["2", "stuck", "0", "9"], b"")], executor.DONE
            return self.all_good(boot, ids)
        self.run_session(behave)
        self.assertEqual(self.results, {"f.c1": ("fail", "vm-hang"), "f.c2": ("fail", "hang"),
                                        "f.c3": ("pass", "")})

    def test_what_ran_beside_a_stuck_case_runs_again(self):
        def behave(boot, ids):
            if boot == 1:
                return [HELLO, Event("begin", ["1"], b""), Event("begin", ["2"], b""),
                        Event("end", ["2", "stuck", "0", "9"], b"")], executor.DONE
            return self.all_good(boot, ids)
        self.run_session(behave)
        self.assertEqual(self.results, {"f.c1": ("pass", ""), "f.c2": ("fail", "hang"),
                                        "f.c3": ("pass", "")})

    def test_a_vm_that_dies_before_each_case_does_not_loop_for_ever(self):
        self.run_session(lambda boot, ids: ([HELLO], executor.CRASH))
        self.assertEqual(set(self.results.values()), {("fail", "not-run")})
        self.assertLess(len(self.boots), 50)

    def test_a_kernel_that_does_not_boot(self):
        self.console.write(b"last words\n")
        with self.assertRaisesRegex(session.RunError, "did not boot"):
            self.run_session(lambda boot, ids: ([], executor.NO_BOOT))

    def test_a_later_boot_that_fails_once_is_tried_again(self):
        def behave(boot, ids):
            if boot == 1:
                return [HELLO, *good("1", "f.c1"), Event("begin", ["2"], b"")], executor.CRASH
            return ([], executor.NO_BOOT) if boot == 2 else self.all_good(boot, ids)
        self.run_session(behave)
        self.assertEqual(self.results, {"f.c1": ("pass", ""), "f.c2": ("fail", "vm-crash"),
                                        "f.c3": ("pass", "")})
        self.assertEqual(len(self.boots), 3)

    def test_a_variation_that_never_boots_fails_its_cases_only(self):
        def behave(boot, ids):
            if self.boots[-1][0] == "odd":
                return [], executor.NO_BOOT
            return self.all_good(boot, ids)
        run = self.run_session(behave, needs=((), ("vm=odd",), ("vm=odd", "boot"), ("boot",)))
        self.assertEqual(self.results, {"f.c1": ("pass", ""), "f.c2": ("fail", "not-run"),
                                        "f.c3": ("fail", "not-run"), "f.c4": ("pass", "")})
        self.assertEqual(self.reasons["f.c3"], verdict.NO_BOOT)
        # Once it is known not to boot, it is not tried as often.
        self.assertEqual([v for v, _ in self.boots].count("odd"), session.BOOT_TRIES + 1)
        self.assertTrue(any("did not boot (variation odd)" in note for note in run.notes))

    def test_those_that_run_alone_come_last_in_their_boot(self):
        self.run_session(self.all_good, needs=[("alone",), (), ("vm=x", "alone"), ("vm=x",), ()])
        self.assertEqual(self.boots, [("default", ["2", "5", "1"]), ("x", ["4", "3"])])

    def test_lost_lines_fail_the_cases_they_may_belong_to(self):
        def behave(_boot, ids):
            events = [HELLO, *good("1", "f.c1")]
            events += good("2", "f.c2")[:1] + [LOST] + good("3", "f.c3")[1:]
            return events, executor.DONE
        self.run_session(behave)
        self.assertEqual(self.results, {"f.c1": ("pass", ""), "f.c2": ("fail", "lost"),
                                        "f.c3": ("fail", "lost")})

    def test_a_loss_between_cases_fails_the_run(self):
        def behave(_boot, ids):
            return self.all_good(1, ids)[0] + [LOST], executor.DONE
        self.run_session(behave)
        self.assertEqual(self.results["kernel_and_channel_are_sane"], ("fail", "lost"))

    def test_a_case_that_is_never_mentioned_fails(self):
        self.run_session(lambda boot, ids: self.all_good(boot, ids[:2]))
        self.assertEqual(self.results["f.c3"], ("fail", "lost"))

    def test_a_splat_is_given_to_all_that_ran(self):
        def behave(_boot, ids):
            one, two = good("1", "f.c1"), good("2", "f.c2")
            splat = Event("klog", ["1,2"], b"BUG: bad")
            return [HELLO, one[0], two[0], splat, *one[1:], *two[1:],
                    *good("3", "f.c3")], executor.DONE
        self.run_session(behave)
        self.assertEqual(self.results, {"f.c1": ("fail", "splat"), "f.c2": ("fail", "splat"),
                                        "f.c3": ("pass", "")})

    def test_trouble_outside_of_cases_fails_the_run(self):
        for event in (Event("klog", ["-"], b"kmemleak: 1 new suspected memory leaks"),
                      Event("taint", ["-", "0", "512"], b"")):
            self.results.clear()
            self.run_session(lambda boot, ids, event=event: (
                self.all_good(boot, ids)[0] + [event], executor.DONE))
            self.assertEqual(self.results["kernel_and_channel_are_sane"][0], "fail")

    def test_variations_and_loners_get_boots_of_their_own(self):
        self.run_session(self.all_good, needs=(("boot",), ("vm=nonpt",), (), ("boot",)))
        self.assertEqual(self.boots, [("nonpt", ["2"]), ("default", ["3"]),
                                      ("default", ["1"]), ("default", ["4"])])

    def test_known_failures(self):
        def behave(_boot, ids):
            return [HELLO, *bad("1", "f.c1"), *good("2", "f.c2"), *good("3", "f.c3")], executor.DONE
        self.run_session(behave, listed=["x_test:f.c1 | <8.0 | fix", "x_test:f.c2 | <8.0 | fix",
                                         "x_test:f.c3 | <7.0 | fix"])
        self.assertEqual(self.results, {"f.c1": ("xfail", "known"), "f.c2": ("fail", "xpass"),
                                        "f.c3": ("pass", "")})

    def test_a_known_failure_excuses_neither_crash_nor_splat(self):
        def behave(_boot, ids):
            crash = [Event("begin", ["1"], b""), Event("end", ["1", "signal", "11", "3"], b"")]
            splat = bad("2", "f.c2")
            splat.insert(1, Event("klog", ["2"], b"BUG: KASAN: slab-use-after-free in f"))
            return [HELLO, *crash, *splat, *good("3", "f.c3")], executor.DONE
        self.run_session(behave, listed=["x_test:f.c1 | <8.0 | fix", "x_test:f.c2 | <8.0 | fix"])
        self.assertEqual(self.results, {"f.c1": ("fail", "crash"), "f.c2": ("fail", "splat"),
                                        "f.c3": ("pass", "")})

    def test_trouble_during_the_probe_fails_the_run(self):
        trouble = {"splat": Event("klog", ["probe"], b"WARNING: at kvm_main.c:1"),
                   "taint": Event("taint", ["probe", "0", "512"], b""), "lost": LOST}
        for word, event in trouble.items():
            self.results.clear()

            def behave(_boot, ids, event=event):
                probe = [Event("begin", ["probe"], b""), event,
                         Event("out", ["probe"], b"kvm=1\n"),
                         Event("end", ["probe", "exit", "0", "1"], b"")]
                return [HELLO, *probe, *self.all_good(1, ids[1:])[0][1:]], executor.DONE
            self.run_session(behave, require=("kvm",))
            self.assertEqual(self.results.pop("probe_leaves_no_trace"), ("fail", word))
            self.assertEqual(set(self.results.values()), {("pass", "")})

    def test_a_probe_that_does_not_end_proves_no_capability(self):
        def behave(_boot, ids):
            return [HELLO, Event("begin", ["probe"], b"")], executor.CRASH
        with self.assertRaisesRegex(session.RunError, "the probe did not end"):
            self.run_session(behave, require=("kvm",))

    def test_a_required_capability_that_is_missing_ends_the_run(self):
        def behave(_boot, ids):
            return [HELLO, Event("begin", ["probe"], b""),
                    Event("out", ["probe"], b"kvm=1\nsmm=0\n"),
                    Event("end", ["probe", "exit", "0", "1"], b"")], executor.DONE
        with self.assertRaisesRegex(session.RunError, "missing: smm, nosuch"):
            self.run_session(behave, require=("kvm", "smm", "nosuch"))

    def test_a_kernel_whose_kvm_cannot_be_loaded_cannot_be_tested(self):
        def behave(boot, ids):
            self.console.write(b"init: cannot load kvm-amd.ko\n")
            return self.all_good(boot, ids)
        with self.assertRaisesRegex(session.RunError, "cannot load kvm-amd.ko"):
            self.run_session(behave)

    def test_another_module_that_cannot_be_loaded_is_told(self):
        def behave(boot, ids):
            self.console.write(b"init: cannot load hwpoison-inject.ko\n")
            return self.all_good(boot, ids)
        run = self.run_session(behave)
        self.assertEqual(run.notes, ["the kernel cannot load hwpoison-inject.ko"])
        self.assertEqual(set(self.results.values()), {("pass", "")})


if __name__ == "__main__":
    unittest.main()
