# SPDX-License-Identifier: GPL-2.0
"""The agent's side of the conversation: writing its plan, reading its frames.

A frame is a line "NONCE SEQ LEN PAYLOAD".  Text without the nonce is not the
agent's and is ignored; a gap in SEQ or a wrong LEN is a loss and is reported.
"""

import re
from collections import namedtuple

Event = namedtuple("Event", "kind args text")

# Kinds whose last field is escaped text, and the number of fields before it.
TEXT_KINDS = {"out": 1, "klog": 1}


def unescape(text):
    return re.sub(rb"\\([0-9a-f]{2})", lambda m: bytes([int(m.group(1), 16)]), text)


def plan(jobs, nonce, channel, parallel, environment=()):
    """The plan for the agent, as bytes."""
    lines = [("nonce", nonce), ("channel", channel), ("jobs", str(parallel))]
    lines += [("env", f"{name}={value}") for name, value in environment]
    for job in jobs:
        lines.append(("job", job.id, job.flags or "-", str(job.timeout),
                      str(job.seed) if job.seed is not None else "-", *job.argv))
    for line in lines:
        if any("\t" in field or "\n" in field for field in line):
            raise ValueError(f"a tab or newline in a plan field: {line!r}")
    return "".join("\t".join(line) + "\n" for line in lines).encode()


class Decoder:
    def __init__(self, nonce):
        self.nonce = nonce.encode()
        self.expected = 0
        self.buffer = b""

    def feed(self, data):
        """Returns the events that data completes."""
        *lines, self.buffer = (self.buffer + data).split(b"\n")
        events = []
        for line in lines:
            events += self._line(line)
        return events

    def _line(self, line):
        start = line.find(self.nonce)
        if start < 0:
            return []
        parts = line[start:].split(b" ", 3)
        if len(parts) != 4 or not parts[1].isdigit() or not parts[2].isdigit():
            return [Event("lost", ["1"], b"")]
        sequence, length, payload = int(parts[1]), int(parts[2]), parts[3]
        if len(payload) != length or sequence < self.expected:
            return [Event("lost", ["1"], b"")]
        events = []
        if sequence > self.expected:
            events.append(Event("lost", [str(sequence - self.expected)], b""))
        self.expected = sequence + 1
        events.append(self._payload(payload))
        return events

    def _payload(self, payload):
        kind, _, rest = payload.partition(b" ")
        kind = kind.decode(errors="replace")
        if kind not in TEXT_KINDS:
            return Event(kind, rest.decode(errors="replace").split(), b"")
        *args, text = rest.split(b" ", TEXT_KINDS[kind])
        return Event(kind, [a.decode(errors="replace") for a in args], unescape(text))
