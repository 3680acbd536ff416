# SPDX-License-Identifier: GPL-2.0
import os
import tempfile
import unittest

import plan

CASES = [plan.Case("conv_test", "conv.4k.private_write", ["ATTR-6"]),
         plan.Case("conv_test", "conv.2m.private_write", ["ATTR-6", "ATTR-7"]),
         plan.Case("conv_test", "conv.2m.splits", ["ATTR-7"], ["alone"]),
         plan.Case("bind_test", "global.offset_overflow", ["BIND-3"], ["boot"]),
         plan.Case("bind_test", "global.many_slots", ["BIND-10"], ["vm=nonpt"])]


class SelectTest(unittest.TestCase):
    def check(self, pattern, *indices):
        self.assertEqual(plan.select(CASES, [pattern]), [CASES[i] for i in indices])

    def test_files(self):
        for text in ("conv_test", "conv_test.c", "x86_64/conv_test.c", "conv*"):
            self.check(text, 0, 1, 2)

    def test_cases(self):
        self.check("conv_test:conv.2m.private_write", 1)
        self.check("conv_test:private_write", 0, 1)
        self.check("conv_test:conv.2m.*", 1, 2)
        self.check("*:*overflow", 3)

    def test_ids(self):
        self.check("ATTR-6", 0, 1)
        self.check("ATTR", 0, 1, 2)
        self.check("ATTR-*", 0, 1, 2)
        self.check("ATTR-[0-6]", 0, 1)
        self.check("BIND", 3, 4)
        self.check("BIND-10", 4)

    def test_an_id_is_not_a_prefix_of_another(self):
        with self.assertRaises(plan.PlanError):
            plan.select(CASES, ["BIND-1"])

    def test_each_pattern_must_match_something(self):
        with self.assertRaisesRegex(plan.PlanError, "no test case matches 'nosuch'"):
            plan.select(CASES, ["conv_test", "nosuch"])

    def test_no_pattern_is_all_and_order_is_kept(self):
        self.assertEqual(plan.select(CASES, []), CASES)
        self.assertEqual(plan.select(CASES, ["BIND", "conv_test"]), CASES)


class ShardTest(unittest.TestCase):
    def test_shards_are_a_partition(self):
        for n in range(1, 8):
            parts = [case for i in range(1, n + 1) for case in plan.shard(CASES, f"{i}/{n}")]
            self.assertEqual(sorted(map(repr, parts)), sorted(map(repr, CASES)))

    def test_bad_shards(self):
        for text in ("0/2", "3/2", "1", "a/b", "1/0", "-1/2"):
            with self.assertRaises(plan.PlanError, msg=text):
                plan.shard(CASES, text)

    def test_shuffling_depends_on_the_seed_only(self):
        self.assertEqual(plan.shuffle(CASES, 3), plan.shuffle(CASES, 3))
        self.assertNotEqual([plan.shuffle(CASES, s) for s in range(9)], [CASES] * 9)
        self.assertCountEqual(plan.shuffle(CASES, 3), CASES)


class NeedsTest(unittest.TestCase):
    def test_needs(self):
        self.assertTrue(CASES[2].alone and not CASES[0].alone)
        self.assertTrue(CASES[3].own_boot and not CASES[0].own_boot)
        self.assertEqual((CASES[4].variation, CASES[0].variation), ("nonpt", "default"))

    def test_an_unknown_need_is_an_error(self):
        with self.assertRaises(plan.PlanError):
            plan.check_needs(plan.Case("a", "b", (), ["bot"]))


class ListTest(unittest.TestCase):
    def setUp(self):
        self.directory = tempfile.TemporaryDirectory()
        self.addCleanup(self.directory.cleanup)

    def program(self, body):
        path = os.path.join(self.directory.name, "x_test")
        with open(path, "w", encoding="ascii") as stream:
            stream.write("#!/bin/sh\n" + body)
        os.chmod(path, 0o755)
        return path

    def test_the_table_is_joined_by_fixture_and_case(self):
        path = self.program("echo a.v.one\necho a.two\n")
        with open(os.path.join(self.directory.name, "cases.tsv"), "w",
                  encoding="ascii") as stream:
            stream.write("dir/x_test.c\ta\tone\tATTR-1,ATTR-2\talone\nx_test\tb\ttwo\tX-1\t\n")
        one, two = plan.list_cases([path])
        self.assertEqual((one.name, one.ids, one.needs),
                         ("a.v.one", ("ATTR-1", "ATTR-2"), ("alone",)))
        self.assertEqual((two.name, two.ids), ("a.two", ()))

    def test_programs_that_cannot_list(self):
        for body in ("exit 1", "", "echo a.b; echo a.b", "echo a.b; exit 3"):
            with self.assertRaises(plan.PlanError, msg=body):
                plan.list_names(self.program(body))
        with self.assertRaises(plan.PlanError):
            plan.list_names(os.path.join(self.directory.name, "nosuch"))


if __name__ == "__main__":
    unittest.main()
