# SPDX-License-Identifier: GPL-2.0
"""git, as far as a bisection needs it: a tree of our own that borrows the objects of
the user's repository, which itself is only read."""

import os
import re
import shutil
import subprocess


class GitError(Exception):
    """What git refused; one line for the user."""


def run(directory, *arguments, check=True):
    """stdout and stderr together would mix; returns (code, stdout, stderr)."""
    environment = {**os.environ, "LC_ALL": "C", "GIT_ADVICE": "0"}
    for name in ("GIT_DIR", "GIT_WORK_TREE", "GIT_INDEX_FILE"):
        environment.pop(name, None)
    done = subprocess.run(["git", "-C", directory, *arguments], capture_output=True, text=True,
                          errors="replace", env=environment, stdin=subprocess.DEVNULL,
                          check=False)
    if check and done.returncode:
        lines = done.stderr.strip().splitlines() or [f"git {arguments[0]} failed"]
        raise GitError(re.sub(r"^(fatal|error): ", "", lines[0]))
    return done.returncode, done.stdout, done.stderr


def output(directory, *arguments):
    return run(directory, *arguments)[1].strip()


class Repository:
    """The user's; nothing is written to it."""

    def __init__(self, path):
        self.path = path
        if not os.path.isdir(path):
            raise GitError(f"--src: there is no directory '{path}'")
        try:
            common = output(path, "rev-parse", "--git-common-dir")
        except GitError as error:
            raise GitError(f"--src: '{path}': {error}") from None
        self.git_dir = os.path.realpath(os.path.join(path, common))

    def commit(self, name):
        code, found, _ = run(self.path, "rev-parse", "-q", "--verify",
                             f"{name}^{{commit}}", check=False)
        if code:
            raise GitError(f"no commit '{name}' in {self.path}")
        return found.strip()

    def check_kernel(self, sha):
        if run(self.path, "cat-file", "-e", f"{sha}:Kconfig", check=False)[0]:
            raise GitError(f"{self.path} is not a kernel tree: {sha[:12]} has no Kconfig")

    def is_ancestor(self, old, new):
        return not run(self.path, "merge-base", "--is-ancestor", old, new, check=False)[0]

    def back(self, sha, steps):
        """The first-parent ancestor so many steps back, or None."""
        code, found, _ = run(self.path, "rev-parse", "-q", "--verify", f"{sha}~{steps}",
                             check=False)
        return None if code else found.strip()

    def oldest(self, sha):
        return output(self.path, "rev-list", "--first-parent", sha).splitlines()[-1]

    def parents(self, sha):
        return output(self.path, "rev-list", "-1", "--parents", sha).split()[1:]

    def subject(self, sha):
        return output(self.path, "show", "-s", "--format=%s", sha)

    def fixes(self, sha):
        return f'{sha[:12]} ("{self.subject(sha)}")'


class Tree:
    """A work tree that has no objects of its own."""

    def __init__(self, path, repository):
        self.path = path
        if not os.path.isdir(os.path.join(path, ".git")):
            os.makedirs(path, exist_ok=True)
            output(path, "init", "-q", ".")
            output(path, "config", "gc.auto", "0")
        objects = os.path.join(repository.git_dir, "objects")
        info = os.path.join(path, ".git/objects/info")
        os.makedirs(info, exist_ok=True)
        with open(os.path.join(info, "alternates"), "w", encoding="utf-8") as stream:
            stream.write(objects + "\n")
        # Where the history of a shallow clone ends is not among its objects.
        shallow = os.path.join(repository.git_dir, "shallow")
        if os.path.exists(shallow):
            shutil.copy(shallow, os.path.join(path, ".git", "shallow"))
        # Nobody else uses this tree: what a killed git left behind goes.
        for name in ("index.lock", "HEAD.lock"):
            if os.path.exists(os.path.join(path, ".git", name)):
                os.unlink(os.path.join(path, ".git", name))

    def checkout(self, sha):
        """Only files that differ are written: make sees what is to be built anew."""
        output(self.path, "checkout", "-q", "-f", "--detach", sha)

    def clean(self):
        output(self.path, "clean", "-q", "-f", "-d", "-x")


class Next:
    """What git wants: kind is test, found, skipped (only such are left) or failed."""

    def __init__(self, kind, commits=(), text=""):
        self.kind, self.commits, self.text = kind, list(commits), text


STEPS = re.compile(r"roughly (\d+) steps?")
FOUND = re.compile(r"^([0-9a-f]{40,64}) is the first \S+ commit", re.M)
COMMIT = re.compile(r"^[0-9a-f]{40,64}$", re.M)


class Bisection:
    """git bisect in a Tree, which git does not check out: a step does that itself."""

    def __init__(self, tree, old_term, new_term):
        self.path, self.terms = tree.path, (old_term, new_term)

    def start(self, old, new, first_parent, paths):
        run(self.path, "bisect", "reset", check=False)
        arguments = ["--no-checkout"] + ["--first-parent"] * first_parent
        if self.terms != ("good", "bad"):
            arguments += [f"--term-old={self.terms[0]}", f"--term-new={self.terms[1]}"]
        return self._next(run(self.path, "bisect", "start", *arguments, new, old, "--", *paths,
                              check=False))

    def mark(self, term, sha):
        return self._next(run(self.path, "bisect", term, sha, check=False))

    def log(self):
        """For a tree that is checked out as usual."""
        text = run(self.path, "bisect", "log", check=False)[1]
        return text.replace(" '--no-checkout'", "")

    def _next(self, done):
        code, text, errors = done
        found = FOUND.search(text)
        if found:
            return Next("found", [found.group(1)])
        if "only 'skip'ped commits left" in text:
            return Next("skipped", COMMIT.findall(text))
        if code:
            message = [line for line in (errors + text).splitlines() if line.strip()]
            return Next("failed", text=" ".join(message)[:400] or f"git bisect ends with {code}")
        steps = STEPS.search(text)
        return Next("test", [output(self.path, "rev-parse", "BISECT_HEAD")],
                    steps.group(1) if steps else "0")
