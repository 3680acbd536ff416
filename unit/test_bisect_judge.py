# SPDX-License-Identifier: GPL-2.0
"""What git is told when the bisection itself is in trouble."""

import contextlib
import importlib.util
import io
import os
import unittest
from unittest import mock

import worker

PATH = os.path.join(worker.ROOT, "tools", "bisect", "__main__.py")
SPEC = importlib.util.spec_from_file_location("bisect_main", PATH)
bisect_main = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(bisect_main)


class Trouble(unittest.TestCase):
    def run_with(self, error, *argv):
        with mock.patch.object(bisect_main, "main", side_effect=error), \
                contextlib.redirect_stderr(io.StringIO()) as said:
            return bisect_main.run(list(argv)), said.getvalue()

    def test_none_of_it_is_a_verdict(self):
        for error in (worker.WorkError("disk full"), OSError("no"), KeyError("odd"),
                      UnicodeDecodeError("utf-8", b"", 0, 1, "odd")):
            code, said = self.run_with(error, "--judge", "--test", "x")
            self.assertEqual(code, 128, error)
            self.assertTrue(said)

    def test_without_judge_a_bug_shows_itself(self):
        for argv in ((), ("--", "--judge")):
            self.assertEqual(self.run_with(worker.WorkError("disk full"), *argv)[0], 2)
            with self.assertRaises(KeyError):
                self.run_with(KeyError("odd"), *argv)

    def test_programs_that_cannot_be_had(self):
        done = mock.Mock(returncode=2)
        with mock.patch.object(bisect_main.subprocess, "run", return_value=done), \
                self.assertRaises(worker.WorkError):
            bisect_main.provide("/nosuch", None)


if __name__ == "__main__":
    unittest.main()
