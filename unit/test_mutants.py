# SPDX-License-Identifier: GPL-2.0
"""Headers of mutants, what cases say of them, and the order that follows."""

import os
import tempfile
import unittest

import apply
import mutants
from plan import Case

HEADER = """\
// SPDX-License-Identifier: GPL-2.0
// Breaks: the end is off by one
// Origin: plausible
// Behaviours: BIND-3 BIND-4
// File: virt/kvm/guest_memfd.c
// Places: 2
// Kernels: 7.2 7.3

@@
@@
"""


def mutant(name="m-one", text=HEADER):
    return mutants.parse(name, name + ".cocci", text)


class Header(unittest.TestCase):
    def test_fields(self):
        found = mutant()
        self.assertEqual(found.behaviours, ("BIND-3", "BIND-4"))
        self.assertEqual((found.file, found.places), ("virt/kvm/guest_memfd.c", 2))
        self.assertEqual(found.kernels, ("7.2", "7.3"))
        self.assertFalse(found.historical)
        self.assertTrue(found.modular)

    def test_a_missing_field_is_named(self):
        with self.assertRaisesRegex(mutants.MutantError, "m-one: the header lacks Origin"):
            mutant(text=HEADER.replace("// Origin: plausible\n", ""))

    def test_only_the_header_counts(self):
        late = HEADER.replace("// Places: 2\n", "") + "// Places: 2\n"
        with self.assertRaises(mutants.MutantError):
            mutant(text=late)

    def test_places_must_be_a_number(self):
        for bad in ("0", "two", "-1"):
            with self.assertRaisesRegex(mutants.MutantError, "Places"):
                mutant(text=HEADER.replace("Places: 2", "Places: " + bad))

    def test_headers_say_what_to_rebuild(self):
        header = HEADER.replace("guest_memfd.c", "x.h")
        with self.assertRaisesRegex(mutants.MutantError, "Rebuild"):
            mutant(text=header)
        found = mutant(text=header.replace(
            "// Places", "// Rebuild: arch/x86/kvm/a.c virt/kvm/b.c\n// Places"))
        self.assertEqual(found.rebuild, ("arch/x86/kvm/a.c", "virt/kvm/b.c"))

    def test_outside_of_kvm_the_image_is_built(self):
        self.assertFalse(mutant(text=HEADER.replace("virt/kvm/guest_memfd.c", "mm/shmem.c")).modular)

    def test_every_mutant_of_the_project_has_a_good_header(self):
        root = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        found = mutants.load(os.path.join(root, "mutants"))
        self.assertGreaterEqual(len(found), 80)
        self.assertGreaterEqual(sum(m.historical for m in found), 20)
        self.assertEqual([m.name for m in found if not m.behaviours], [])
        known = mutants.read_survivors(os.path.join(root, "mutants", "survivors"))
        self.assertLessEqual(set(known), {m.name for m in found})


class Selection(unittest.TestCase):
    def test_wildcards_and_order(self):
        some = [mutant("a-one"), mutant("b-one"), mutant("b-two")]
        self.assertEqual([m.name for m in mutants.select(some, ["b-*"])], ["b-one", "b-two"])
        self.assertEqual(mutants.select(some, []), some)

    def test_an_unknown_name_is_an_error(self):
        with self.assertRaisesRegex(mutants.MutantError, "'c-one'"):
            mutants.select([mutant("a-one")], ["c-one"])


class Survivors(unittest.TestCase):
    def read(self, text):
        with tempfile.NamedTemporaryFile("w", suffix="survivors") as stream:
            stream.write(text)
            stream.flush()
            return mutants.read_survivors(stream.name)

    def test_reasons(self):
        self.assertEqual(self.read("# why\n\na-one: same code: really\n"),
                         {"a-one": "same code: really"})

    def test_a_reason_is_needed(self):
        with self.assertRaises(mutants.MutantError):
            self.read("a-one:\n")

    def test_no_file_no_survivors(self):
        self.assertEqual(mutants.read_survivors("/nonexistent"), {})


TEST = """\
/*
 * BIND-3: something.
 * Red: mutants m-one, m-two (the place).
 */
TEST_F(bind, first)
{
}

/* BIND-4: about m-one, but never red. */
TEST_F(bind, second)
{
}

/* BIND-5: alone. Red: mutant m-three. */
TEST(third)
"""


class Red(unittest.TestCase):
    def test_names_in_comments(self):
        found = mutants.red_names(TEST)
        self.assertLessEqual({"m-one", "m-two"}, found["bind", "first"])
        self.assertNotIn(("bind", "second"), found)
        self.assertEqual(found["global", "third"], {"m-three"})

    def test_order(self):
        cases = [Case("a_test", "x.other", ["EXIT-1"]), Case("a_test", "x.near", ["BIND-4"]),
                 Case("a_test", "x.variant.named", ["EXIT-1"])]
        table = {("a_test", "x", "named"): {"m-one"}}
        named, rest = mutants.order(mutant(), cases, table)
        self.assertEqual([c.name for c in named], ["x.variant.named"])
        self.assertEqual([c.name for c in rest], ["x.near", "x.other"])


class Places(unittest.TestCase):
    def test_runs_of_changed_lines(self):
        diff = "--- a\n+++ b\n@@ -1,3 +1,3 @@\n x\n-a\n-b\n+c\n y\n+d\n z\n"
        self.assertEqual(apply.changed_places(diff), 2)
        self.assertEqual(apply.changed_places(""), 0)


if __name__ == "__main__":
    unittest.main()
