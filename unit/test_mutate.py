# SPDX-License-Identifier: GPL-2.0
"""What becomes of a mutant: verdicts, order of attempts, pipeline, matrix."""

import io
import json
import os
import tempfile
import types
import unittest
from unittest import mock

import build
import judge
import mutants
import pipeline
import report
import session
import verdict
import verdicts
from plan import Case


def mutant(name):
    return types.SimpleNamespace(name=name, breaks="<b>", origin="plausible", file="x.c",
                                 behaviours=("BIND-1",), historical=False)


def kill(case="t:a", how="fail"):
    return verdicts.Kill(case, how, "why")


class Ways(unittest.TestCase):
    def test_reasons_of_the_runner(self):
        for reason, way in (("splat: WARNING: x", "splat"), ("taint: y", "splat"),
                            ("hang: no end within 5 s", "hang"), ("vm-hang: silent", "hang"),
                            ("vm-crash: died", "crash"), ("crash: killed by SIGSEGV", "crash"),
                            ("x_test.c:12: expected 1, got 2", "fail"), ("odd", "fail")):
            self.assertEqual(verdicts.way(reason), way, reason)


class Verdicts(unittest.TestCase):
    def test_settle(self):
        self.assertEqual(verdicts.settle(mutant("m"), [kill()], [], {}).result, verdicts.KILLED)
        found = verdicts.settle(mutant("m"), [], [], {"m": "equivalent"})
        self.assertEqual((found.result, found.reason), (verdicts.SURVIVED, "equivalent"))

    def test_what_is_unexpected(self):
        known = verdicts.settle(mutant("a"), [], [], {"a": "equivalent"})
        new = verdicts.settle(mutant("b"), [], [], {})
        dead = verdicts.settle(mutant("c"), [kill()], [], {})
        bad = verdicts.Verdict(mutant("d"), verdicts.INVALID, reason="does not build")
        deaf = verdicts.settle(mutant("e"), [kill()], ["t:b"], {})
        self.assertEqual(verdicts.unexpected([known, new, dead, bad, deaf]), [new, bad, deaf])
        self.assertEqual(verdicts.score([known, new, dead, bad]), (1, 3))
        self.assertEqual(verdicts.outdated([dead], {"c": "?"}), ["c"])


class Attempts(unittest.TestCase):
    def suite(self, full, kills, claims=False):
        options = types.SimpleNamespace(full=full, claims=claims)
        cases = [Case("t", "x.named"), Case("t", "x.other"), Case("t", "x.broken")]
        suite = judge.Suite(options, cases, ["/p/t"], {("t", "x", "named"): {"m"}})
        suite.broken = {"t:x.broken"}
        suite.run = mock.Mock(side_effect=kills)
        return suite

    def ran(self, suite):
        return [[c.name for c in call.args[0]] for call in suite.run.call_args_list]

    def test_a_kill_by_a_named_case_ends_it(self):
        suite = self.suite(False, [[kill()]])
        kills, deaf = suite.judge(mutant("m"), None, None)
        self.assertEqual((len(kills), deaf), (1, []))
        self.assertEqual(self.ran(suite), [["x.named"]])

    def test_the_rest_follows_without_what_fails_anyway(self):
        suite = self.suite(False, [[], [kill()]])
        kills, deaf = suite.judge(mutant("m"), None, None)
        self.assertEqual((len(kills), deaf), (1, []))
        self.assertEqual(self.ran(suite), [["x.named"], ["x.other"]])

    def test_full_goes_on(self):
        suite = self.suite(True, [[kill()], [kill("t:b")]])
        kills, deaf = suite.judge(mutant("m"), None, None)
        self.assertEqual((len(kills), deaf), (2, []))

    def test_claims_tell_who_names_a_mutant_and_notices_nothing(self):
        suite = self.suite(False, [[kill("t:x.named")]], claims=True)
        self.assertEqual(suite.judge(mutant("m"), None, None)[1], [])
        suite = self.suite(False, [[], [kill("t:x.other")]], claims=True)
        kills, deaf = suite.judge(mutant("m"), None, None)
        self.assertEqual(([k.case for k in kills], deaf), (["t:x.other"], ["t:x.named"]))

    def test_one_variant_that_notices_will_do(self):
        cases = [Case("t", "x.small.a"), Case("t", "x.large.a"), Case("t", "x.small.b")]
        self.assertEqual(mutants.deaf(cases, {"t:x.large.a"}), ["t:x.b"])

    def test_a_mutant_that_nobody_names_starts_with_all(self):
        suite = self.suite(False, [[]])
        self.assertEqual(suite.judge(mutant("other"), None, None), ([], []))
        self.assertEqual(self.ran(suite), [["x.named", "x.other"]])


