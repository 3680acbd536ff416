# SPDX-License-Identifier: GPL-2.0
"""What a run leaves behind when it does not come to its end."""

import contextlib
import importlib.util
import io
import json
import os
import tempfile
import unittest
from types import SimpleNamespace
from unittest import mock
from xml.etree import ElementTree

import executor
import plan
import session
import verdict
from test_session import HELLO, good
from wire import Event

PATH = os.path.join(executor.ROOT, "tools", "runner", "__main__.py")
SPEC = importlib.util.spec_from_file_location("runner_main", PATH)
runner_main = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(runner_main)

PROGRAM = os.path.join(executor.ROOT, "unit", "fake", "verdicts_test")
CASES = ["fake.passes", "fake.fails", "fake.skips"]


class EarlyEnds(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.out = place.name
        for name in ("results.json", "results.tap", "junit.xml"):
            with open(self.path(name), "w", encoding="utf-8") as stream:
                stream.write("of an earlier run\n")

    def path(self, name):
        return os.path.join(self.out, name)

    def run_with(self, launch):
        """(exit code or what was raised, stdout)"""
        argv = ["--program", PROGRAM, "--out", self.out, "--quiet",
                *[f"verdicts_test:{name}" for name in CASES]]
        with mock.patch.object(runner_main, "make_launch", return_value=launch), \
                contextlib.redirect_stdout(io.StringIO()) as said, \
                contextlib.redirect_stderr(io.StringIO()):
            try:
                end = runner_main.main(argv)
            except (Exception, KeyboardInterrupt, SystemExit) as error:
                end = error
        return end, said.getvalue()

    def results(self):
        with open(self.path("results.json"), encoding="utf-8") as stream:
            return json.load(stream)

    @staticmethod
    def passing(listener):
        for event in [HELLO, *good("1", CASES[0]), Event("begin", ["2"], b"")]:
            listener(event)

    def check_incomplete(self, reason):
        results = self.results()
        self.assertEqual((results["interrupted"], results["planned"]), (True, 3))
        self.assertEqual({c["case"]: (c["result"], c["reason"]) for c in results["cases"]},
                         {CASES[0]: ("pass", ""), CASES[1]: ("fail", f"not-run: {reason}"),
                          CASES[2]: ("fail", f"not-run: {reason}")})
        with open(self.path("results.tap"), encoding="utf-8") as stream:
            self.assertIn(f"not ok 3 {CASES[2]}", stream.read())
        suites = ElementTree.parse(self.path("junit.xml")).getroot()
        self.assertEqual([s.get("failures") for s in suites], ["2"])

    def test_an_interrupted_run_says_what_is_missing(self):
        for interruption in (KeyboardInterrupt(), SystemExit(143)):
            def launch(_jobs, listener, _console, _variation, error=interruption):
                self.passing(listener)
                raise error
            end, said = self.run_with(launch)
            self.assertIs(end, interruption)
            self.check_incomplete("interrupted")
            self.assertEqual(said.splitlines()[-1], "1 passed, 0 failed, 0 skipped, 2 not run")
            self.assertNotIn("FAILED", said)

    def test_trouble_on_the_way_keeps_what_is_known(self):
        for trouble in (OSError(28, "No space left"), session.RunError("the script failed")):
            def launch(_jobs, listener, _console, _variation, error=trouble):
                self.passing(listener)
                raise error
            end, said = self.run_with(launch)
            self.assertIs(end, trouble)
            self.check_incomplete(str(trouble))
            self.assertEqual(said.splitlines()[-1], "1 passed, 0 failed, 0 skipped, 2 not run")

    def test_where_nothing_ran_nothing_is_left(self):
        end, _ = self.run_with(lambda *_: executor.NO_BOOT)
        self.assertIsInstance(end, session.RunError)
        self.assertEqual(os.listdir(self.out), ["console.log"])

    def test_a_run_to_the_end(self):
        def launch(jobs, listener, _console, _variation):
            for event in [HELLO] + [e for job, name in zip(jobs, CASES)
                                    for e in good(job.id, name)]:
                listener(event)
            return executor.DONE
        self.assertEqual(self.run_with(launch)[0], 0)
        self.assertEqual((self.results()["planned"], len(self.results()["cases"])), (3, 3))
        self.assertNotIn("interrupted", self.results())


class OtherKernels(unittest.TestCase):
    """Variations of the VM that want a kernel of their own."""

    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.asked = os.path.join(place.name, "asked")
        self.skipped = []

    def options(self, code=0, **more):
        command = f"""sh -c 'echo "$@" >>{self.asked}; echo /image; exit {code}' x image"""
        return SimpleNamespace(**{"kernel": "/k", "own_kernel": ["other"],
                                  "image_command": command, **more})

    @staticmethod
    def pending(*needs):
        return [session.Pending(str(i), plan.Case("a", f"c{i}", needs=[n] if n else []), 1, 1,
                                None) for i, n in enumerate(needs)]

    def skip(self, options, *needs):
        rest = runner_main.skip_impossible(self.pending(*needs), options, self.skipped.append)
        return [item.case.name for item in rest]

    def test_an_image_is_asked_for_once_and_only_where_a_case_wants_it(self):
        phases = []
        self.assertEqual(runner_main.provide_images(
            self.options(), self.pending("", "vm=nonpt"), phases), {})
        self.assertEqual((os.path.exists(self.asked), phases), (False, []))
        self.assertEqual(runner_main.provide_images(
            self.options(), self.pending("", "vm=other", "vm=other"), phases),
            {"other": "/image"})
        with open(self.asked, encoding="utf-8") as stream:
            self.assertEqual(stream.read(), "image --variation other\n")
        self.assertEqual([name for name, _ in phases], ["kernel (other)"])

    def test_an_image_that_cannot_be_built_ends_the_run(self):
        with self.assertRaises(session.RunError):
            runner_main.provide_images(self.options(code=2), self.pending("vm=other"), [])

    def test_a_given_kernel_has_no_variations_of_its_configuration(self):
        rest = self.skip(self.options(image_command=""), "", "vm=other", "vm=nonpt", "boot")
        self.assertEqual(rest, ["c0", "c2", "c3"])
        self.assertEqual([(r.case.name, r.result, r.reason) for r in self.skipped],
                         [("c1", verdict.SKIP, "needs a kernel that is built for it")])

    def test_natively_there_is_no_other_vm(self):
        rest = self.skip(self.options(kernel=None), "", "vm=other", "vm=nonpt", "boot")
        self.assertEqual(rest, ["c0"])
        self.assertEqual({r.reason for r in self.skipped}, {"needs a VM of its own"})

    def test_each_variation_boots_its_image(self):
        booted = []
        options = mock.Mock(long=False, after=None, probe=None, program=[], jobs=1, kernel="/k")

        def run_vm(config, *_):
            booted.append((config.variation, config.kernel))

        launch = runner_main.make_launch(options, {"other": "/image"})
        with mock.patch.object(executor, "run_vm", run_vm):
            for variation in ("default", "other", "nonpt"):
                launch([], None, None, variation)
        self.assertEqual(booted, [("default", "/k"), ("other", "/image"), ("nonpt", "/k")])


if __name__ == "__main__":
    unittest.main()
