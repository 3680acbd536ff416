# SPDX-License-Identifier: GPL-2.0
"""Which cases fail without a mutant: the list is kept, so it must be right."""

import contextlib
import importlib.util
import io
import os
import tempfile
import types
import unittest
from unittest import mock

import executor
import mutants
import verdicts
from plan import Case

PATH = os.path.join(executor.ROOT, "tools", "mutate", "__main__.py")
SPEC = importlib.util.spec_from_file_location("mutate_main", PATH)
mutate_main = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(mutate_main)

CASES = [Case("t", f"x.{name}") for name in ("good", "flaky", "broken")]


def kill(case):
    return verdicts.Kill(case, "crash", "why")


class Baseline(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place = place.name
        for name in ("image", "kvm.ko", "program", "known"):
            self.write(name, name)

    def path(self, name):
        return os.path.join(self.place, name)

    def write(self, name, text):
        with open(self.path(name), "w", encoding="utf-8") as stream:
            stream.write(text)

    def find(self, *runs):
        """(the broken cases, what ran in each attempt, ! is alone)"""
        kernel = types.SimpleNamespace(image=self.path("image"), modules=self.place)
        suite = types.SimpleNamespace(
            cases=CASES, options=types.SimpleNamespace(full=False, timeout=40),
            run=mock.Mock(side_effect=[[kill(case) for case in run] for run in runs]))
        facts = {"tree": ["/tree"], "cache": [self.place], "program": [self.path("program")]}
        with mock.patch.object(mutate_main.build, "original", return_value=kernel), \
                mock.patch.object(mutate_main, "KNOWN_FAILURES", self.path("known")), \
                contextlib.redirect_stdout(io.StringIO()):
            broken = mutate_main.find_broken(suite, facts, self.place)
        return broken, [[f"{c.name}{'!' if c.alone else ''}" for c in call.args[0]]
                        for call in suite.run.call_args_list]

    def test_what_fails_once_has_another_try_alone(self):
        self.assertEqual(self.find(["t:x.flaky", "t:x.broken"], ["t:x.broken"]),
                         ({"t:x.broken"}, [["x.good", "x.flaky", "x.broken"],
                                           ["x.flaky!", "x.broken!"]]))

    def test_the_answer_is_kept_until_the_known_failures_change(self):
        self.find(["t:x.broken"], ["t:x.broken"])
        self.assertEqual(self.find(), ({"t:x.broken"}, []))
        self.write("known", "other")
        self.assertEqual(self.find([])[0], set())

    def test_a_boot_that_fails_is_no_answer(self):
        for runs in ([["boot"]], [["t:x.flaky"], ["boot"]]):
            with self.assertRaisesRegex(mutants.MutantError, "does not boot without a mutant"):
                self.find(*runs)
        self.assertEqual(self.find([])[0], set())


if __name__ == "__main__":
    unittest.main()