class Boots(unittest.TestCase):
    def run_with(self, outcomes):
        suite = judge.Suite(types.SimpleNamespace(full=False, seed=1), [], [], {})
        with mock.patch.object(suite, "_try", side_effect=outcomes) as tries:
            return suite.run([], None, None, False), tries.call_count

    def test_a_boot_that_fails_once_is_nobodys_fault(self):
        self.assertEqual(self.run_with([([], "did not boot"), ([], None)]), ([], 2))

    def test_nor_is_a_later_boot_that_fails(self):
        suite = judge.Suite(types.SimpleNamespace(full=False, seed=1, timeout=9, known=None),
                            [Case("t", "x.a")], ["/p/t"], {})
        record = types.SimpleNamespace(text=str, kernel=[], end=None)
        not_run = session.Result(suite.cases[0], 1, verdict.FAIL, verdict.NO_BOOT, record)

        def fake(_launch, _known, on_result, _console):
            return types.SimpleNamespace(run=lambda pending: on_result(not_run))

        with tempfile.NamedTemporaryFile("wb") as console, \
                mock.patch.object(suite, "_launch"), \
                mock.patch.object(session, "Session", fake):
            kills = suite.run(suite.cases, None, console, False)
        self.assertEqual([(k.case, k.how) for k in kills], [("boot", "crash")])

    def test_a_kernel_that_never_boots_is_killed(self):
        kills, tries = self.run_with([([], "did not boot")] * judge.BOOTS)
        self.assertEqual([(k.case, k.how) for k in kills], [("boot", "crash")])
        self.assertEqual(tries, judge.BOOTS)


class OtherSuite(unittest.TestCase):
    def judge(self, command, limit=20):
        with tempfile.NamedTemporaryFile("wb") as console:
            built = types.SimpleNamespace(image="/image", modules="/modules")
            return judge.Command(command, "/agent", limit).judge(None, built, console)[0]

    def test_success_is_survival_and_the_kernel_is_told(self):
        self.assertEqual(self.judge('test "$KVM_GMEM_IMAGE $KVM_GMEM_MODULES" = "/image /modules"'),
                         [])

    def test_failures_are_named(self):
        kills = self.judge("echo 'ok 1 a'; echo 'not ok 2 b_test # exit=1'; exit 1")
        self.assertEqual([(k.case, k.how) for k in kills], [("b_test", "fail")])

    def test_a_failure_without_a_name(self):
        self.assertEqual([k.case for k in self.judge("exit 3")], ["command"])

    def test_a_command_that_hangs(self):
        self.assertEqual([k.how for k in self.judge("sleep 60", 1)], ["hang"])

    def test_a_command_that_does_not_exist(self):
        with self.assertRaises(mutants.MutantError):
            self.judge("/nonexistent")


