# SPDX-License-Identifier: GPL-2.0
"""From a semantic patch to the diff that it makes in one source tree.

spatch takes up to some seconds, so diffs are kept: by patch, macros and source.
"""

import hashlib
import os
import subprocess
import tempfile

import mutants

TIMEOUT = 120


def changed_places(diff):
    """How many runs of changed lines a unified diff has."""
    places, inside = 0, False
    for line in diff.splitlines():
        changed = line[:1] in ("+", "-") and line[:4] not in ("--- ", "+++ ")
        places += changed and not inside
        inside = changed
    return places


def _digest(*paths):
    digest = hashlib.sha256()
    for path in paths:
        with open(path, "rb") as stream:
            digest.update(hashlib.sha256(stream.read()).digest())
    return digest.hexdigest()[:24]


def _spatch(mutant, macros, tree):
    command = ["spatch", "--very-quiet", "--no-includes", "--macro-file-builtins",
               macros, "--sp-file", os.path.abspath(mutant.path), mutant.file]
    try:
        done = subprocess.run(command, cwd=tree, capture_output=True, text=True,
                              timeout=TIMEOUT, check=False)
    except subprocess.TimeoutExpired:
        raise mutants.MutantError(f"{mutant.name}: spatch takes too long") from None
    if done.returncode:
        lines = [line.strip() for line in done.stderr.splitlines() if "error" in line]
        why = lines[0] if lines else f"spatch exits with {done.returncode}"
        raise mutants.MutantError(f"{mutant.name}: {why}")
    # The name of the temporary file would make each diff another one.
    return "".join(line if not line.startswith("+++ ") else f"+++ {mutant.file}\n"
                   for line in done.stdout.splitlines(keepends=True))


def diff(mutant, macros, tree, cache):
    """The diff, or MutantError unless it is as large as the header says."""
    source = os.path.join(tree, mutant.file)
    if not os.path.exists(source):
        raise mutants.MutantError(f"{mutant.name}: this kernel has no {mutant.file}")
    kept = os.path.join(cache, _digest(mutant.path, macros, source))
    if os.path.exists(kept):
        with open(kept, encoding="utf-8") as stream:
            text = stream.read()
    else:
        text = _spatch(mutant, macros, tree)
        os.makedirs(cache, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=cache, delete=False) as stream:
            stream.write(text)
        os.replace(stream.name, kept)
    places = changed_places(text)
    if places != mutant.places:
        raise mutants.MutantError(f"{mutant.name}: changes {places} places of {mutant.file}, "
                                  f"not {mutant.places}")
    return text
