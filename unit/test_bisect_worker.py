# SPDX-License-Identifier: GPL-2.0
"""A step, with scripts in the place of what builds and boots."""

import argparse
import os
import tempfile
import time
import unittest

import options
import outcome
import worker


class Steps(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.place, self.said = place.name, []
        self.suite = os.path.join(self.place, "suite")
        os.makedirs(self.suite)
        for name in ("x_test", "y_test", "cases.tsv"):
            open(os.path.join(self.suite, name), "w", encoding="utf-8").close()

    def script(self, name, text):
        path = os.path.join(self.place, name)
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(f"#!/bin/sh\n{text}\n")
        os.chmod(path, 0o755)
        return [path]

    def work(self, *argv, build="touch $3/image", vm_exec="exit 9", run="exit 9", **more):
        settings = options.parse(["--good", "A", "--bad", "B", *argv])
        doing = worker.Worker(argparse.Namespace(**vars(settings)), self.suite,
                              os.path.join(self.place, "objects"), self.said.append,
                              worker.Tools())
        doing.tools.build = self.script("build", build)
        doing.tools.vm_exec, doing.tools.run = self.script("vm", vm_exec), self.script("run", run)
        return doing.work(self.place, os.path.join(self.place, "out", "01"), ["x_test:c"], **more)

    def one(self, *argv, **more):
        return self.work(*argv, **more).outcomes["x_test:c"]

    def test_no_build(self):
        log = r"  CC  lib/error.o\nx.c:7:2: error: no such thing\nmake: *** [x.o] Error 1"
        found = self.one(build=f"printf '{log}' >$3/build.log; exit 1")
        self.assertEqual((found.word, found.reason),
                         (outcome.SKIP, "does not build: x.c:7:2: error: no such thing"))

    def test_a_build_that_cannot_be_tried_stops(self):
        with self.assertRaisesRegex(worker.WorkError, "ended with 2: run_tests.sh: disk full"):
            self.work(build="echo run_tests.sh: disk full; exit 2")

    def test_results_that_cannot_be_read_stop(self):
        run = 'while [ "$1" != --out ]; do shift; done; mkdir -p $2; echo "{" >$2/results.json'
        with self.assertRaisesRegex(worker.WorkError, "results.json cannot be read: "):
            self.work(run=run)

    def test_a_needed_option(self):
        build = "touch $3/image; echo CONFIG_KVM_SMM=y >$3/missing"
        found = self.one("--need", "KVM_SMM", build=build)
        self.assertEqual((found.word, found.reason),
                         (outcome.SKIP, "this kernel has no CONFIG_KVM_SMM=y"))
        step = self.work(build=build)
        self.assertEqual(step.missing, ["CONFIG_KVM_SMM=y"])
        self.assertEqual(step.outcomes["x_test:c"].word, outcome.ABORT)   # it was tried

    def test_the_run_gets_one_program_and_no_known_failures(self):
        run = 'while [ $# -gt 0 ]; do case $1 in --programs) ls $2; ls -i $2/x_test;; ' \
            '--known-failures) wc -c <$2;; esac; shift; done; exit 9'
        self.work(run=run)
        with open(os.path.join(self.place, "out/01/run.out"), encoding="utf-8") as stream:
            lines = stream.read().split("\n")
        self.assertEqual(lines[:2], ["cases.tsv", "x_test"])
        self.assertIn("0", lines)

    def test_a_count(self):
        vm = 'echo "conv 300"; echo "conv 110"'
        self.assertEqual(self.one("--count", "conv", vm_exec=vm).reason, "110 instructions")
        found = self.one("--count", "conv", vm_exec=vm, reference=100)
        self.assertEqual((found.word, found.reason), (outcome.BAD, "110 instructions, +10.00 %"))
        self.assertEqual(self.one("--count", "conv", "--threshold", "10%", vm_exec=vm,
                                  reference=100).word, outcome.GOOD)
        self.assertEqual(self.one("--count", "conv", vm_exec=vm + "; exit 1").word, outcome.SKIP)

    def test_a_count_without_boot(self):
        with self.assertRaisesRegex(worker.WorkError, "no VM: vm_exec: QEMU cannot be started"):
            self.one("--count", "conv", vm_exec="echo 'vm_exec: QEMU cannot be started'; exit 125")
        vm = "echo 'vm_exec: the VM ended badly: no-boot []'; exit 125"
        self.assertEqual(self.one("--count", "conv", vm_exec=vm).reason, outcome.NO_BOOT)
        self.assertEqual(self.one("--count", "conv", "--on-boot-fail", "bad",
                                  vm_exec=vm).word, outcome.BAD)


class Ending(unittest.TestCase):
    def test_what_was_started_ends_with_the_group(self):
        with tempfile.TemporaryDirectory() as place:
            command = ["sh", "-c", "sleep 61235 & echo $! >$0/pid; wait", place]
            start = time.monotonic()

            def stop(*_):
                raise KeyboardInterrupt

            original, worker.wait = worker.wait, lambda *_: (time.sleep(0.5), stop())
            try:
                with self.assertRaises(KeyboardInterrupt):
                    worker.call(command, os.path.join(place, "log"))
            finally:
                worker.wait = original
            self.assertLess(time.monotonic() - start, 15)
            with open(os.path.join(place, "pid"), encoding="utf-8") as stream:
                pid = stream.read().strip()
            time.sleep(0.2)
            if os.path.exists(f"/proc/{pid}/cmdline"):
                with open(f"/proc/{pid}/cmdline", encoding="utf-8") as stream:
                    self.assertNotIn("sleep", stream.read())


if __name__ == "__main__":
    unittest.main()
