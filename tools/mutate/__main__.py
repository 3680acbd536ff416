# SPDX-License-Identifier: GPL-2.0
"""run_tests.sh mutate: does the suite notice regressions of the kernel?"""

import argparse
import concurrent.futures
import datetime
import glob
import json
import hashlib
import os
import platform
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[1:1] = [os.path.join(ROOT, "tools", "runner")]

# pylint: disable=wrong-import-position
import apply  # noqa: E402
import build  # noqa: E402
import ending  # noqa: E402
import judge  # noqa: E402
import known  # noqa: E402
import mutants  # noqa: E402
import pipeline  # noqa: E402
import plan  # noqa: E402
import report  # noqa: E402
import verdicts  # noqa: E402

MUTANTS = os.path.join(ROOT, "mutants")
KNOWN_FAILURES = os.path.join(ROOT, "known-failures")
MACROS = os.path.join(MUTANTS, "macros.h")

EPILOG = """\
Each mutant is a semantic patch of mutants/: one regression of the kernel. It is
applied to an overlay of the kernel source, KVM's modules are built, a VM boots
with them, and the cases run: first those whose comments name the mutant, then
those of the behaviours that it breaks, then the rest, until one fails. One that
no case notices is a survivor; mutants/survivors says why some are.

The command of --against finds KVM_GMEM_IMAGE, KVM_GMEM_MODULES and
KVM_GMEM_AGENT (the arguments that tools/vm_exec wants) in its environment, and
exits with 0 if it noticed nothing; "not ok" lines that it prints name what did.
bench/selftests.sh does so with the kernel's own tests.

Results: DIR/mutants.json, DIR/mutants.html, and a console log for each mutant.
Exit code: 0 all killed or known survivors, 1 others survived or are invalid or,
with --claims, a case did not notice what it names, 2 could not run.

examples:
  ./run_tests.sh mutate                       all of them
  ./run_tests.sh mutate 'bind-*' --full       some, with all cases that notice
  ./run_tests.sh mutate --claims              is each case red where its comment says so?
  ./run_tests.sh mutate --against bench/selftests.sh
"""


def positive(text):
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"wants a number above 0, not '{text}'")
    return int(text)


def parse_arguments(argv):
    class Parser(argparse.ArgumentParser):
        def error(self, message):
            raise mutants.MutantError(f"mutate: {message} (--help shows all)")

    parser = Parser(prog="./run_tests.sh mutate", epilog=EPILOG, description=__doc__,
                    formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("names", nargs="*", metavar="NAME",
                        help="mutants, wildcards work; all by default")
    parser.add_argument("--list", action="store_true", help="print the mutants")
    parser.add_argument("--check", action="store_true",
                        help="only see whether they apply to the source")
    parser.add_argument("--full", action="store_true",
                        help="do not stop at the first case that notices")
    parser.add_argument("--claims", action="store_true",
                        help="run all cases that name a mutant, and tell which do not notice it")
    parser.add_argument("--against", metavar="CMD", help="judge another suite")
    parser.add_argument("--jobs", type=positive, default=1, metavar="N",
                        help="VMs at a time (default 1: it has two CPUs)")
    parser.add_argument("--kernel", metavar="VERSION",
                        help="Debian version (6.12); by default the newest")
    parser.add_argument("--timeout", type=positive, metavar="S",
                        help="seconds for a case (default 40) or for CMD (300)")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--out", metavar="DIR",
                        help="where results go (default results/mutate-DATE)")
    return parser.parse_args(argv)


