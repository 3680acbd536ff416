# SPDX-License-Identifier: GPL-2.0
"""What QEMU says of a VM that fell silent, by QMP over a socket of ours."""

import json
import re
import socket
import time

# Where each CPU is, and which interrupts are on their way.
QUESTIONS = ("info status", "info registers -a", "info pic")
QUESTION_OF_CPU = "info lapic"

START = "\n# the state of the VM's CPUs:\n"


class Silent(Exception):
    """QEMU itself does not answer."""


class Monitor:
    def __init__(self, channel, timeout=5):
        self.channel, self.deadline = channel, time.monotonic() + timeout
        self.buffer = b""

    def _line(self):
        while b"\n" not in self.buffer:
            self.channel.settimeout(max(self.deadline - time.monotonic(), 0.001))
            try:
                data = self.channel.recv(65536)
            except (socket.timeout, OSError) as error:
                raise Silent from error
            if not data:
                raise Silent
            self.buffer += data
        line, self.buffer = self.buffer.split(b"\n", 1)
        return json.loads(line)

    def command(self, name, **arguments):
        request = {"execute": name, **({"arguments": arguments} if arguments else {})}
        try:
            self.channel.sendall(json.dumps(request).encode() + b"\n")
        except OSError as error:
            raise Silent from error
        while True:
            answer = self._line()
            # Greetings and events come in between.
            if "return" in answer or "error" in answer:
                return answer.get("return", answer.get("error", {}).get("desc", ""))


def cpu_state(channel, timeout=5):
    """Text for people; it says so when QEMU does not answer."""
    lines = [START]

    def ask(question):
        answer = str(monitor.command("human-monitor-command", **{"command-line": question}))
        lines.extend([f"(qemu) {question}", *answer.splitlines()])
        return answer

    try:
        monitor = Monitor(channel, timeout)
        monitor.command("qmp_capabilities")
        for question in QUESTIONS:
            ask(question)
        for cpu in re.findall(r"CPU #(\d+)", ask("info cpus")):
            ask(f"{QUESTION_OF_CPU} {cpu}")
    except (Silent, ValueError):
        lines.append("QEMU does not answer its monitor: it hangs itself")
    return "\n".join(lines) + "\n"
