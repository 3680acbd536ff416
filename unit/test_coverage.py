# SPDX-License-Identifier: GPL-2.0
import os
import re
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)),
                                "..", "tools", "coverage"))

import counts  # noqa: E402
import compare  # noqa: E402
import scope  # noqa: E402


def document(count, branches, function="f", number=2):
    return {"current_working_directory": "/o", "files": [{"file": "../src/a.c", "lines": [
        {"line_number": number, "function_name": function, "count": count,
         "branches": [{"count": b} for b in branches]}]}]}


class CountsTest(unittest.TestCase):
    def test_boots_add_up(self):
        into = {}
        counts.parse(document(1, [1, 0]), "/src", into)
        counts.parse(document(2, [0, 2]), "/src", into)
        line = into[("a.c", "f")][2]
        self.assertEqual((line.count, line.branches), (3, [1, 2]))

    def test_objects_that_differ_in_branches_keep_the_longer_list(self):
        into = {}
        counts.parse(document(1, [1]), "/src", into)
        counts.parse(document(0, [0, 5, 0]), "/src", into)
        self.assertEqual(into[("a.c", "f")][2].branches, [1, 5, 0])

    def test_data_find_their_notes_by_the_end_of_the_path(self):
        with tempfile.TemporaryDirectory() as top:
            os.makedirs(top + "/sys/build/virt/kvm")
            open(top + "/sys/build/virt/kvm/x.gcda", "wb").close()
            found = list(counts.pair(top, {"virt/kvm/x": "/n/x.gcno"}))
            self.assertEqual(found[0][1], "/n/x.gcno")
            with self.assertRaises(counts.CoverageError):
                list(counts.pair(top, {"other": "/n/other.gcno"}))


class Source:
    def __init__(self, *lines):
        self.lines = lines

    def line(self, _file, number):
        return self.lines[number - 1]


class ReportTest(unittest.TestCase):
    LINES = {1: counts.Line(3, [3, 0]), 2: counts.Line(0, [0, 0]), 3: counts.Line(1)}
    SOURCE = Source("if (x)", "WARN_ON(y);", "z();")

    def judge(self, *excuses):
        return compare.judge({("a.c", "f"): self.LINES}, self.SOURCE, list(excuses))

    def test_without_excuses(self):
        _, total, missed = self.judge()
        self.assertEqual(total.lines, [2, 3, 0])
        self.assertEqual(total.branches, [1, 4, 0])
        self.assertEqual([m.number for m in missed], [1, 2])

    def test_an_excuse_takes_away_what_was_missed_only(self):
        excuse = scope.Excuse("f", "WARN_ON", "a warning")
        _, total, missed = self.judge(excuse)
        self.assertEqual(total.lines, [2, 3, 1])
        self.assertEqual(total.branches, [1, 4, 2])
        self.assertEqual(missed[1].reason, "a warning")
        self.assertTrue(excuse.used)
        self.assertEqual(total.percent(total.lines, True), 100.0)

    def test_what_is_reachable_counts_as_missed(self):
        _, total, missed = self.judge(scope.Excuse("*", "*", "reachable: later"))
        self.assertEqual(total.lines[2] + total.branches[2], 0)
        self.assertEqual(missed[0].reason, "reachable: later")

    def test_clones_are_their_function(self):
        merged = compare.merge_clones({("a.c", "f"): {1: counts.Line(1)},
                                      ("a.c", "f.constprop.0"): {1: counts.Line(2)}})
        self.assertEqual(merged[("a.c", "f")][1].count, 3)

    def test_selection_by_file_and_name(self):
        chosen = scope.select({("a.c", "kvm_x.isra.0"): 1, ("b.c", "kvm_x"): 2, ("a.c", "y"): 3},
                              [("a.c", re.compile("kvm_.*"))])
        self.assertEqual(list(chosen), [("a.c", "kvm_x.isra.0")])


if __name__ == "__main__":
    unittest.main()
