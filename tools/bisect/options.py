# SPDX-License-Identifier: GPL-2.0
"""What the user asked for, checked as far as it can be without looking anywhere."""

import argparse
import os
import re

import outcome

EPILOG = """\
Both ends are tried first: what counts is a case that passes at the good end and fails
at the bad one. Then git bisect goes on, in a tree of its own; --src is only read.
Each step is built (objects are kept between steps, and ccache is used if it is there),
booted in the VM, and judged by that case alone:

  passes                                        good
  fails; crashes, hangs or warns in its time    bad      --on-timeout, --match
  is skipped, or absent                         skip     --on-skip
  the kernel does not build                     skip
  the kernel does not boot                      skip     --on-boot-fail
  the result is lost, or of another failure     skip
  the tools fail, the disk is full              the search stops; --resume goes on

At the end the culprit and its parent are built and run once more.

DIR has a folder for each step (build.log, config, console.log, results.tap,
results.json, verdict), bisect.log, report.txt, and state.json for --resume.
Exit code: 0 found and confirmed, 1 not found, 2 could not run.

examples:
  ./run_tests.sh bisect --src ~/linux --good v7.2 --bad v7.3 --test memslot_bind_test
  ./run_tests.sh bisect --src ~/linux --bad HEAD --find-good --test BIND-5 -- virt/kvm
  ./run_tests.sh bisect --src ~/linux --good A --bad B --test CASE --repeat 20
  ./run_tests.sh bisect --src ~/linux --good A --bad B --count conversions --threshold 2
  git bisect run ./run_tests.sh bisect --judge --src ~/linux --test CASE
"""


class UsageError(Exception):
    """A wrong request; one line for the user."""


def positive(text):
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"wants a number above 0, not '{text}'")
    return int(text)


def regular_expression(text):
    try:
        re.compile(text)
    except re.error as error:
        raise argparse.ArgumentTypeError(f"'{text}' is no regular expression: {error}") from error
    return text


def percentage(text):
    try:
        value = float(text.rstrip("%"))
    except ValueError:
        value = -1
    if not 0 <= value < 1e6:
        raise argparse.ArgumentTypeError(f"wants a percentage, not '{text}'")
    return value


def readable(text):
    if not os.path.isfile(text) or not os.access(text, os.R_OK):
        raise argparse.ArgumentTypeError(f"cannot read '{text}'")
    return os.path.abspath(text)


def option_name(text):
    name = text if text.startswith("CONFIG_") else f"CONFIG_{text}"
    if not re.fullmatch(r"CONFIG_[A-Z0-9_]+", name):
        raise argparse.ArgumentTypeError(f"'{text}' is no configuration option")
    return name


def make_parser():
    class Parser(argparse.ArgumentParser):
        def error(self, message):
            raise UsageError(f"bisect: {message} (--help shows all)")

    parser = Parser(prog="./run_tests.sh bisect", epilog=EPILOG, allow_abbrev=False,
                    description="Finds the commit of a kernel repository that broke a case.",
                    usage="%(prog)s --good A --bad B [OPTION...] [-- PATH...]",
                    formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--src", default=".", metavar="TREE", help="kernel repository (default: here)")
    add("--good", metavar="A", help="a commit where the case passes")
    add("--bad", metavar="B", help="a commit where it fails")
    add("--test", metavar="CASE", help="file, file:case or behaviour id; by default all cases")
    add("--count", metavar="NAME", help="instead: a cost program of bench/, by instructions")
    add("--threshold", type=percentage, metavar="PERCENT",
        help="bad is what exceeds the good end by more (default 5)")
    add("--repeat", type=positive, default=1, metavar="N",
        help="run it N times in each step; one failure makes it bad")
    add("--match", type=regular_expression, metavar="RE",
        help="only failures whose reason or kernel log matches are bad")
    add("--find-good", action="store_true",
        help="instead of --good: go back from --bad, further each time")
    add("--fixed", action="store_true", help="look for the fix: --bad is older than --good")
    add("--first-parent", action="store_true", help="follow only first parents of merges")
    words = ("good", "bad", "skip", "abort")
    add("--on-skip", choices=words, default=outcome.SKIP, help="the case is skipped")
    add("--on-timeout", choices=words, default=outcome.BAD, help="it hangs")
    add("--on-boot-fail", choices=words, default=outcome.SKIP, help="no boot")
    add("--timeout", type=positive, default=90, metavar="S",
        help="seconds that the case may take (default 90)")
    add("--seed", type=int, help="seed of random choices (default: another each time)")
    add("--config", type=readable, metavar="FRAGMENT", help="more options for the kernel")
    add("--need", type=option_name, action="append", default=["CONFIG_KVM"], metavar="OPTION",
        help="skip kernels that lack it (repeatable)")
    add("--out", metavar="DIR", help="where results go (default results/bisect-DATE)")
    add("--resume", action="store_true",
        help="go on with --out DIR, or with the newest of results/bisect-*")
    add("--judge", action="store_true",
        help='for "git bisect run": judge what is checked out in --src; exit code 0 good,'
        ' 1 bad, 125 skip, 128 abort')
    add("--programs", metavar="DIR", help=argparse.SUPPRESS)    # for unit tests
    return parser


def parse(argv):
    """The options; after "--" come paths."""
    paths = []
    if "--" in argv:
        index = argv.index("--")
        argv, paths = argv[:index], argv[index + 1:]
    options = make_parser().parse_args(argv)
    options.paths = paths
    if options.resume:
        others = [a for a in argv if a.startswith("-") and a.split("=")[0]
                  not in ("--resume", "--out")]
        if others or paths:
            raise UsageError("bisect: --resume goes on as it was asked then: only --out"
                             " goes with it")
    elif options.judge:
        check_judge(options)
    else:
        check_ends(options)
    check_kind(options)
    return options


def check_judge(options):
    if options.good or options.bad or options.find_good or options.count:
        raise UsageError("bisect: --judge wants no ends: git bisect has them")
    if not options.test:
        raise UsageError("bisect: --judge wants --test CASE")


def check_ends(options):
    known, searched = ("good", "bad") if options.fixed else ("bad", "good")
    if not getattr(options, known):
        raise UsageError(f"bisect: --{known} COMMIT is missing (--help shows all)")
    if options.find_good and getattr(options, searched):
        raise UsageError(f"bisect: --find-good looks for what --{searched} says")
    if not options.find_good and not getattr(options, searched):
        raise UsageError(f"bisect: --{searched} COMMIT is missing; --find-good looks for it")


def check_kind(options):
    if options.count and (options.test or options.match or options.repeat > 1):
        raise UsageError("bisect: --count goes without --test, --match and --repeat")
    if options.count and options.find_good:
        raise UsageError("bisect: --count compares with --good: --find-good has none")
    if options.threshold is not None and not options.count:
        raise UsageError("bisect: --threshold goes with --count")
    if options.threshold is None:
        options.threshold = 5.0
    if options.count and not re.fullmatch(r"[A-Za-z0-9_]+", options.count):
        raise UsageError(f"bisect: --count wants the name of a cost program,"
                         f" not '{options.count}'")
