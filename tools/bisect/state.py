# SPDX-License-Identifier: GPL-2.0
"""What is known so far, in DIR/state.json: enough to go on after an interruption.

Only the request and the steps' outcomes are kept. git asks for the same commits in the
same order when it is told the same, so going on is doing all again with known answers.
"""

import json
import os

import outcome

VERSION = 1


class StateError(Exception):
    """A state that cannot be used; one line for the user."""


class State:
    def __init__(self, directory, request):
        self.directory, self.request = directory, request
        self.steps = {}         # sha -> {"outcomes", "missing", "seconds", "folder"}
        self.seconds = 0.0      # of work, over all sessions

    @property
    def path(self):
        return os.path.join(self.directory, "state.json")

    def known(self, sha, cases):
        """{case: Outcome} if all of them are known of this commit, else None."""
        found = self.steps.get(sha, {"outcomes": {}})["outcomes"]
        if any(case not in found for case in cases):
            return None
        return {case: outcome.Outcome(*found[case]) for case in cases}

    def note(self, sha, step, folder):
        entry = self.steps.setdefault(sha, {"outcomes": {}})
        entry["outcomes"].update({c: o.to_list() for c, o in step.outcomes.items()})
        entry.update(missing=step.missing, folder=folder,
                     build=round(step.build, 1), run=round(step.run, 1))
        self.took(step)

    def took(self, step):
        self.seconds += step.build + step.run
        self.save()

    def save(self):
        os.makedirs(self.directory, exist_ok=True)
        with open(self.path + ".new", "w", encoding="utf-8") as stream:
            json.dump({"version": VERSION, "request": self.request, "steps": self.steps,
                       "seconds": round(self.seconds, 1)}, stream, indent=1)
        os.replace(self.path + ".new", self.path)


def load(directory):
    path = os.path.join(directory, "state.json")
    try:
        with open(path, encoding="utf-8") as stream:
            data = json.load(stream)
        if data["version"] != VERSION:
            raise StateError(f"{path} is of another version")
        state = State(directory, data["request"])
        state.steps, state.seconds = data["steps"], data["seconds"]
        return state
    except FileNotFoundError:
        raise StateError(f"--resume: there is no {path}") from None
    except (ValueError, KeyError, TypeError) as error:
        raise StateError(f"--resume: {path} cannot be read: {error}") from error
