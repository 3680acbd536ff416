# SPDX-License-Identifier: GPL-2.0
"""Judges a kernel by this suite, or by somebody else's command."""

import os
import re
import subprocess
import time

import executor
import known
import mutants
import session
import verdict
import verdicts

# Seconds without a word from a VM, beyond the limits of its cases.
executor.Watch.SLACK = 20
BOOT_TIMEOUT = 90
# On a busy machine the emulated timer can be late for the kernel's check of it,
# which panics; that must not pass for what a mutant did.
APPEND = "no_timer_check"
BOOTS = 3


class _Enough(Exception):
    """The first kill is all that is wanted."""


class Options:
    def __init__(self, agent, channel, arch, timeout, seed, full, known_failures=None,
                 claims=False):
        self.agent, self.channel, self.arch = agent, channel, arch
        self.timeout, self.seed, self.full = timeout, seed, full
        self.claims = claims
        self.known = known_failures or known.Known()


class Suite:
    """This suite: cases, and the programs (paths) that have them."""

    def __init__(self, options, cases, programs, table):
        self.options, self.cases, self.table = options, cases, table
        self.programs = {os.path.basename(p): p for p in programs}
        self.broken = set()         # cases that fail without any mutant

    def judge(self, mutant, built, console):
        """The kills; the cases that name the mutant have the first try.

        With claims also the names of those among them that noticed nothing, in none
        of their variants.
        """
        cases = [c for c in self.cases if repr(c) not in self.broken]
        named, rest = mutants.order(mutant, cases, self.table)
        every = self.options.full or self.options.claims
        kills = self.run(named, built, console, every) if named else []
        deaf = mutants.deaf(named, {k.case for k in kills}) if self.options.claims else []
        if not kills or self.options.full:
            kills += self.run(rest, built, console, self.options.full)
        return kills, deaf

    def run(self, cases, built, console, every):
        """The kills, or the first one. Only what never boots is the mutant's doing."""
        for _ in range(BOOTS):
            kills, error = self._try(cases, built, console, every)
            if not error:
                return kills
        return kills + [verdicts.Kill("boot", "crash", error)]

    def _try(self, cases, built, console, every):
        kills, problem = [], None
        pending = [session.Pending(str(i), case, self.options.seed, 1, self._job(str(i), case))
                   for i, case in enumerate(cases, 1)]

        def on_result(result):
            if result.result != verdict.FAIL:
                return
            if result.reason == verdict.NO_BOOT:
                raise session.RunError(result.reason)
            kills.append(verdicts.Kill(repr(result.case), verdicts.way(result.reason),
                                       result.reason))
            if not every:
                raise _Enough

        run = session.Session(self._launch(cases, built), self.options.known, on_result, console)
        try:
            run.run(pending)
        except _Enough:
            pass
        except session.NotLoaded as error:
            raise mutants.MutantError(str(error)) from error
        except session.RunError as error:
            problem = str(error).split("\n", maxsplit=1)[0]
        except executor.ExecutorError as error:
            raise mutants.MutantError(str(error)) from error
        return kills, None if kills and not every else problem

    def _job(self, ident, case):
        return executor.Job(ident, [f"/t/{case.file}", "-r", case.name], self.options.timeout,
                            self.options.seed, "alone" if case.alone else "")

    def _launch(self, cases, built):
        config = executor.VmConfig(built.image, self.options.arch, self.options.agent,
                                   self.options.channel)
        config.modules = built.modules
        config.boot_timeout, config.append = BOOT_TIMEOUT, APPEND
        for name in {c.file for c in cases}:
            config.files[f"/t/{name}"] = self.programs[name]

        def launch(jobs, listener, console, variation):
            config.variation = variation
            return executor.run_vm(config, jobs, 2, listener, console)
        return launch


class Command:
    """Another suite: a shell command that finds the kernel in its environment
    and exits with 0 if it has noticed nothing."""

    NOT_OK = re.compile(r"^\s*not ok \d+(?: -)? (\S.*?)\s*(?:#.*)?$", re.M)
    NO_VERDICT = (126, 127)

    def __init__(self, command, agent, limit):
        self.command, self.agent, self.limit = command, agent, limit

    def judge(self, _mutant, built, console):
        environment = dict(os.environ, KVM_GMEM_IMAGE=built.image, KVM_GMEM_AGENT=self.agent,
                           KVM_GMEM_MODULES=built.modules)
        process = subprocess.Popen(
            executor.tied_to_us(["/bin/sh", "-c", self.command], "TERM"), env=environment,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            start_new_session=True)
        try:
            output, _ = process.communicate(timeout=self.limit)
        except subprocess.TimeoutExpired:
            return [verdicts.Kill("command", "hang", f"no end within {self.limit} s")], []
        finally:
            end_session(process)
            process.stdout.close()
        console.write(output)
        if process.returncode in self.NO_VERDICT:
            raise mutants.MutantError(f"the command cannot be run (exit {process.returncode})")
        return self.read(output.decode(errors="replace"), process.returncode), []

    def read(self, output, code):
        if code == 0:
            return []
        failed = self.NOT_OK.findall(output) or ["command"]
        return [verdicts.Kill(name, "hang" if "timeout" in name.lower() else "fail",
                              f"exit code {code}") for name in failed]


def end_session(process):
    """Ends the command and all that it started."""
    try:
        os.killpg(process.pid, 15)
        for _ in range(50):
            os.killpg(process.pid, 0)
            process.poll()
            time.sleep(0.1)
        os.killpg(process.pid, 9)
    except ProcessLookupError:
        pass
    process.wait()
