# SPDX-License-Identifier: GPL-2.0
"""One step: a kernel is built, booted and asked, all in a folder of the step."""

import json
import os
import re
import shutil
import signal
import subprocess
import time

import executor
import outcome

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))


class WorkError(Exception):
    """The bisection cannot go on; one line for the user."""


class Tools:
    """The commands that do the work; unit tests put others in their place."""

    def __init__(self):
        self.build = [os.path.join(HERE, "build.sh")]
        self.run = [os.environ.get("KVM_GMEM_BISECT_RUN") or os.path.join(ROOT, "run_tests.sh")]
        self.vm_exec = [os.path.join(ROOT, "tools", "vm_exec")]


def end_group(process):
    """Ends a process and all below it, and waits: builds tidy up, QEMU goes."""
    for number, patience in ((signal.SIGTERM, 20), (signal.SIGKILL, 5)):
        try:
            os.killpg(process.pid, number)
        except ProcessLookupError:
            pass
        try:
            process.wait(patience)
            return
        except subprocess.TimeoutExpired:
            continue


def wait(process, patient):
    start = time.monotonic()
    while True:
        try:
            return process.wait(60)
        except subprocess.TimeoutExpired:
            if patient:
                patient(round((time.monotonic() - start) / 60))


def call(command, log, patient=None):
    """(exit code, what it printed); the printed goes to a file, too.

    In a session of its own, so that Ctrl-C on the terminal reaches this process alone,
    which ends the others in order.  patient(minutes) is called now and then.
    """
    with open(log, "w+", encoding="utf-8", errors="replace") as stream:
        process = subprocess.Popen(executor.tied_to_us(command, "TERM"), stdout=stream,
                                   stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
                                   start_new_session=True)
        try:
            code = wait(process, patient)
        except BaseException:
            end_group(process)
            raise
        stream.seek(0)
        return code, stream.read()


def first_error(log):
    with open(log, encoding="utf-8", errors="replace") as stream:
        lines = [line.strip() for line in stream]
    found = [line for line in lines if re.search(r"\berror: |#error|undefined reference|\*\*\* ", line)]
    return outcome.one_line((found or lines or ["no output"])[0])


def read_results(directory):
    """What results.json says, or None if there is none."""
    path = os.path.join(directory, "results.json")
    if not os.path.exists(path):
        return None
    with open(path, encoding="utf-8") as stream:
        try:
            return json.load(stream)
        except ValueError as error:
            raise WorkError(f"{path} cannot be read: {error}") from error


class Step:
    """What became of one commit: outcomes by case, and the time it took."""

    def __init__(self, outcomes, missing=(), build=0.0, run=0.0):
        self.outcomes, self.missing = outcomes, list(missing)
        self.build, self.run = build, run


class Worker:
    """suite: directory of the programs; objects: what builds leave for the next one."""

    def __init__(self, settings, suite, objects, say, tools=None):
        self.settings, self.suite, self.objects, self.say = settings, suite, objects, say
        self.tools = tools or Tools()
        self.policy = outcome.Policy(settings.on_skip, settings.on_timeout,
                                     settings.on_boot_fail, settings.match)

    def work(self, tree, folder, cases, reference=None):
        """A Step for the tree as it is checked out; all in folder, made anew."""
        shutil.rmtree(folder, ignore_errors=True)
        os.makedirs(folder)
        start = time.monotonic()
        problem = self.build(tree, folder)
        built = time.monotonic()
        missing = self.missing(folder)
        needed = [o for o in missing if o.partition("=")[0] in self.settings.need]
        if needed:
            problem = outcome.Outcome(outcome.SKIP, f"this kernel has no {' '.join(needed)}")
        if problem:
            outcomes = {case: problem for case in cases}
        elif self.settings.count:
            outcomes = self.cost(folder, cases, reference)
        else:
            outcomes = self.run(folder, cases)
        return Step(outcomes, missing, built - start, time.monotonic() - built)

    def build(self, tree, folder):
        """None, or the Outcome of a kernel that does not build."""
        fragment = [self.settings.config] if self.settings.config else []
        if not os.path.exists(os.path.join(self.objects, ".config")):
            self.say("  there are no objects yet: everything is compiled")
        code, said = call([*self.tools.build, tree, self.objects, folder, *fragment],
                          os.path.join(folder, "build.out"),
                          lambda minutes: self.say(f"  building for {minutes} min"))
        if code == 0:
            return None
        if code == 1:
            error = first_error(os.path.join(folder, "build.log"))
            return outcome.Outcome(outcome.SKIP, f"does not build: {error}")
        raise WorkError(f"a build ended with {code}: {outcome.one_line(said[-300:])}")

    @staticmethod
    def missing(folder):
        path = os.path.join(folder, "missing")
        if not os.path.exists(path):
            return []
        with open(path, encoding="utf-8") as stream:
            return stream.read().split()

    def programs_for(self, cases):
        """A directory with only the programs of these cases: a small initramfs."""
        wanted = os.path.join(self.suite, "wanted")
        shutil.rmtree(wanted, ignore_errors=True)
        os.makedirs(wanted)
        names = {case.partition(":")[0] for case in cases} | {"cases.tsv"}
        for name in names:
            if os.path.exists(os.path.join(self.suite, name)):
                os.link(os.path.join(self.suite, name), os.path.join(wanted, name))
        return wanted

    def run(self, folder, cases):
        into = os.path.join(folder, "run")
        nothing_known = os.path.join(self.suite, "known-failures")
        open(nothing_known, "w", encoding="utf-8").close()
        command = [*self.tools.run, "--vm", "--quiet", "--programs", self.programs_for(cases),
                   "--kernel", os.path.join(folder, "image"), "--out", into,
                   "--known-failures", nothing_known, "--timeout", str(self.settings.timeout),
                   "--repeat", str(self.settings.repeat)]
        if self.settings.seed is not None:
            command += ["--seed", str(self.settings.seed)]
        code, said = call([*command, *cases], os.path.join(folder, "run.out"))
        return outcome.of_run(code, said, read_results(into), cases, self.policy)

    def cost(self, folder, cases, reference):
        """The last of three rounds, which no first use disturbs."""
        name, bench = self.settings.count, os.path.join(self.suite, "bench")
        code, said = call(
            [*self.tools.vm_exec, "--kernel", os.path.join(folder, "image"), "--icount",
             "--smp", "1", "--agent", os.path.join(self.suite, "agent"),
             "--console", os.path.join(folder, "console.log"),
             "--file", f"{bench}/count:/b/count", "--file", f"{bench}/{name}:/b/{name}",
             "--", "/bin/sh", "-c", f"cd /b && ./count {name} 3 ./{name}"],
            os.path.join(folder, "run.out"))
        counts = re.findall(rf"^{re.escape(name)} (\d+)$", said, re.M)
        if code == 125 and "vm_exec: the VM ended" not in said:
            raise WorkError(f"no VM: {outcome.one_line(said[-300:])}")
        if code == 125 and "no-boot" in said:
            found = outcome.Outcome(self.settings.on_boot_fail, outcome.NO_BOOT)
        else:
            found = outcome.of_cost(int(counts[-1]) if code == 0 and counts else None,
                                    reference, self.settings.threshold)
        return {case: found for case in cases}
