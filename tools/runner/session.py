# SPDX-License-Identifier: GPL-2.0
"""One run of the suite: executions (boots), their events, results."""

import copy
import io
import os
import re
import threading
import time

import executor
import monitor
import verdict

# What vm/init says, before anything of the suite runs.
NOT_LOADED = re.compile(r"init: cannot load (\S+)")
MAX_BOOTS = 25          # after failed executions, in a row or not
BOOT_TRIES = 3          # of a kernel that has booted before, or with other parameters


class RunError(Exception):
    """The run cannot be done; its text is for the user."""


class NotLoaded(RunError):
    """KVM is a module that the kernel cannot load: all would be skipped, as without KVM."""


class Result:
    """A judged case; what results.json holds of it."""

    def __init__(self, case, seed, result, reason, record, iteration=1):
        self.case, self.seed, self.iteration = case, seed, iteration
        self.result, self.reason = result, reason
        self.log = record.text()
        self.kernel = record.kernel
        self.milliseconds = record.end[2] if record.end else 0


class Pending:
    def __init__(self, ident, case, seed, iteration, job):
        self.id, self.case, self.seed = ident, case, seed
        self.iteration, self.job = iteration, job
        self.record = verdict.Record()


class Session:
    """Runs pending cases to the end, whatever they do to the VM.

    launch(jobs, listener, console, variation) executes jobs and returns the
    outcome.  on_result(Result) is called as results come.  shared: others use the
    kernel, too.
    """

    def __init__(self, launch, known, on_result, console, require=(), shared=False):
        self.launch, self.known, self.on_result = launch, known, on_result
        self.shared = shared
        self.console, self.require = console, require
        self.release = self.machine = None
        self.capabilities = {}
        self.notes = []
        self.problems = verdict.Record()    # what no case can be blamed for
        self.probe = verdict.Record()
        self.timing = {}        # seconds, by phase
        self.suspects = []      # (outcome, items that ran together)
        self.killers = set()    # ids of what a VM died or hung of
        self.unbootable = set() # variations that were tried often enough
        self.error = None
        self.boots = 0
        self.on_boot = None     # called once, when the first VM has booted and the probe is good
        self.lock = threading.Lock()    # one result at a time

    def run(self, pending, probe_job=None, beside=None):
        """beside: a Beside, if there is room for a second VM at a time."""
        if self.require and not probe_job:
            raise RunError("a required capability is missing: there is no probe to ask")
        todo = groups(pending)
        if beside and len(todo) > 1:
            self._run_beside(todo, probe_job, beside)
        else:
            self.run_groups(todo, probe_job)
        self._judge_problems()

    def _run_beside(self, todo, probe_job, beside):
        """The VM as it comes (or what has most cases) here, all others beside it, once the
        kernel is known to boot and to have what is required."""
        most = max(todo, key=lambda group: (group[1] == "default", len(group[0])))
        others = [group for group in todo if group is not most]
        self.on_boot = lambda: beside.begin(self, others)
        try:
            self.run_groups([most], probe_job)
            self._kernel_is_good()
            beside.finish()
        except BaseException:
            beside.abandon()
            raise
        finally:
            self.boots += beside.boots

    def _kernel_is_good(self):
        begin, self.on_boot = self.on_boot, None
        if begin:
            begin()

    def another(self, console):
        """A session for other groups of the same run, with what this one knows by now; what
        it finds is added here."""
        other = copy.copy(self)
        other.console, other.on_boot, other.boots = console, None, 0
        return other

    def run_groups(self, todo, probe_job=None):
        for group, variation in todo:
            self._run_group(group, variation, probe_job)
            probe_job = None

    def _run_group(self, waiting, variation, probe_job):
        failed_boots = silent = 0
        while waiting:
            self.active = {p.id: p for p in waiting}
            self.done = set()
            outcome = self._execute(waiting, variation, probe_job)
            if probe_job and self.require and self.probe.end is None:
                raise RunError("a required capability is missing: the probe did not end")
            probe_job = None
            if outcome == executor.NO_BOOT:
                silent += 1
                if silent < BOOT_TRIES and variation not in self.unbootable:
                    continue
                self.unbootable.add(variation)
            retried = self._retry_alone(waiting, outcome)
            for item in waiting:
                if item.id in self.done or item in retried:
                    continue
                record = item.record
                if (record.began or outcome in (executor.DONE, executor.NO_BOOT)
                        or failed_boots >= MAX_BOOTS):
                    self._finish(item, outcome)
            waiting = [p for p in waiting if p.id not in self.done]
            failed_boots += 1

    def _retry_alone(self, waiting, outcome):
        """Of several that ran when the VM died, each gets a turn by itself.

        Where a stuck case ended the VM, the others are innocent.
        """
        suspects = [p for p in waiting if p.record.began and p.id not in self.done]
        if outcome in (executor.CRASH, executor.HANG) and len(suspects) > 1:
            self.suspects.append((outcome, suspects))
        elif outcome != executor.STOPPED:
            return []
        for item in suspects:
            item.record = verdict.Record()
            item.job.flags = "alone"
        return suspects

    def _execute(self, waiting, variation, probe_job):
        jobs = ([probe_job] if probe_job else []) + [p.job for p in waiting]
        self.running = set()
        self.gap = False
        self.probing = bool(probe_job)
        self.boots += 1
        self.spoken = None
        self.console_start = self.console.tell()
        start = time.monotonic()
        outcome = self.launch(jobs, self._listen, self.console, variation)
        end = time.monotonic()
        self._note_time(waiting[0].case, (self.spoken or end) - start, end - (self.spoken or end))
        self.console.flush()
        if self.error:
            raise self.error
        if outcome == executor.NO_BOOT:
            # A later boot may have failed of its parameters, or of bad luck.
            if not self.release:
                raise RunError("the kernel did not boot\n" + self.console_tail())
            self.notes.append(f"the kernel did not boot (variation {variation}); its console "
                              "ended with\n" + self.console_tail())
        if outcome in (executor.CRASH, executor.HANG):
            more = f" (the state of its CPUs follows in {os.path.basename(self.console.name)})"
            self.notes.append(f"the VM ended by {outcome}; its console ended with"
                              + more * (outcome == executor.HANG) + "\n" + self.console_tail())
        return outcome

    def _note_time(self, case, boot, tests):
        """What further configurations and boots take is told apart."""
        where = f" ({case.variation}{', own' if case.own_boot else ''})"
        if where == " (default)":
            where = ""
        for phase, seconds in (("boot" + where, boot), ("tests" + where, tests)):
            self.timing[phase] = self.timing.get(phase, 0.0) + seconds

    def console_tail(self, lines=15):
        self.console.flush()
        with io.open(self.console.name, "rb") as stream:
            stream.seek(self.console_start)
            text = stream.read().decode(errors="replace")
        text = text.split(monitor.START)[0]
        tail = [line.rstrip() for line in text.splitlines() if line.strip()][-lines:]
        return "\n".join("    " + line for line in tail) or "    (the console is empty)"

    def _records(self, ids):
        """The records that "1,2" or "-" stands for."""
        found = [self._record(i) for i in ids.split(",")]
        return [r for r in found if r] or [self.problems]

    def _record(self, ident):
        if ident == "probe":
            return self.probe
        item = self.active.get(ident)
        return item.record if item else None

    def _listen(self, event):
        handler = getattr(self, "_on_" + event.kind, None)
        if self.gap and event.args and event.kind in ("out", "end"):
            for record in self._records(event.args[0]):
                record.lost = True
        if event.kind != "lost":
            self.gap = False
        return handler(event) if handler else None

    def _on_hello(self, event):
        self.spoken = time.monotonic()
        self.release, self.machine = event.args[:2]
        self.console.flush()
        boot_log = self.console_tail(10000)
        for line in verdict.splats(boot_log.splitlines()):
            self.notes.append(f"the kernel complained while booting: {line.strip()}")
        stop = self._check_modules(NOT_LOADED.findall(boot_log))
        if not stop and not self.probing:
            self._kernel_is_good()
        return stop

    def _check_modules(self, missing):
        self.notes += [f"the kernel cannot load {name}" for name in missing]
        if any(name.startswith("kvm") for name in missing):
            self.error = NotLoaded(f"the kernel cannot load {' '.join(missing)}")
        return bool(self.error)

    def _on_begin(self, event):
        self.running.add(event.args[0])
        for record in self._records(event.args[0]):
            record.began = True

    def _on_out(self, event):
        for record in self._records(event.args[0]):
            record.began = True
            record.output.append(event.text)

    def _on_klog(self, event):
        line = event.text.decode(errors="replace")
        for record in self._records(event.args[0]):
            record.kernel.append(line)

    def _on_taint(self, event):
        for record in self._records(event.args[0]):
            record.taint = event.args[2]

    def _on_note(self, event):
        self.notes.append(" ".join(event.args))

    def _on_lost(self, _event):
        self.gap = True
        for ident in self.running or ["-"]:
            for record in self._records(ident):
                record.lost = True

    def _on_end(self, event):
        ident, how, value, milliseconds = event.args
        self.running.discard(ident)
        for record in self._records(ident):
            record.end = (how, int(value), int(milliseconds))
        if ident == "probe":
            return self._check_capabilities()
        if ident in self.active and ident not in self.done:
            self._finish(self.active[ident], executor.DONE)
        return how == "stuck"

    def _check_capabilities(self):
        for line in self.probe.text().splitlines():
            key, separator, value = line.partition("=")
            if separator:
                self.capabilities[key] = value
        missing = [r for r in self.require if self.capabilities.get(r, "0") in ("", "0")]
        if missing:
            self.error = RunError(f"a required capability is missing: {', '.join(missing)}")
        else:
            self._kernel_is_good()
        return bool(missing)

    def _finish(self, item, outcome):
        self.done.add(item.id)
        if item.record.end is None and outcome in (executor.CRASH, executor.HANG):
            self.killers.add(item.id)
        result, reason = verdict.judge(item.record, item.case.name, item.job.timeout, outcome,
                                       self.shared)
        bug = self.known.lookup(item.case, self.release)
        if bug and result == verdict.FAIL and bug.explains(reason, verdict.OWN_FINDING):
            result, reason = verdict.XFAIL, f"known: {bug.subject} ({reason})"
        elif bug and result == verdict.PASS:
            result, reason = verdict.FAIL, f"xpass: listed as a known failure: {bug.subject}"
        with self.lock:
            self.on_result(Result(item.case, item.seed, result, reason, item.record,
                                  item.iteration))

    def _judge_problems(self):
        """Trouble outside of all cases is a failure of the run itself."""
        reason = verdict.trouble(self.problems, self.shared)
        for outcome, items in self.suspects:
            if not self.killers.intersection(item.id for item in items):
                names = ", ".join(repr(item.case) for item in items)
                reason = f"vm-{outcome}: while {names} ran together; alone none does it"
        self._fail_run("kernel_and_channel_are_sane", reason, self.problems)
        # What only the probe trips, no case would tell of.
        self._fail_run("probe_leaves_no_trace", verdict.trouble(self.probe, self.shared),
                       self.probe)

    def _fail_run(self, name, reason, record):
        if reason:
            self.on_result(Result(RunCase(name), None, verdict.FAIL, reason, record))


class RunCase:
    """Stands for the run as a whole where a case is wanted."""

    file, ids = "run", ()

    def __init__(self, name):
        self.name = name

    def __repr__(self):
        return f"{self.file}:{self.name}"


def groups(pending):
    """Splits into executions: by variation of the VM, then each loner by itself.

    Before a case that runs alone the others come to their end, which leaves CPUs idle: once
    is enough for all of them.
    """
    together = {}
    for item in pending:
        if not item.case.own_boot:
            together.setdefault(item.case.variation, []).append(item)
    loners = [([item], item.case.variation) for item in pending if item.case.own_boot]
    return [(sorted(items, key=lambda item: item.case.alone), variation)
            for variation, items in together.items()] + loners
