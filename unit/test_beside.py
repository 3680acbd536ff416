# SPDX-License-Identifier: GPL-2.0
"""Sessions with two made-up VMs at a time."""

import tempfile
import threading
import unittest
from unittest import mock

import beside
import executor
import known
import plan
import session
from test_session import HELLO, good
from wire import Event

LIMIT = 30      # seconds, for what happens at once


class TwoVms(unittest.TestCase):
    def setUp(self):
        self.results = {}
        self.boots, self.listeners = [], {}
        self.stopped = threading.Event()
        self.booted = {"default": threading.Event(), "x": threading.Event()}
        self.consoles = [tempfile.NamedTemporaryFile() for _ in range(2)]
        for console in self.consoles:
            self.addCleanup(console.close)

    def run_session(self, behave, needs):
        """behave(variation, job ids) is called in a VM that has booted, and may raise or
        return how that ends; otherwise all cases pass."""
        def launch(jobs, listener, console, variation):
            ids = [job.id for job in jobs]
            self.boots.append((variation, ids, self.consoles.index(console)))
            self.listeners[variation] = listener
            listener(HELLO)
            self.booted[variation].set()
            outcome = behave(variation, ids)
            if outcome:
                return outcome
            for event in [e for i in ids for e in good(i, f"f.c{i}")]:
                listener(event)
            return executor.DONE

        pending = [session.Pending(str(i), plan.Case("x_test", f"f.c{i}", (), need), 7, 1,
                                   executor.Job(i, ["/t/x_test"], 90))
                   for i, need in enumerate(needs, 1)]
        self.session = session.Session(launch, known.Known(()), self.note, self.consoles[0])
        self.session.run(pending, None, beside.Beside(self.consoles[1], self.stopped.set))

    def note(self, result):
        self.assertNotIn(result.case.name, self.results)
        self.results[result.case.name] = result.result

    def wait_for(self, event):
        self.assertTrue(event.wait(LIMIT), "nobody else runs")

    def test_both_run_at_once(self):
        def behave(variation, _ids):
            self.wait_for(self.booted["x" if variation == "default" else "default"])
        self.run_session(behave, [("vm=x",), (), (), ("boot",)])
        self.assertEqual(self.results, {f"f.c{i}": "pass" for i in (1, 2, 3, 4)})
        # The one with most cases, and the others, each of these with a boot of its own.
        self.assertEqual([b for b in self.boots if b[2] == 0], [("default", ["2", "3"], 0)])
        self.assertEqual([b for b in self.boots if b[2] == 1],
                         [("x", ["1"], 1), ("default", ["4"], 1)])
        self.assertEqual((self.session.boots, self.stopped.is_set()), (3, False))

    def test_one_kind_of_vm_needs_no_second(self):
        self.run_session(lambda *_: None, [(), ()])
        self.assertEqual(self.boots, [("default", ["1", "2"], 0)])

    def test_a_case_that_kills_the_second_is_blamed(self):
        def behave(variation, _ids):
            if variation == "x":
                self.listeners["x"](Event("begin", ["3"], b""))
                return executor.CRASH
            self.wait_for(self.booted["x"])
            return None
        self.run_session(behave, [(), (), ("vm=x",)])
        self.assertEqual(self.results, {"f.c1": "pass", "f.c2": "pass", "f.c3": "fail"})
        self.assertIn("the VM ended by crash", "".join(self.session.notes))

    def test_the_end_of_the_first_ends_the_second(self):
        for end in (KeyboardInterrupt(), SystemExit(143), session.RunError("no more")):
            self.setUp()

            def behave(variation, _ids, end=end):
                if variation == "default":
                    self.wait_for(self.booted["x"])
                    raise end
                self.wait_for(self.stopped)
                raise executor.ExecutorError("the run ends")
            with self.assertRaises(type(end)) as raised:
                self.run_session(behave, [(), (), ("vm=x",), ("vm=x", "boot")])
            self.assertIs(raised.exception, end)
            self.assertEqual((self.results, len(self.boots)), ({}, 2))

    def test_trouble_of_the_second_is_told_after_the_first(self):
        def behave(variation, _ids):
            if variation == "x":
                raise executor.ExecutorError("QEMU cannot be started")
            self.wait_for(self.booted["x"])
        with self.assertRaisesRegex(executor.ExecutorError, "QEMU cannot be started"):
            self.run_session(behave, [(), (), ("vm=x",)])
        self.assertEqual(self.results, {"f.c1": "pass", "f.c2": "pass"})

    def test_nothing_runs_beside_a_kernel_that_does_not_boot(self):
        def launch(_jobs, _listener, _console, variation):
            self.boots.append(variation)
            return executor.NO_BOOT
        pending = [session.Pending(str(i), plan.Case("x_test", f"f.c{i}", (), need), 7, 1,
                                   executor.Job(i, ["/t/x_test"], 90))
                   for i, need in enumerate([(), (), ("vm=x",)], 1)]
        run = session.Session(launch, known.Known(()), self.note, self.consoles[0])
        with self.assertRaisesRegex(session.RunError, "did not boot"):
            run.run(pending, None, beside.Beside(self.consoles[1], self.stopped.set))
        self.assertEqual(self.boots, ["default"])


class Room(unittest.TestCase):
    def test_sizes(self):
        self.assertEqual((beside.in_bytes("2G"), beside.in_bytes("512M")), (2 << 30, 512 << 20))

    def test_a_second_vm_wants_memory_for_itself(self):
        for gib, memory, room in ((7, "2G", False), (9, "2G", True), (9, "4G", False)):
            with mock.patch.object(beside, "available_memory", return_value=gib << 30):
                self.assertEqual(beside.is_room(memory), room)
        self.assertGreater(beside.available_memory(), 1 << 20)


if __name__ == "__main__":
    unittest.main()
