# SPDX-License-Identifier: GPL-2.0
"""A kernel source package as a git repository: one commit, made with fast-import.

What a build for a VM on x86 never compiles is left out, but for what Kconfig and
make read: that halves the repository and each checkout.
"""

import os
import re
import subprocess

BRANCH = "refs/heads/base"
WHO = "history generator <history@localhost.invalid> 1750000000 +0000"

UNUSED = re.compile(
    r"Documentation/|sound/|samples/|rust/|usr/include/|tools/(testing|perf)/|arch/(?!x86/)"
    r"|drivers/(gpu|media|staging|infiniband|scsi|iio)/|drivers/net/(ethernet|wireless)/")
STRUCTURE = re.compile(r"Kconfig|Kbuild|Makefile")


def wanted(path):
    return not UNUSED.match(path) or bool(STRUCTURE.match(os.path.basename(path)))


def files(tree):
    """Paths relative to tree of what goes in, sorted."""
    for directory, names, here in os.walk(tree):
        names[:] = sorted(n for n in names if n != ".git")
        links = [n for n in names if os.path.islink(os.path.join(directory, n))]
        for name in sorted(here + links):
            path = os.path.relpath(os.path.join(directory, name), tree)
            if wanted(path):
                yield path


def mode_and_data(path):
    if os.path.islink(path):
        return "120000", os.readlink(path).encode()
    with open(path, "rb") as stream:
        return ("100755" if os.access(path, os.X_OK) else "100644"), stream.read()


def put(stream, text):
    stream.write(text.encode())


def put_data(stream, data):
    put(stream, f"data {len(data)}\n")
    stream.write(data + b"\n")


def put_commit(stream, ref, message, parent=None):
    put(stream, f"commit {ref}\ncommitter {WHO}\n")
    put_data(stream, message.encode())
    if parent:
        put(stream, f"from {parent}\n")


def put_file(stream, path, mode, data):
    put(stream, f"M {mode} inline {path}\n")
    put_data(stream, data)


def git(repository, *arguments, **more):
    done = subprocess.run(["git", "-C", repository, *arguments], stdout=subprocess.PIPE,
                          text=True, check=True, **more)
    return done.stdout.strip()


class FastImport:
    """with FastImport(repository) as stream: ..."""

    def __init__(self, repository, *options):
        self.command = ["git", "-C", repository, "-c", "core.compression=1", "fast-import",
                        "--quiet", "--date-format=raw", *options]

    def __enter__(self):
        self.process = subprocess.Popen(self.command, stdin=subprocess.PIPE)
        return self.process.stdin

    def __exit__(self, kind, *_):
        if kind:
            self.process.kill()
        self.process.stdin.close()
        code = self.process.wait()
        if code and not kind:
            raise subprocess.CalledProcessError(code, self.command)


def make(tree, repository):
    """The repository, unless it is there: complete once it has its branch."""
    if os.path.isdir(repository):
        found = subprocess.run(["git", "-C", repository, "rev-parse", "-q", "--verify", BRANCH],
                               stdout=subprocess.DEVNULL, check=False)
        if not found.returncode:
            return
    os.makedirs(repository, exist_ok=True)
    git(repository, "init", "-q", "--bare", ".")
    with FastImport(repository, "--depth=0") as stream:
        put_commit(stream, BRANCH, f"Import {os.path.basename(tree)}\n")
        for path in files(tree):
            put_file(stream, path, *mode_and_data(os.path.join(tree, path)))
