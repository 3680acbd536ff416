# SPDX-License-Identifier: GPL-2.0
"""VMs that do not come to be, with scripts in the place of QEMU."""

import io
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
import unittest
from unittest import mock

import executor


class Script(executor.VmConfig):
    """The initrd is what it says; the script finds its name as $1, the channel as $3."""

    def __init__(self, script):
        super().__init__("/image", "x86_64", "/agent", "/dev/ttyS1")
        self.script = script
        self.boot_timeout = 30

    def initrd(self, stream, plan):
        stream.write(b"the initrd\n")

    def command(self, initrd, channel_fd, monitor_fd):
        return ["/bin/bash", "-c", self.script, "sh", initrd, str(monitor_fd), str(channel_fd)]


class Starts(unittest.TestCase):
    def run_vm(self, script, listener=lambda event: None):
        console = io.BytesIO()
        outcome = executor.run_vm(Script(script), [], 1, listener, console)
        return outcome, console.getvalue()

    def test_a_qemu_that_cannot_start_is_no_kernel_that_does_not_boot(self):
        for script in ("echo qemu: no such machine; exit 1", "echo no such machine; kill -ABRT $$"):
            with self.assertRaisesRegex(executor.ExecutorError,
                                        "QEMU cannot be started.*\n    .*no such machine"):
                self.run_vm(script)

    def test_the_initrd_has_no_name_that_could_stay(self):
        with tempfile.TemporaryDirectory() as place, \
                mock.patch.object(tempfile, "tempdir", place):
            outcome, said = self.run_vm(f"cat $1; cat $1; ls -A {place}")
        self.assertEqual((outcome, said), (executor.NO_BOOT, b"the initrd\nthe initrd\n"))

    def test_a_qemu_that_dies_is_no_kernel_that_does(self):
        hello = "printf 'nonce 0 16 hello 7.3 x86_64\\n' >&$3"
        with mock.patch.object(executor.secrets, "token_hex", return_value="nonce"):
            self.assertEqual(self.run_vm(hello), (executor.CRASH, b""))
            with self.assertRaisesRegex(executor.ExecutorError, "QEMU died.*-9\n    no memory"):
                self.run_vm(f"{hello}; echo no memory; kill -KILL $$")

    def test_what_was_said_is_not_lost_while_the_listener_is_busy(self):
        """It is over only when QEMU has written far more than a socket takes."""
        script = """printf 'nonce 0 16 hello 7.3 x86_64\\n' >&$3
for i in {1..4000}; do printf 'nonce %d 1004 out 1 %0998d\\n' $i $i >&$3; done; touch $PLACE/end"""
        lines = []
        with tempfile.TemporaryDirectory() as place, \
                mock.patch.object(executor.secrets, "token_hex", return_value="nonce"):
            def listener(event):
                if event.kind == "hello":
                    limit = time.monotonic() + 60
                    while not os.path.exists(f"{place}/end") and time.monotonic() < limit:
                        time.sleep(0.01)
                    self.assertTrue(os.path.exists(f"{place}/end"), "QEMU waits for its reader")
                lines.append(event.text)

            self.assertEqual(self.run_vm(script.replace("$PLACE", place), listener)[0],
                             executor.CRASH)
        self.assertEqual([int(text) for text in lines[1:]], list(range(1, 4001)))

    def test_the_vms_of_other_threads_can_be_stopped(self):
        """One that waits for ever ends with an error, and so does one that would come later."""
        errors = []

        def boot():
            try:
                self.run_vm("exec sleep infinity")
            except executor.ExecutorError as error:
                errors.append(str(error))

        with mock.patch.object(executor, "_no_more_vms", threading.Event()):
            thread = threading.Thread(target=boot)
            thread.start()
            limit = time.monotonic() + 60
            while not executor._vms and time.monotonic() < limit:
                time.sleep(0.01)
            executor.stop_vms()
            thread.join(60)
            self.assertEqual((thread.is_alive(), executor._vms), (False, set()))
            boot()
        self.assertEqual(len(errors), 2)
        self.assertEqual(errors[1], "the run ends")

    def test_a_signal_for_the_terminals_processes_is_not_for_qemu(self):
        """It would end with 0, as if the guest had ended it."""
        with tempfile.NamedTemporaryFile() as file:
            self.run_vm(f"cut -d ' ' -f 5 /proc/$$/stat >{file.name}")
            self.assertNotEqual(int(file.read()), os.getpgrp())

    def test_an_agent_that_does_not_end_is_killed(self):
        with subprocess.Popen(["sh", "-c", "trap '' TERM; echo; exec sleep 1000"],
                              stdout=subprocess.PIPE) as process:
            process.stdout.readline()
            executor.reap(process, signal.SIGTERM, patience=0.1)
            self.assertEqual(process.returncode, -signal.SIGKILL)

    def test_a_kernel_that_ends_before_the_agent_speaks(self):
        self.assertEqual(self.run_vm("echo panic"), (executor.NO_BOOT, b"panic\n"))


class VmExec(unittest.TestCase):
    def fails(self, *argv):
        """The only line that vm_exec says, with the exit code for "no VM"."""
        done = subprocess.run(
            [sys.executable, os.path.join(executor.ROOT, "tools", "vm_exec"), *argv],
            capture_output=True, text=True, check=False)
        self.assertEqual((done.returncode, done.stdout), (125, ""), done.stderr)
        lines = done.stderr.splitlines()
        self.assertEqual(len(lines), 1, done.stderr)
        return lines[0]

    def test_its_own_trouble_is_one_line_and_not_the_commands_exit_code(self):
        self.assertRegex(self.fails("--kernel", "/nosuch", "--agent", "/nosuch", "true"),
                         "^vm_exec: .*No such file.*/nosuch")
        self.assertRegex(self.fails("--kernel", "/nosuch", "--agent", "/nosuch", "--console",
                                    "/proc/nosuch/console", "true"), "^vm_exec: .*console")
        self.assertRegex(self.fails("--kernel", "/nosuch", "--agent", "/nosuch", "a\nb"),
                         "^vm_exec: a tab or newline")


if __name__ == "__main__":
    unittest.main()
