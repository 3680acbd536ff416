# SPDX-License-Identifier: GPL-2.0
"""The runner: called by run_tests.sh once everything it needs is built."""

import argparse
import copy
import datetime
import hashlib
import os
import platform
import random
import shlex
import subprocess
import sys
import time

import beside
import ending
import executor
import known
import output
import plan
import session
import verdict

EXIT_PASSED, EXIT_FAILED, EXIT_ERROR, EXIT_ALL_SKIPPED = 0, 1, 2, 4


def parse_arguments(argv):
    parser = argparse.ArgumentParser(prog="runner")
    parser.add_argument("--program", action="append", default=[])
    parser.add_argument("--agent")
    parser.add_argument("--probe")
    parser.add_argument("--kernel", help="boot this image; without it, run natively")
    parser.add_argument("--modules", help="directory of modules to load, listed in MODULES")
    parser.add_argument("--single", action="store_true",
                        help="VM: emulate its CPUs in turn (see vm/boot.sh)")
    parser.add_argument("--own-kernel", action="append", default=[], metavar="VARIATION",
                        help="VM: a variation that wants another kernel than the others")
    parser.add_argument("--image-command", default="", metavar="COMMAND",
                        help="VM: prints its image, given --variation; without it, there is none")
    parser.add_argument("--arch", default=platform.machine())
    parser.add_argument("--channel", metavar="DEVICE,...",
                        help="VM: where the agent reports, the first that is there")
    parser.add_argument("--memory", default="2G")
    parser.add_argument("--append", default="")
    parser.add_argument("--share", metavar="DIR", help="VM: offered by 9P with the tag 'share'")
    parser.add_argument("--after", metavar="SCRIPT", help="VM: to run at the end of each boot")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--long", action="store_true", help="more rounds of what is random")
    parser.add_argument("--jobs", type=int, default=1)
    parser.add_argument("--repeat", type=int, default=1)
    parser.add_argument("--seed", type=int)
    parser.add_argument("--timeout", type=int, default=90)
    parser.add_argument("--boot-timeout", type=int, default=180)
    parser.add_argument("--out")
    parser.add_argument("--known-failures")
    parser.add_argument("--require", default="")
    parser.add_argument("--shard")
    parser.add_argument("--shuffle", action="store_true")
    parser.add_argument("--fail-on-skip", action="store_true")
    parser.add_argument("--verbose", action="store_true")
    parser.add_argument("--quiet", action="store_true")
    parser.add_argument("--command", default="./run_tests.sh")
    parser.add_argument("--phase", action="append", default=[], metavar="NAME=SECONDS")
    parser.add_argument("patterns", nargs="*")
    options = parser.parse_args(argv)
    if options.kernel and not options.channel:
        parser.error("--kernel wants --channel")
    return options


def select_cases(options, seed):
    if not options.program:
        raise plan.PlanError("there are no test programs")
    cases = plan.select(plan.list_cases(options.program), options.patterns)
    if options.shard:
        cases = plan.shard(cases, options.shard)
    return plan.shuffle(cases, seed) if options.shuffle else cases


def print_list(cases):
    try:
        for case in cases:
            print(f"{case}\t{','.join(case.ids)}".rstrip())
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever reads has seen enough, as "head" does; nothing is left to say at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return EXIT_PASSED


def make_pending(cases, options, seed, directory):
    """One item for each case and iteration; iteration i runs with seed + i - 1."""
    pending = []
    for iteration in range(1, options.repeat + 1):
        for case in cases:
            ident = str(len(pending) + 1)
            own_seed = seed + iteration - 1
            job = executor.Job(ident, [os.path.join(directory, case.file), "-r", case.name],
                               options.timeout, own_seed, "alone" if case.alone else "")
            pending.append(session.Pending(ident, case, own_seed, iteration, job))
    return pending


def reason_to_skip(case, options):
    """What the chosen backend does not have, as text for the user."""
    if not options.kernel and (case.own_boot or case.variation != "default"):
        return "needs a VM of its own"
    if case.variation in options.own_kernel and not options.image_command:
        return "needs a kernel that is built for it"
    return None


def skip_impossible(pending, options, on_result):
    """Skips what the backend cannot run; returns the rest."""
    rest = []
    for item in pending:
        reason = reason_to_skip(item.case, options)
        if reason:
            on_result(session.Result(item.case, item.seed, verdict.SKIP, reason, item.record,
                                     item.iteration))
        else:
            rest.append(item)
    return rest


