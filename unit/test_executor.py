# SPDX-License-Identifier: GPL-2.0
"""VMs that do not come to be, with scripts in the place of QEMU."""

import io
import os
import tempfile
import unittest

import executor


class Script(executor.VmConfig):
    """The initrd is what it says; the script finds its name as $1."""

    def __init__(self, script):
        super().__init__("/image", "x86_64", "/agent", "/dev/ttyS1")
        self.script = script
        self.boot_timeout = 30

    def initrd(self, stream, plan):
        stream.write(b"the initrd\n")

    def command(self, initrd, channel_fd):
        return ["/bin/sh", "-c", self.script, "sh", initrd]


class Starts(unittest.TestCase):
    def run_vm(self, script):
        console = io.BytesIO()
        outcome = executor.run_vm(Script(script), [], 1, lambda event: None, console)
        return outcome, console.getvalue()

    def test_a_qemu_that_cannot_start_is_no_kernel_that_does_not_boot(self):
        for script in ("echo qemu: no such machine; exit 1", "echo no such machine; kill -ABRT $$"):
            with self.assertRaisesRegex(executor.ExecutorError,
                                        "QEMU cannot be started.*\n    .*no such machine"):
                self.run_vm(script)

    def test_a_kernel_that_ends_before_the_agent_speaks(self):
        self.assertEqual(self.run_vm("echo panic"), (executor.NO_BOOT, b"panic\n"))