def provide(what, version):
    """What provide.sh says, as {name: [values]}."""
    command = [os.path.join(HERE, "provide.sh"), what] + ([version] if version else [])
    done = subprocess.run(["setpriv", "--pdeathsig", "TERM", *command], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        sys.exit(done.returncode)
    facts = {}
    for entry in done.stdout.splitlines():
        name, _, value = entry.partition("=")
        facts.setdefault(name, []).append(value)
    return facts


def print_list(chosen):
    for mutant in chosen:
        print(f"{mutant.name}\t{mutant.file}\t{','.join(mutant.behaviours)}\t{mutant.breaks}")
    return 0


def cache_of(facts):
    return os.path.join(facts["cache"][0], "mutation", "diffs")


def check(chosen, facts):
    """All must apply; two at a time, since spatch uses one CPU."""
    def one(mutant):
        try:
            apply.diff(mutant, MACROS, facts["source"][0], cache_of(facts))
        except mutants.MutantError as error:
            return str(error)
        return None

    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        problems = [p for p in pool.map(one, chosen) if p]
    for problem in problems:
        print(problem)
    print(f"# {len(chosen) - len(problems)} of {len(chosen)} mutants apply to "
          f"{os.path.basename(facts['source'][0])}")
    return 1 if problems else 0


def digest(paths):
    total = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as stream:
            total.update(hashlib.sha256(stream.read()).digest())
    return total.hexdigest()[:24]


def failing_twice(suite, kernel, console):
    """Names of the cases that fail again when each of them runs alone.

    What is left out notices no mutant, for as long as the answer is kept: neither a busy
    machine nor a VM that died of another case may put something on that list.
    """
    cases = suite.cases
    for _ in range(2):
        kills = suite.run(cases, kernel, console, every=True) if cases else []
        if any(k.case == "boot" for k in kills):
            raise mutants.MutantError("the kernel does not boot without a mutant: "
                                      + kills[-1].reason)
        failed = {k.case for k in kills}
        cases = [plan.Case(c.file, c.name, c.ids, (*c.needs, "alone"))
                 for c in cases if repr(c) in failed]
    return [repr(c) for c in cases]


def find_broken(suite, facts, directory):
    """Cases that fail on the kernel as it is; the answer is kept."""
    tree = facts["tree"][0]
    kernel = build.original(tree, os.path.join(directory, "original"))
    key = digest([kernel.image, os.path.join(kernel.modules, "kvm.ko"), KNOWN_FAILURES,
                  *facts["program"]])
    kept = os.path.join(cache_of(facts), f"broken-{key}-{suite.options.timeout}.json")
    if not os.path.exists(kept):
        print("# running the suite without a mutant", flush=True)
        with open(os.path.join(directory, "original.log"), "wb") as console:
            broken = failing_twice(suite, kernel, console)
        os.makedirs(os.path.dirname(kept), exist_ok=True)
        with open(kept + ".new", "w", encoding="utf-8") as stream:
            json.dump(broken, stream)
        os.replace(kept + ".new", kept)
    with open(kept, encoding="utf-8") as stream:
        return set(json.load(stream))


def make_suite(options, facts, directory):
    sources = glob.glob(os.path.join(ROOT, "*_test.c")) + \
        glob.glob(os.path.join(ROOT, platform.machine(), "*_test.c"))
    with open(KNOWN_FAILURES, encoding="utf-8") as stream:
        failures = known.Known(stream, "known-failures")
    settings = judge.Options(facts["agent"][0], facts["channel"][0], platform.machine(),
                             options.timeout or 40, options.seed, options.full, failures,
                             options.claims)
    # Whose kernel has another configuration, this one cannot tell of.
    cases = [c for c in plan.list_cases(facts["program"])
             if c.variation not in facts["own_kernel"]]
    suite = judge.Suite(settings, cases, facts["program"], mutants.red_table(sources))
    suite.broken = find_broken(suite, facts, directory)
    for case in sorted(suite.broken):
        print(f"# fails without a mutant, and is left out: {case}")
    return suite


def make_command(options, facts, directory):
    """Another suite must be content with the kernel as it is."""
    other = judge.Command(options.against, facts["agent"][0], options.timeout or 300)
    kernel = build.original(facts["tree"][0], os.path.join(directory, "original"))
    with open(os.path.join(directory, "original.log"), "wb") as console:
        kills, _ = other.judge(None, kernel, console)
    if kills:
        raise mutants.MutantError("the command fails without any mutant: "
                                  + ", ".join(k.case for k in kills[:3]))
    return other


def run(options, chosen, facts, survivors):
    directory = os.path.abspath(options.out or os.path.join(
        ROOT, "results", f"mutate-{datetime.datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}"))
    os.makedirs(directory, exist_ok=True)
    print(f"# {len(chosen)} mutants, results in {directory}", flush=True)
    who = (make_command if options.against else make_suite)(options, facts, directory)
    found, start = [], time.monotonic()

    def on_verdict(verdict):
        found.append(verdict)
        print(report.line(len(found), len(chosen), verdict), flush=True)

    config = pipeline.Config(facts["tree"][0], MACROS, cache_of(facts), who, survivors, directory)
    try:
        pipeline.Pipeline(config, chosen, on_verdict, options.jobs).run()
    finally:
        report.write(directory, found, {
            "kernel": os.path.basename(facts["source"][0]),
            "judge": options.against or "this suite", "full": options.full})
        outdated = [] if options.against else verdicts.outdated(found, survivors)
        print(report.summary(found, outdated, time.monotonic() - start), flush=True)
    return 1 if verdicts.unexpected(found) else 0


def main(argv):
    options = parse_arguments(argv)
    chosen = mutants.select(mutants.load(MUTANTS), options.names)
    survivors = {} if options.against else \
        mutants.read_survivors(os.path.join(MUTANTS, "survivors"))
    if options.list:
        return print_list(chosen)
    if not options.check:
        build.require_namespaces()
    facts = provide("source" if options.check else "all", options.kernel)
    version = facts["version"][0]
    fitting = [m for m in chosen if version in m.kernels]
    if not fitting:
        raise mutants.MutantError(f"none of these mutants is for Linux {version}")
    if len(fitting) < len(chosen):
        print(f"# {len(chosen) - len(fitting)} mutants are not for Linux {version}")
    if options.check:
        return check(fitting, facts)
    return run(options, fitting, facts, survivors)


if __name__ == "__main__":
    ending.exit_on_signals()
    try:
        sys.exit(main(sys.argv[1:]))
    except (mutants.MutantError, plan.PlanError, known.KnownError, OSError) as problem:
        print(f"run_tests.sh: {problem}", file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("# interrupted", file=sys.stderr)
        sys.exit(130)