def vm_config(options):
    config = executor.VmConfig(options.kernel, options.arch, options.agent, options.channel)
    config.memory, config.append = options.memory, options.append
    config.boot_timeout, config.modules = options.boot_timeout, options.modules
    config.share, config.single = options.share, options.single
    if options.after:
        config.files["/etc/after"] = options.after
    return config


def programs_in_vm(options):
    """Where each program is in the VM, and here."""
    paths = options.program + ([options.probe] if options.probe else [])
    return {f"/t/{os.path.basename(path)}": path for path in paths}


def image_of(variation, options):
    done = subprocess.run(
        executor.tied_to_us([*shlex.split(options.image_command), "--variation", variation],
                            "TERM"), stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise session.RunError(f"no kernel for the variation '{variation}'")
    return done.stdout.strip()


def provide_images(options, pending, phases):
    """The kernels of those variations that want another one; they may have to be built."""
    images = {}
    for variation in options.own_kernel if options.image_command else ():
        if any(item.case.variation == variation for item in pending):
            start = time.monotonic()
            images[variation] = image_of(variation, options)
            phases.append((f"kernel ({variation})", time.monotonic() - start))
    return images


def run_after(launch):
    """launch() with a last job in each boot, whose failure ends the run."""
    def launch_and_more(jobs, listener, console, variation):
        said = []

        def filtered(event):
            if not event.args or event.args[0] != "after":
                return listener(event)
            if event.kind == "out":
                said.append(event.text.decode(errors="replace"))
            elif event.kind == "end" and event.args[1:3] != ["exit", "0"]:
                raise session.RunError("the script after the tests failed: " + "".join(said))
            return False

        after = executor.Job("after", ["/bin/sh", "/etc/after"], 300, flags="alone")
        return launch(jobs + [after], filtered, console, variation)

    return launch_and_more


def make_launch(options, images):
    """launch() of Session for the chosen backend; images: of variations, see above."""
    environment = [("KVM_GMEM_LONG", "1")] if options.long else []

    def native(jobs, listener, console, _variation):
        return executor.run_native(options.agent, jobs, options.jobs, listener, console,
                                   environment)

    def vm(jobs, listener, console, variation):
        config = copy.copy(base)        # two of them may boot at a time
        # All programs would be the most of what a boot loads.
        config.files = {**files, **{name: programs[name] for name in
                                    {job.argv[0] for job in jobs} & programs.keys()}}
        config.variation, config.kernel = variation, images.get(variation, options.kernel)
        return executor.run_vm(config, jobs, options.jobs, listener, console, environment)

    if not options.kernel:
        return native
    base, programs = vm_config(options), programs_in_vm(options)
    files = base.files
    return run_after(vm) if options.after else vm


def file_hash(path):
    if not os.path.exists(path):
        return None
    with open(path, "rb") as stream:
        return hashlib.sha256(stream.read()).hexdigest()


def qemu_version(options):
    if not options.kernel:
        return None
    try:
        done = subprocess.run([f"qemu-system-{options.arch}", "--version"],
                              capture_output=True, text=True, check=False)
    except OSError:
        return None
    return done.stdout.split("\n")[0]


def facts(options, run, seed, phases):
    image = options.kernel
    return {
        "kernel": {"release": run.release, "machine": run.machine,
                   "image": image and os.path.basename(image), "config_sha256":
                   image and file_hash(os.path.join(os.path.dirname(image), "config"))},
        "mode": "vm" if image else "native",
        "host": {"release": platform.release(), "machine": platform.machine(),
                 "cpus": os.cpu_count()},
        "qemu": qemu_version(options),
        "started": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "seed": seed, "boots": run.boots, "capabilities": run.capabilities,
        "notes": run.notes, "seconds": dict(phases)}


def load_known(path):
    if not path:
        return known.Known()
    with open(path, encoding="utf-8") as stream:
        return known.Known(stream, os.path.basename(path))


def exit_code(results, options):
    totals = output.count(results)
    if totals[verdict.FAIL] or (options.fail_on_skip and totals[verdict.SKIP]):
        return EXIT_FAILED
    if totals[verdict.SKIP] == len(results):
        return EXIT_ALL_SKIPPED
    return EXIT_PASSED


OTHER_CONSOLE = "console-others.log"
RESULT_FILES = ("results.tap", "junit.xml", "results.json", OTHER_CONSOLE)


def remove_results(directory):
    """Those of an earlier run, which would pass for this one's if it ends early."""
    for name in RESULT_FILES:
        try:
            os.unlink(os.path.join(directory, name))
        except (FileNotFoundError, NotADirectoryError):
            pass


def without_result(pending, results, reason):
    """Failures for what was planned and did not come to a verdict."""
    known_ones = {(result.case, result.iteration) for result in results}
    return [session.Result(item.case, item.seed, verdict.FAIL, f"not-run: {reason}",
                           item.record, item.iteration)
            for item in pending if (item.case, item.iteration) not in known_ones]


def phases_before(options):
    """What run_tests.sh has done so far, as (name, seconds)."""
    pairs = (phase.split("=") for phase in options.phase)
    return [(name, float(seconds)) for name, seconds in pairs]


def second_vm(options):
    """For a VM beside the first, if the machine and the user have room for one.

    On two CPUs that gains little, and each VM takes twice as long.
    """
    if not options.kernel or options.jobs < 2 or options.after or \
            len(os.sched_getaffinity(0)) < 4 or \
            not beside.is_room(options.memory):
        return None
    return beside.Beside(os.path.join(options.out, OTHER_CONSOLE), executor.stop_vms)


def run_all(options, cases, seed):
    directory = "/t" if options.kernel else os.path.dirname(options.program[0])
    pending = make_pending(cases, options, seed, directory)
    printer = output.Printer(pending, options.quiet, options.verbose)
    results = []

    def on_result(result):
        results.append(result)
        printer.result(result)

    phases = phases_before(options)
    images = provide_images(options, pending, phases)
    os.makedirs(options.out, exist_ok=True)
    todo = skip_impossible(pending, options, on_result)
    with open(os.path.join(options.out, "console.log"), "wb") as console:
        run = session.Session(make_launch(options, images), load_known(options.known_failures),
                              on_result, console, plan.split_list(options.require),
                              shared=not options.kernel)
        probe = options.probe and executor.Job(
            "probe", [os.path.join(directory, os.path.basename(options.probe))], 60)
        end = None
        before = len(results)
        try:
            other = second_vm(options)
            start = time.monotonic()
            run.run(todo, probe, other)
            if other and other.boots:
                run.timing["all boots and tests"] = time.monotonic() - start
        except (KeyboardInterrupt, SystemExit) as error:
            end = error
        except (session.RunError, executor.ExecutorError, OSError) as error:
            printer.finish()
            if len(results) == before:
                raise
            end = error
    printer.finish()
    phases += run.timing.items()
    facts_of_run = facts(options, run, seed, phases)
    facts_of_run["planned"] = len(pending)
    missing = []
    if end:
        broken = isinstance(end, Exception)
        facts_of_run["interrupted"] = True
        missing = without_result(pending, results,
                                 output.one_line(str(end)) if broken else "interrupted")
    finish(options, run, results, missing, facts_of_run, phases)
    if end:
        if not broken:
            print("# interrupted: the results are incomplete", file=sys.stderr)
        raise end
    return exit_code(results, options)


def finish(options, run, results, missing, facts_of_run, phases):
    order = {}
    for result in results + missing:
        order.setdefault((result.iteration, result.case.file), len(order))
    every = sorted(results + missing, key=lambda r: order[r.iteration, r.case.file])
    output.write_tap(os.path.join(options.out, "results.tap"), every)
    output.write_junit(os.path.join(options.out, "junit.xml"), every)
    output.write_json(os.path.join(options.out, "results.json"), every, facts_of_run)
    results.sort(key=lambda r: order[r.iteration, r.case.file])
    output.print_summary(results, options.command, run.notes, phases, len(missing))


def main(argv):
    options = parse_arguments(argv)
    if options.out and not options.list:
        remove_results(options.out)
    seed = options.seed if options.seed is not None else random.SystemRandom().getrandbits(32)
    cases = select_cases(options, seed)
    if options.list:
        return print_list(cases)
    if not options.quiet:
        print(f"# {len(cases)} cases, seed {seed}, results in {options.out}", flush=True)
    return run_all(options, cases, seed)


if __name__ == "__main__":
    ending.exit_on_signals()
    try:
        sys.exit(main(sys.argv[1:]))
    except (plan.PlanError, known.KnownError, session.RunError, executor.ExecutorError,
            OSError) as problem:
        print(f"run_tests.sh: {problem}", file=sys.stderr)
        sys.exit(EXIT_ERROR)
    except KeyboardInterrupt:
        sys.exit(130)
