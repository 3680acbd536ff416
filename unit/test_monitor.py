# SPDX-License-Identifier: GPL-2.0
"""What is asked of a QEMU whose VM fell silent, with a thread in its place."""

import json
import socket
import threading
import unittest

import monitor


class Qemu(threading.Thread):
    """Answers as many requests as it is told to, with an event before each."""

    def __init__(self, channel, answers):
        super().__init__()
        self.channel, self.answers = channel, answers
        self.asked = []

    def send(self, message):
        self.channel.sendall(json.dumps(message).encode() + b"\r\n")

    def run(self):
        self.send({"QMP": {}})
        with self.channel.makefile("rb") as stream:
            for _ in range(self.answers):
                request = json.loads(stream.readline())
                self.asked.append(request)
                self.send({"event": "RTC_CHANGE"})
                line = request.get("arguments", {}).get("command-line", "")
                answer = "* CPU #0: a\r\n  CPU #1: b" if line == "info cpus" else \
                    f"RIP of {line}\r\nnext"
                self.send({"return": answer if line else {}})


class Silence(unittest.TestCase):
    def ask(self, answers):
        ours, theirs = socket.socketpair()
        with ours, theirs:
            qemu = Qemu(theirs, answers)
            qemu.start()
            text = monitor.cpu_state(ours, timeout=20 if answers > 2 else 0.5)
            qemu.join()
        return qemu.asked, text

    def test_all_questions_are_put_and_answered(self):
        of_cpus = [f"{monitor.QUESTION_OF_CPU} {cpu}" for cpu in (0, 1)]
        asked, text = self.ask(2 + len(monitor.QUESTIONS) + len(of_cpus))
        self.assertEqual(asked[0], {"execute": "qmp_capabilities"})
        self.assertIn("(qemu) info cpus\n* CPU #0: a\n", text)
        for question in [*monitor.QUESTIONS, *of_cpus]:
            self.assertIn(f"\n(qemu) {question}\nRIP of {question}\nnext\n", text)
        self.assertNotIn("hangs", text)

    def test_a_qemu_that_hangs_is_told_with_what_it_said(self):
        _, text = self.ask(2)
        self.assertIn("RIP of info status", text)
        self.assertIn("QEMU does not answer", text)

    def test_a_qemu_that_is_gone(self):
        ours, theirs = socket.socketpair()
        theirs.close()
        with ours:
            self.assertIn("QEMU does not answer", monitor.cpu_state(ours))


if __name__ == "__main__":
    unittest.main()
