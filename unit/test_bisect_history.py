# SPDX-License-Identifier: GPL-2.0
"""Generated histories: broken ranges are repaired, hide no culprit, and a seed is a plan."""

import os
import subprocess
import tempfile
import types
import unittest

import gitbase
import history

TEXT = """\
#include <linux/kvm.h>

static int first(int a)
{
	return a;
}

/* What it does. */
int kvm_init(unsigned size)
{
	int r;
	int cpu;

	return first(size);
}
"""
DIFF = """\
--- virt/kvm/guest_memfd.c
+++ virt/kvm/guest_memfd.c
@@ -3,4 +3,4 @@ #include
 static int first(int a)
 {
-	return a;
+	return a + 1;
 }
"""
MUTANT = types.SimpleNamespace(file="virt/kvm/guest_memfd.c")


class Plans(unittest.TestCase):
    def test_a_culprit_shows(self):
        for seed in range(300):
            plan = history.Plan(64 + seed % 30, history.rng_of(seed, "x"))
            for near in (-1, 0, 1):
                self.assertNotIn(plan.culprit + near, plan.broken)
            self.assertTrue(4 <= plan.culprit < plan.number - 4)

    def test_most_have_both_breakages(self):
        kinds = [set(history.Plan(80, history.rng_of(seed, "x")).broken.values())
                 for seed in range(100)]
        self.assertGreater(sum(len(k) == 2 for k in kinds), 90)

    def test_every_breakage_is_repaired(self):
        for seed in range(100):
            plan = history.Plan(80, history.rng_of(seed, "x"))
            open_one = None
            for position in range(80):
                role = plan.role(position)
                if role in (history.NO_BUILD, history.NO_BOOT):
                    self.assertIsNone(open_one)
                    open_one = role
                elif role == "repair":
                    self.assertIsNotNone(open_one)
                    open_one = None
                self.assertEqual(bool(open_one), position in plan.broken)
            self.assertIsNone(open_one)


class Changes(unittest.TestCase):
    def test_functions(self):
        self.assertEqual([n for _, n in history.functions(TEXT)], ["first", "kvm_init"])
        self.assertEqual(history.functions("__cold\nstatic int f(void)\n{\n"), [])

    def test_no_boot(self):
        self.assertIn('\tint cpu;\n\n\tpanic("', history.no_boot(TEXT))
        with self.assertRaises(history.HistoryError):
            history.no_boot("int f(void)\n")

    def test_a_diff_finds_lines_that_moved(self):
        self.assertIn("return a + 1;", history.apply_diff("\n\n" + TEXT, DIFF))
        with self.assertRaisesRegex(history.HistoryError, "does not apply"):
            history.apply_diff("nothing\n", DIFF)


class Repositories(unittest.TestCase):
    def setUp(self):
        place = tempfile.TemporaryDirectory()
        self.addCleanup(place.cleanup)
        self.tree = os.path.join(place.name, "tree")
        self.base = os.path.join(place.name, "base.git")
        for path in ("virt/kvm/kvm_main.c", "virt/kvm/guest_memfd.c", "arch/x86/kvm/irq.c",
                     "arch/arm64/Kconfig", "arch/arm64/boot.c", "tools/testing/a.c"):
            os.makedirs(os.path.dirname(os.path.join(self.tree, path)), exist_ok=True)
            with open(os.path.join(self.tree, path), "w", encoding="utf-8") as stream:
                stream.write(TEXT)
        os.symlink("virt", os.path.join(self.tree, "link"))
        os.chmod(os.path.join(self.tree, "virt/kvm/kvm_main.c"), 0o755)
        gitbase.make(self.tree, self.base)

    def git(self, *arguments):
        return gitbase.git(self.base, *arguments)

    def test_the_import_has_what_a_build_needs(self):
        listed = self.git("ls-tree", "-r", gitbase.BRANCH).splitlines()
        self.assertEqual([(line.split()[0], line.split("\t")[1]) for line in listed], [
            ("100644", "arch/arm64/Kconfig"), ("100644", "arch/x86/kvm/irq.c"),
            ("120000", "link"), ("100644", "virt/kvm/guest_memfd.c"),
            ("100755", "virt/kvm/kvm_main.c")])
        before = self.git("rev-parse", gitbase.BRANCH)
        gitbase.make(self.tree, self.base)
        self.assertEqual(self.git("rev-parse", gitbase.BRANCH), before)

    def write(self, seed, branch):
        plan = history.Plan(80, history.rng_of(seed, "x"))
        return plan, history.write(self.base, gitbase.BRANCH, self.tree, plan, MUTANT, DIFF,
                                   branch)

    def test_one_culprit_and_the_rest_repaired(self):
        for seed in range(5):
            plan, culprit = self.write(seed, f"x-{seed}")
            self.assertEqual(self.git("rev-list", "--count", f"x-{seed}-good..x-{seed}"), "80")
            self.assertIn("+\treturn a + 1;", self.git("show", culprit))
            self.assertFalse(self.broken_at(f"x-{seed}"))
            self.assertFalse(self.broken_at(culprit) or self.broken_at(culprit + "^"))
            position = min(plan.broken)
            self.assertTrue(self.broken_at(f"x-{seed}~{79 - position}"))

    def broken_at(self, commit):
        return subprocess.run(["git", "-C", self.base, "grep", "-q", "-E",
                               "undeclared|#error|panic", commit], check=False).returncode == 0

    def test_a_seed_is_a_history(self):
        _, one = self.write(7, "one")
        _, two = self.write(7, "two")
        _, other = self.write(8, "other")
        self.assertEqual(one, two)
        self.assertNotEqual(one, other)


if __name__ == "__main__":
    unittest.main()
