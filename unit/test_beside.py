# SPDX-License-Identifier: GPL-2.0
"""Sessions with two made-up VMs at a time."""

import os
import signal
import sys
import tempfile
import threading
import time
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


def main_thread_is_in():
    """Names of its functions."""
    names, frame = set(), sys._current_frames()[threading.main_thread().ident]
    while frame:
        names.add(frame.f_code.co_name)
        frame = frame.f_back
    return names


class TwoVms(unittest.TestCase):
    def setUp(self):
        self.results = {}
        self.boots, self.listeners = [], {}
        self.stopped = threading.Event()
        self.booted = {"default": threading.Event(), "x": threading.Event()}
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.first = open(os.path.join(place.name, "first"), "wb")
        self.addCleanup(self.first.close)
        self.beside = beside.Beside(os.path.join(place.name, "second"), self.stopped.set)

    def run_session(self, behave, needs, require=()):
        """behave(variation, job ids) is called in a VM that has booted, and may raise or
        return how that ends; otherwise all cases pass."""
        def launch(jobs, listener, console, variation):
            ids = [job.id for job in jobs]
            self.boots.append((variation, ids, console is not self.first))
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
        self.session = session.Session(launch, known.Known(()), self.note, self.first, require)
        self.session.run(pending, executor.Job("probe", ["/t/p"], 9) if require else None,
                         self.beside)

    def note(self, result):
        self.assertNotIn(result.case.name, self.results)
        self.results[result.case.name] = result.result

    def wait_for(self, event):
        self.assertTrue(event.wait(LIMIT), "nobody else runs")

    def test_both_run_at_once(self):
        def behave(variation, _ids):
            self.wait_for(self.booted["x" if variation == "default" else "default"])
        self.run_session(behave, [("vm=x",), ("vm=x",), ("vm=x",), (), (), ("boot",)])
        self.assertEqual(self.results, {f"f.c{i}": "pass" for i in (1, 2, 3, 4, 5, 6)})
        # The VM as it comes, and all others, each with a boot of its own.
        self.assertEqual([b for b in self.boots if not b[2]], [("default", ["4", "5"], False)])
        self.assertEqual([b for b in self.boots if b[2]],
                         [("x", ["1", "2", "3"], True), ("default", ["6"], True)])
        self.assertEqual((self.session.boots, self.stopped.is_set()), (3, False))

    def test_one_kind_of_vm_needs_no_second(self):
        self.run_session(lambda *_: None, [(), ()])
        self.assertEqual(self.boots, [("default", ["1", "2"], False)])
        self.assertFalse(os.path.exists(self.beside.console))

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
            self.assertEqual(self.session.boots, 2)

    def test_a_signal_while_only_the_second_runs_waits_for_its_end(self):
        ended = threading.Event()

        def behave(variation, _ids):
            if variation == "x":
                limit = time.monotonic() + LIMIT
                while "finish" not in main_thread_is_in() and time.monotonic() < limit:
                    time.sleep(0.01)
                signal.pthread_kill(threading.main_thread().ident, signal.SIGUSR1)
                self.wait_for(self.stopped)
                self.assertFalse(ended.wait(0.2), "it was not waited for")
                raise executor.ExecutorError("the run ends")

        def interrupt(_number, _frame):
            raise KeyboardInterrupt

        old = signal.signal(signal.SIGUSR1, interrupt)
        self.addCleanup(signal.signal, signal.SIGUSR1, old)
        with self.assertRaises(KeyboardInterrupt):
            try:
                self.run_session(behave, [(), (), ("vm=x",)])
            finally:
                ended.set()
        self.assertEqual(str(self.beside.error), "the run ends")
        self.assertNotIn("f.c3", self.results)

    def test_what_is_required_is_there_before_the_second_begins(self):
        def behave(_variation, ids):
            self.assertEqual(ids[0], "probe")
            for event in (Event("begin", ["probe"], b""), Event("out", ["probe"], b"kvm=1\n"),
                          Event("end", ["probe", "exit", "0", "1"], b"")):
                self.listeners["default"](event)
            return executor.STOPPED
        with self.assertRaisesRegex(session.RunError, "missing: smm"):
            self.run_session(behave, [(), (), ("vm=x",)], ("kvm", "smm"))
        self.assertEqual(len(self.boots), 1)

    def test_with_what_is_required_both_run(self):
        def behave(variation, _ids):
            if variation == "default":
                self.listeners["default"](Event("out", ["probe"], b"kvm=1\n"))
                self.listeners["default"](Event("end", ["probe", "exit", "0", "1"], b""))
                self.wait_for(self.booted["x"])
        self.run_session(behave, [(), (), ("vm=x",)], ("kvm",))
        self.assertEqual(self.results, {f"f.c{i}": "pass" for i in (1, 2, 3)})

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
        run = session.Session(launch, known.Known(()), self.note, self.first)
        with self.assertRaisesRegex(session.RunError, "did not boot"):
            run.run(pending, None, self.beside)
        self.assertEqual(self.boots, ["default"])


class Room(unittest.TestCase):
    def test_sizes(self):
        self.assertEqual((beside.in_bytes("2G"), beside.in_bytes("512M")), (2 << 30, 512 << 20))

    def test_a_second_vm_wants_memory_for_itself(self):
        for gib, memory, room in ((7, "2G", False), (9, "2G", True), (9, "4G", False)):
            with mock.patch.object(beside, "available_memory", return_value=gib << 30):
                self.assertEqual(beside.is_room(memory), room)
        self.assertGreater(beside.available_memory(), 1 << 20)

    def test_the_limits_of_cgroups_count(self):
        with tempfile.TemporaryDirectory() as root:
            os.makedirs(f"{root}/a/b")
            for name, text in (("own", "0::/a/b\n"), ("a/b/memory.max", "max\n"),
                               ("a/memory.max", "900\n"), ("a/memory.current", "200\n"),
                               ("memory.max", "5000\n"), ("memory.current", "300\n")):
                with open(f"{root}/{name}", "w", encoding="utf-8") as stream:
                    stream.write(text)
            self.assertEqual(list(beside.left_in_cgroups(root, f"{root}/own")), [700, 4700])
            self.assertEqual(list(beside.left_in_cgroups(root, f"{root}/none")), [4700])


if __name__ == "__main__":
    unittest.main()