class Builds(unittest.TestCase):
    def build(self, code):
        """Of a kernel that has "original" as its code."""
        with tempfile.TemporaryDirectory() as tree:
            os.makedirs(os.path.join(tree, "obj/arch/x86/kvm"))
            for module in build.modules_of(tree):
                with open(module, "w", encoding="ascii") as stream:
                    stream.write("original")
            out = os.path.join(tree, "out")
            made = f"mkdir {out}/modules; printf original >{out}/modules/kvm-amd.ko; " \
                   f"printf '{code}' >{out}/modules/kvm.ko"
            with mock.patch("build.command", return_value=["sh", "-c", made]):
                return build.build(tree, mutant("m"), "diff", out)

    def test_one_module_differs(self):
        self.assertEqual(os.path.basename(self.build("mutated!").image), "image")

    def test_nothing_differs(self):
        """Red: build() without the comparison."""
        with self.assertRaisesRegex(mutants.MutantError, "m: builds the same kernel"):
            self.build("original")


class Pipe(unittest.TestCase):
    def run_pipeline(self, judged, jobs=1, count=5):
        found = []
        with tempfile.TemporaryDirectory() as directory:
            config = pipeline.Config("/tree", "/macros", "/cache", judged, {}, directory)
            with mock.patch("apply.diff", return_value="diff"), \
                 mock.patch("build.build", side_effect=self.build):
                pipeline.Pipeline(config, [mutant(f"m-{i}") for i in range(count)],
                                  found.append, jobs).run()
        return found

    @staticmethod
    def build(_tree, which, _diff, _directory):
        if which.name == "m-2":
            raise mutants.MutantError("m-2: does not build")
        return which.name

    def test_all_get_a_verdict_in_order(self):
        judged = mock.Mock()
        judged.judge.side_effect = lambda m, built, console: \
            ([kill()] if built != "m-3" else [], [])
        found = self.run_pipeline(judged)
        self.assertEqual([(v.mutant.name, v.result) for v in found],
                         [("m-0", "killed"), ("m-1", "killed"), ("m-2", "invalid"),
                          ("m-3", "survived"), ("m-4", "killed")])
        self.assertEqual(found[0].diff, "diff")

    def test_several_at_a_time(self):
        judged = mock.Mock()
        judged.judge.return_value = [kill()], []
        self.assertEqual(len(self.run_pipeline(judged, jobs=3, count=9)), 9)

    def test_trouble_ends_the_run(self):
        judged = mock.Mock()
        judged.judge.side_effect = ValueError("a bug")
        for jobs in (1, 2):
            with self.assertRaisesRegex(ValueError, "a bug"):
                self.run_pipeline(judged, jobs)


class Matrix(unittest.TestCase):
    def found(self):
        dead = verdicts.Verdict(mutant("a-dead"), verdicts.KILLED, [kill("t:<x>", "splat")])
        alive = verdicts.Verdict(mutant("b-alive"), verdicts.SURVIVED)
        dead.diff = "+if (a < b)"
        return [dead, alive]

    def test_text(self):
        dead, alive = self.found()
        self.assertRegex(report.line(1, 2, dead), r"\[1/2\] a-dead +killed +splat t:<x>")
        self.assertIn("survived  no reason known", report.line(2, 2, alive))
        text = report.summary([dead, alive], [], 30)
        self.assertIn("1 of 2 mutants killed (50.0 %), 15.0 s per mutant", text)
        self.assertIn("b-alive: no reason known", text)
        self.assertNotIn("did not notice", text)
        dead.deaf = ["t:y"]
        self.assertIn("a-dead: t:y", report.summary([dead], [], 30))
        self.assertIn("not noticed by t:y", report.line(1, 1, dead))

    def test_files(self):
        with tempfile.TemporaryDirectory() as directory:
            report.write(directory, self.found(), {"kernel": "7.3", "judge": "us"})
            with open(os.path.join(directory, "mutants.json"), encoding="utf-8") as stream:
                data = json.load(stream)
            with io.open(os.path.join(directory, "mutants.html"), encoding="utf-8") as stream:
                page = stream.read()
        self.assertEqual((data["killed"], data["valid"]), (1, 2))
        self.assertEqual(data["mutants"][0]["killed_by"][0]["how"], "splat")
        self.assertIn("t:&lt;x&gt;", page)
        self.assertIn("a &lt; b", page)
        self.assertNotIn("<b>", page)


if __name__ == "__main__":
    unittest.main()
