# SPDX-License-Identifier: GPL-2.0
import unittest

import ktap

GOOD = """TAP version 13
1..2
# Starting 2 tests from 1 test cases.
#  RUN           global.a ...
#            OK  global.a
ok 1 global.a
ok 2 global.b # SKIP no such thing
# Totals: pass:1 fail:0 xfail:0 xpass:0 skip:1 error:0
"""


class KtapTest(unittest.TestCase):
    def problems(self, text):
        return ktap.parse(text).problems

    def test_a_good_report(self):
        report = ktap.parse(GOOD)
        self.assertEqual(report.problems, [])
        self.assertEqual(report.results, [ktap.TestLine(1, True, "global.a", "", ""),
                                          ktap.TestLine(2, True, "global.b", "SKIP",
                                                        "no such thing")])

    def test_both_headers_and_the_dash(self):
        report = ktap.parse("KTAP version 1\n1..1\nnot ok 1 - a.b\n")
        self.assertEqual(report.problems, [])
        self.assertEqual(report.results, [ktap.TestLine(1, False, "a.b", "", "")])

    def test_a_directive_without_a_name(self):
        line, = ktap.parse("TAP version 13\n1..1\nok 1 # SKIP why\n").results
        self.assertEqual((line.name, line.directive, line.reason), ("", "SKIP", "why"))

    def test_a_hash_in_a_name_is_no_directive(self):
        line, = ktap.parse("TAP version 13\n1..1\nok 1 a#SKIP b\n").results
        self.assertEqual((line.name, line.directive), ("a#SKIP b", ""))

    def test_nested_and_commented_lines_are_no_results(self):
        text = GOOD + "    ok 1 nested\n# ok 3 comment\nlook: ok 4 x\nokay 5\n"
        self.assertEqual(self.problems(text), [])

    def test_fewer_and_more_than_planned(self):
        self.assertEqual(self.problems(GOOD.replace("1..2", "1..3")), ["3 planned, 2 reported"])
        self.assertEqual(self.problems(GOOD.replace("1..2", "1..1")), ["1 planned, 2 reported"])

    def test_missing_parts(self):
        self.assertEqual(self.problems(GOOD.replace("TAP version 13\n", "")), ["no KTAP header"])
        self.assertEqual(self.problems(GOOD.replace("1..2\n", "")), ["no plan"])
        self.assertEqual(self.problems(""), ["no KTAP header", "no plan"])

    def test_two_plans(self):
        self.assertIn("two plans", self.problems(GOOD + "1..2\n"))

    def test_the_same_result_twice(self):
        text = GOOD.replace("1..2", "1..3") + "ok 3 global.a\n"
        self.assertEqual(self.problems(text), ["'global.a' reported twice"])

    def test_numbers_out_of_order(self):
        text = GOOD.replace("ok 2 global.b", "ok 7 global.b")
        self.assertEqual(self.problems(text), ["result numbers are not 1, 2, 3..."])

    def test_a_truncated_last_line(self):
        self.assertIn("the output ends in the middle of a line", self.problems(GOOD[:-1]))

    def test_bail_out(self):
        self.assertEqual(self.problems(GOOD + "Bail out! no memory\n"), ["Bail out! no memory"])


if __name__ == "__main__":
    unittest.main()
