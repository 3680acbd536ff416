# SPDX-License-Identifier: GPL-2.0
"""Plans and writes a history of harmless commits with one culprit among them."""

import os
import random
import re
import subprocess
import tempfile

import gitbase

FIRST, DIRECTORIES = "virt/kvm/kvm_main.c", ("virt/kvm", "arch/x86/kvm", "arch/x86/kvm/mmu",
                                             "arch/x86/kvm/svm")
# Compiled in the suite's configuration, and quick: the time of a step is not that
# of compiling everything that changed since the last one.
NAMES = ("kvm_main guest_memfd eventfd binary_stats irqchip vfio coalesced_mmio pfncache "
         "async_pf dirty_ring mtrr pmu cpuid lapic ioapic irq tdp_mmu tdp_iter page_track "
         "spte mmu nested debugfs").split()
NO_BUILD, NO_BOOT = "does not build", "does not boot"
SUBJECTS = {"comment": "comment on {name}", "blank": "separate {name} from what follows",
            "assert": "check an assumption of {name} when it is compiled"}


class HistoryError(Exception):
    """A history that cannot be made; one line for the user."""


def sources(tree):
    found = []
    for directory in DIRECTORIES:
        for name in NAMES:
            path = f"{directory}/{name}.c"
            if os.path.exists(os.path.join(tree, path)) and path not in found:
                found.append(path)
    return found


# --- What a commit does to a file --------------------------------------------

FUNCTION = re.compile(r"^(?:static |int |void |bool |u64 |long )[^;={}()]*?(\w+)\([^;{}]*\)\n\{\n",
                      re.M)


def functions(text):
    """Where something can be put before a function: not after an attribute of it."""
    return [(m.start(), m.group(1)) for m in FUNCTION.finditer(text)
            if not m.group(1).startswith("__attribute")
            and re.search(r"(\n|\*/|\}|^#[^\n\\]*)\n$", text[:m.start()], re.M)]


def harmless(text, rng, number):
    """(new text, subject): a comment, a blank line, an assertion that holds."""
    start, name = rng.choice(functions(text))
    kind = rng.choice(sorted(SUBJECTS))
    added = {"comment": f"/* {name}(): see also note {number}. */\n",
             "blank": "\n" * (1 + number % 2),
             "assert": f"static_assert(sizeof(long) >= {1 + number % 8});\n"}[kind]
    return text[:start] + added + text[start:], SUBJECTS[kind].format(name=name)


def no_build(text, rng, number):
    """At the end, where no configuration leaves it out."""
    _, name = rng.choice(functions(text))
    return text + (f"\nstatic int note_{number}(void)\n{{\n\treturn undeclared_{number};\n}}\n"
                   if number % 2 else f"\n#error note {number}\n"), name


def no_boot(text):
    """KVM is built in: where it is initialised, there is no VM yet to run a test."""
    changed = re.sub(r"(\nint kvm_init\([^)]*\)\n\{\n(?:\tint [^\n]*\n)+)",
                     r'\1\n\tpanic("KVM cannot be initialised");\n', text, count=1)
    if changed == text:
        raise HistoryError(f"there is no kvm_init() in {FIRST}")
    return changed


def apply_diff(text, diff):
    """The mutant, on a file whose lines have moved."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "file")
        with open(path, "w", encoding="utf-8") as stream:
            stream.write(text)
        done = subprocess.run(["patch", "-s", "--no-backup-if-mismatch", path], input=diff,
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise HistoryError(f"the mutant does not apply: {done.stdout.strip()[:100]}")
        with open(path, encoding="utf-8") as stream:
            return stream.read()


# --- The plan ----------------------------------------------------------------

class Plan:
    """commits: (position, role) where role is None, a breakage, its repair, culprit."""

    def __init__(self, number, rng):
        self.number, self.rng = number, rng
        # Both ends are tried anyway: the culprit is not next to them.
        self.culprit = rng.randrange(number // 8, number - number // 8)
        self.broken = {}        # position -> kind, for all of a range
        middle = number // 2
        self._break(middle - 1, 2 + rng.randrange(2), NO_BUILD)
        self._break(number // 4, 2, NO_BOOT)
        self._break(3 * number // 4, 2, NO_BUILD)
        for _ in range(3):
            self._break(rng.randrange(2, number - 6), 1 + rng.randrange(3),
                        rng.choice((NO_BUILD, NO_BOOT)))

    def _break(self, start, length, kind):
        """Not where it would hide the culprit: then nobody could tell."""
        wanted = range(start, start + length + 1)
        near = range(self.culprit - 1, self.culprit + 2)
        if not any(p in near or p in self.broken or p - 1 in self.broken for p in wanted):
            self.broken.update((p, kind) for p in wanted[:-1])

    def role(self, position):
        if position == self.culprit:
            return "culprit"
        now, before = self.broken.get(position), self.broken.get(position - 1)
        if now and not before:
            return now
        if before and not now:
            return "repair"
        return None


class Writer:
    """Keeps the files as they are at the tip while commits are written."""

    def __init__(self, tree, plan, mutant_file, diff):
        self.tree, self.plan, self.rng = tree, plan, plan.rng
        self.mutant_file, self.diff = mutant_file, diff
        self.text, self.whole = {}, {}
        self.paths = sources(tree)

    def read(self, path):
        if path not in self.text:
            with open(os.path.join(self.tree, path), encoding="utf-8") as stream:
                self.text[path] = stream.read()
        return self.text[path]

    def commit(self, position):
        """(path, text, subject)"""
        role = self.plan.role(position)
        if role == "culprit":
            path = self.mutant_file
            text, subject = apply_diff(self.read(path), self.diff), "simplify"
        elif role == NO_BOOT:
            path = FIRST
            self.whole[path] = self.read(path)
            text, subject = no_boot(self.read(path)), "prepare kvm_init() for what follows"
        elif role == NO_BUILD:
            path = self.rng.choice([p for p in self.paths if functions(self.read(p))])
            self.whole[path] = self.read(path)
            text, name = no_build(self.read(path), self.rng, position)
            subject = f"prepare {name}() for what follows"
        elif role == "repair":
            path = next(iter(self.whole))
            text, subject = self.whole.pop(path), "repair what was prepared"
        else:
            # A file that is broken now is repaired by putting it back as a whole.
            path = self.rng.choice([p for p in self.paths
                                    if p not in self.whole and functions(self.read(p))])
            text, subject = harmless(self.read(path), self.rng, position)
        self.text[path] = text
        return path, text, f"KVM: {os.path.basename(path)}: {subject}\n"


def write(repository, base, tree, plan, mutant, diff, branch):
    """The branch, and a tag NAME-good at its first commit; returns the culprit."""
    writer = Writer(tree, plan, mutant.file, diff)
    ref = f"refs/heads/{branch}"
    with gitbase.FastImport(repository, "--force") as stream:
        for position in range(plan.number):
            path, text, message = writer.commit(position)
            gitbase.put_commit(stream, ref, message, base if position == 0 else None)
            gitbase.put_file(stream, path, "100644", text.encode())
    behind = plan.number - 1 - plan.culprit
    gitbase.git(repository, "tag", "-f", f"{branch}-good", base)
    return gitbase.git(repository, "rev-parse", f"{ref}~{behind}")


def rng_of(seed, kind):
    return random.Random(f"{seed} {kind}")
