# SPDX-License-Identifier: GPL-2.0
import unittest

import known
import verdict


class RangeTest(unittest.TestCase):
    def inside(self, text, release):
        listed = known.Known([f"x_test:* | {text} | KVM: fix it"])
        return listed.lookup(Named("x_test:a"), release) is not None

    def test_bounds(self):
        for release, expected in (("6.7.12", False), ("6.8.0", True), ("6.8", True),
                                  ("6.17.9-1-amd64", True), ("6.18.0-rc1", False),
                                  ("7.3.4", False)):
            self.assertEqual(self.inside(">=6.8,<6.18", release), expected, release)

    def test_patch_levels_compare_as_numbers(self):
        self.assertTrue(self.inside("<6.12.100", "6.12.99"))
        self.assertFalse(self.inside("<6.12.100", "6.12.117"))
        self.assertTrue(self.inside(">6.9", "6.12"))

    def test_equality(self):
        self.assertTrue(self.inside("==7.3.4", "7.3.4-cloud"))
        self.assertFalse(self.inside("==7.3.4", "7.3.5"))


class Named:
    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return self.name


class ListTest(unittest.TestCase):
    def test_globs_comments_and_blank_lines(self):
        listed = known.Known(["# a comment\n", "\n",
                              "x_test:*.2m.* | <9.0 | mm: fix 2M  # why\n"])
        self.assertEqual(listed.lookup(Named("x_test:f.2m.c"), "7.3").subject,
                         "mm: fix 2M")
        self.assertIsNone(listed.lookup(Named("x_test:f.4k.c"), "7.3"))
        self.assertIsNone(listed.lookup(Named("y_test:f.2m.c"), "7.3"))

    def test_what_the_runner_finds_is_excused_by_name_only(self):
        case = Named("x_test:a")
        plain = known.Known(["x_test:a | <9.0 | fix"]).lookup(case, "7.3")
        splat = known.Known(["x_test:a | <9.0 | fix | splat: kvm_foo"]).lookup(case, "7.3")
        for reason, by_plain, by_splat in (
                ("x.c:1: expected 0", True, False),
                ("splat: WARNING: at kvm_foo+0x1/0x2", False, True),
                ("splat: WARNING: at kvm_bar+0x1/0x2", False, False),
                ("taint: kvm_foo", False, False)):
            self.assertEqual(plain.explains(reason, verdict.OWN_FINDING), by_plain, reason)
            self.assertEqual(splat.explains(reason, verdict.OWN_FINDING), by_splat, reason)

    def test_what_cannot_be_read_is_an_error(self):
        for line in ("x_test:a | <9.0", "x_test | <9.0 | fix", "x_test:a | 9.0 | fix",
                     "x_test:a | <9 | fix", "x_test:a | | fix", "x_test:a | <9.0 | "):
            with self.assertRaises(known.KnownError, msg=line):
                known.Known([line])


if __name__ == "__main__":
    unittest.main()
