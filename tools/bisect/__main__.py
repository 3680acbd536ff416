# SPDX-License-Identifier: GPL-2.0
"""run_tests.sh bisect: which commit broke it?"""

import argparse
import datetime
import fcntl
import glob
import hashlib
import os
import shutil
import subprocess
import sys
import time
import traceback

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
sys.path[1:1] = [os.path.join(ROOT, "tools", "runner")]

# pylint: disable=wrong-import-position
import ending  # noqa: E402
import gitbisect  # noqa: E402
import options as request_options  # noqa: E402
import outcome  # noqa: E402
import plan  # noqa: E402
import search  # noqa: E402
import state as states  # noqa: E402
import worker  # noqa: E402

FREE_MEGABYTES = 4000


def say(text):
    print(f"# {text}", flush=True)


def provide(directory, programs):
    """The suite's programs, as they stay until the end."""
    command = [os.path.join(HERE, "provide.sh"), directory] + ([programs] if programs else [])
    done = subprocess.run(["setpriv", "--pdeathsig", "TERM", *command],
                          stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, check=False)
    if done.returncode:
        raise worker.WorkError("bisect: the suite's programs cannot be provided")


def lock(path):
    """One bisection of a repository at a time: they would share tree and objects."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o644)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        raise worker.WorkError("another bisection of this repository is running") from None
    return descriptor


def workspace(repository):
    """Where tree and objects of this repository are, also for its next bisection."""
    cache = os.environ.get("KVM_GMEM_CACHE") or os.path.expanduser("~/.cache/kvm-gmem")
    name = hashlib.sha256(repository.git_dir.encode()).hexdigest()[:12]
    directory = os.path.join(cache, "bisect", name)
    os.makedirs(directory, exist_ok=True)
    free = shutil.disk_usage(directory).free // 1000000
    needed = FREE_MEGABYTES if not os.path.isdir(os.path.join(directory, "objects")) else 500
    if free < needed:
        raise worker.WorkError(f"disk full: {directory} has {free} MB free, "
                               f"{needed} MB are needed")
    return directory


def cases_of(suite, request):
    if request["count"]:
        if not os.path.exists(os.path.join(suite, "bench", request["count"])):
            names = sorted(os.listdir(os.path.join(suite, "bench")))
            raise request_options.UsageError(f"bisect: no cost program '{request['count']}'; "
                                             f"there are {' '.join(names)}")
        return [f"cost:{request['count']}"]
    programs = sorted(glob.glob(os.path.join(suite, "*_test")))
    cases = plan.select(plan.list_cases(programs), [request["test"]] if request["test"] else [])
    return [repr(case) for case in cases]


def make_request(options, repository):
    """What state.json keeps: names of commits become commits."""
    request = {key: value for key, value in vars(options).items()
               if key not in ("out", "resume", "judge")}
    request["src"] = os.path.abspath(options.src)
    for end in ("good", "bad"):
        name = getattr(options, end)
        request[end] = repository.commit(name) if name else None
        if name:
            repository.check_kernel(request[end])
    good, bad = request["good"], request["bad"]
    if good and bad:
        check_order(repository, *((bad, good) if options.fixed else (good, bad)), options.fixed)
    return request


def check_order(repository, old, new, fixed):
    if old == new:
        raise request_options.UsageError("bisect: --good and --bad are the same commit")
    if repository.is_ancestor(new, old):
        raise request_options.UsageError(
            "bisect: --good is older than --bad: without --fixed" if fixed else
            "bisect: --bad is older than --good: --fixed looks for a fix")


def open_state(options):
    """(State, Repository) of a new bisection, or of the one to go on with."""
    directory = options.out and os.path.abspath(options.out)
    if options.resume:
        if not directory:
            found = sorted(glob.glob(os.path.join(ROOT, "results", "bisect-*", "state.json")),
                           key=os.path.getmtime)
            if not found:
                raise states.StateError("--resume: there is nothing in results/bisect-*")
            directory = os.path.dirname(found[-1])
        state = states.load(directory)
        return state, gitbisect.Repository(state.request["src"])
    repository = gitbisect.Repository(options.src)
    request = make_request(options, repository)
    directory = directory or os.path.join(
        ROOT, "results", f"bisect-{datetime.datetime.now():%Y%m%d-%H%M%S}-{os.getpid()}")
    if os.path.exists(os.path.join(directory, "state.json")):
        raise states.StateError(f"{directory} has a bisection already: --resume goes on with it")
    state = states.State(directory, request)
    state.save()
    return state, repository


def report(state, repository, culprit, log):
    """The end of a search that found something, for people and for a mail."""
    fixed = state.request["fixed"]
    role = "fix" if fixed else "culprit"
    lines = [f"{role}: {culprit.sha}", f"case: {culprit.case}",
             f"{len(state.steps)} commits tried, {state.seconds:.0f} s of work", ""]
    lines += [("confirmed: " if culprit.confirmed else "NOT CONFIRMED: ")
              + "; ".join(culprit.notes), ""]
    lines += [gitbisect.output(repository.path, "show", "-s", culprit.sha), ""]
    lines += [("Fixed by: " if fixed else "Fixes: ") + repository.fixes(culprit.sha), "", log]
    text = "\n".join(lines)
    with open(os.path.join(state.directory, "report.txt"), "w", encoding="utf-8") as stream:
        stream.write(text)
    return text


def bisect(options):
    state, repository = open_state(options)
    request = state.request
    say(f"results in {state.directory}")
    place = workspace(repository)
    held = lock(os.path.join(place, "lock"))
    suite = os.path.join(state.directory, "suite")
    if not os.path.exists(os.path.join(suite, "complete")):
        provide(suite, request["programs"])
        open(os.path.join(suite, "complete"), "w", encoding="utf-8").close()
    cases = cases_of(suite, request)
    tree = gitbisect.Tree(os.path.join(place, "tree"), repository)
    doing = worker.Worker(argparse.Namespace(**request), suite, os.path.join(place, "objects"),
                          say)
    seeker = search.Search(request, repository, tree, doing, state, say)
    try:
        culprit = seeker.run(cases)
    except search.NotFound as problem:
        print(f"run_tests.sh: bisect: {problem}", file=sys.stderr)
        return 1
    finally:
        os.close(held)
    print("\n" + report(state, repository, culprit, seeker.bisection.log()))
    shutil.rmtree(suite)
    return 0 if culprit.confirmed else 1


def judge(options):
    """For "git bisect run": the checkout in --src, with git's own exit codes."""
    repository = gitbisect.Repository(options.src)
    sha = repository.commit("HEAD")
    repository.check_kernel(sha)
    place = workspace(repository)
    held = lock(os.path.join(place, "lock"))
    suite = os.path.join(place, "suite")
    provide(suite, options.programs)
    cases = cases_of(suite, vars(options))
    if len(cases) > 1:
        raise request_options.UsageError(f"bisect: --judge wants one case, not {len(cases)}: "
                                         + " ".join(cases[:3]))
    directory = os.path.abspath(options.out or os.path.join(ROOT, "results", "bisect-judge"))
    doing = worker.Worker(options, suite, os.path.join(place, "judge-objects"), say)
    top = gitbisect.output(options.src, "rev-parse", "--show-toplevel")
    step = doing.work(top, os.path.join(directory, sha[:12]), cases)
    found = step.outcomes[cases[0]]
    say(f"{sha[:12]}: {found}")
    os.close(held)
    return outcome.CODES[found.word]


def main(argv):
    options = request_options.parse(argv)
    return judge(options) if options.judge else bisect(options)


def run(argv):
    """Under --judge nothing but a verdict may look like one to git."""
    judging = "--judge" in (argv[:argv.index("--")] if "--" in argv else argv)
    trouble = outcome.CODES[outcome.ABORT] if judging else 2
    start = time.monotonic()
    try:
        return main(argv)
    except (request_options.UsageError, gitbisect.GitError, states.StateError, search.Aborted,
            worker.WorkError, plan.PlanError, OSError) as problem:
        print(f"run_tests.sh: {problem}", file=sys.stderr)
        return trouble
    except Exception:
        # Python's own exit code for it is 1, which git takes for "bad".
        if not judging:
            raise
        traceback.print_exc()
        return trouble
    except KeyboardInterrupt:
        print(f"# interrupted after {time.monotonic() - start:.0f} s; --resume goes on",
              file=sys.stderr)
        return 130


if __name__ == "__main__":
    ending.exit_on_signals()
    sys.exit(run(sys.argv[1:]))
