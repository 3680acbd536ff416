# SPDX-License-Identifier: GPL-2.0
"""Builds the next mutants while others are being run."""

import os
import queue
import shutil
import tempfile
import threading
import time

import apply
import build
import mutants
import verdicts


class Config:
    """tree: of vm/mutation_tree.sh; judge: has judge(mutant, built, console)."""

    def __init__(self, tree, macros, cache, judge, known, directory):
        self.tree, self.macros, self.cache = tree, macros, cache
        self.judge, self.known, self.directory = judge, known, directory


def prepare(config, mutant, directory):
    """(verdict or None, kernel or None, diff, seconds)"""
    start, diff = time.monotonic(), ""
    try:
        diff = apply.diff(mutant, config.macros, os.path.join(config.tree, "source"),
                          config.cache)
        built = build.build(config.tree, mutant, diff, directory)
        return None, built, diff, time.monotonic() - start
    except mutants.MutantError as error:
        failed = verdicts.Verdict(mutant, verdicts.INVALID, reason=str(error))
        return failed, None, diff, time.monotonic() - start


def try_out(config, mutant, built, console):
    try:
        kills, deaf = config.judge.judge(mutant, built, console)
    except mutants.MutantError as error:
        return verdicts.Verdict(mutant, verdicts.INVALID, reason=str(error))
    return verdicts.settle(mutant, kills, deaf, config.known)


class Pipeline:
    """One thread builds, the caller's thread (and more, for jobs > 1) runs."""

    def __init__(self, config, todo, on_verdict, jobs=1):
        self.config, self.todo, self.on_verdict = config, todo, on_verdict
        self.jobs = jobs
        self.ready = queue.Queue(maxsize=jobs)
        self.stop = threading.Event()
        self.lock = threading.Lock()
        self.error = None

    def _offer(self, item):
        while not self.stop.is_set():
            try:
                self.ready.put(item, timeout=0.5)
                return
            except queue.Full:
                continue

    def _build_all(self, work):
        try:
            for number, mutant in enumerate(self.todo):
                if self.stop.is_set():
                    return
                # A name is used again only when its kernel has been run.
                directory = os.path.join(work, str(number % (2 * self.jobs + 1)))
                self._offer((mutant, *prepare(self.config, mutant, directory)))
        except Exception as error:    # shown by the main thread
            self.error = error
        for _ in range(self.jobs):
            self._offer(None)

    def _run_all(self):
        while not self.stop.is_set():
            try:
                item = self.ready.get(timeout=0.5)
            except queue.Empty:
                continue
            if item is None:
                return
            self._one(*item)

    def _one(self, mutant, found, built, diff, seconds):
        start = time.monotonic()
        if not found:
            log = os.path.join(self.config.directory, f"{mutant.name}.log")
            with open(log, "wb") as console:
                found = try_out(self.config, mutant, built, console)
        found.diff = diff
        found.seconds = {"build": seconds, "run": time.monotonic() - start}
        with self.lock:
            self.on_verdict(found)

    def _helper(self):
        try:
            self._run_all()
        except Exception as error:    # shown by the main thread
            self.error = error
            self.stop.set()

    def run(self):
        work = tempfile.mkdtemp(prefix="kvm-gmem-mutate-")
        builder = threading.Thread(target=self._build_all, args=(work,), daemon=True)
        helpers = [threading.Thread(target=self._helper, daemon=True)
                   for _ in range(self.jobs - 1)]
        for thread in [builder, *helpers]:
            thread.start()
        try:
            self._run_all()
            for thread in helpers:
                thread.join()
        finally:
            self.stop.set()
            build.cancel()
            builder.join(timeout=30)
            shutil.rmtree(work, ignore_errors=True)
        if self.error:
            raise self.error
