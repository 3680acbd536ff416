# SPDX-License-Identifier: GPL-2.0
"""The agent beside made-up files of the kernel, in namespaces of its own."""

import glob
import io
import os
import subprocess
import tempfile
import unittest
import unittest.mock

import executor
import wire

PARALLEL = 64       # MAX_PARALLEL of vm/agent/agent.h
NAMESPACES = ["unshare", "--mount", "--pid", "--fork", "--kill-child", "--mount-proc"]


def may_unshare():
    return not subprocess.run([*NAMESPACES, "true"], stderr=subprocess.DEVNULL,
                              check=False).returncode


@unittest.skipUnless(may_unshare(), "namespaces may need root")
class Agent(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.place = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.place.cleanup)
        cls.compile("agent")
        # As PID 1, like in the VM: powering off ends the namespace, no more.
        with open(cls.path("start"), "w", encoding="utf-8") as stream:
            stream.write(f"""#!/bin/sh
export PLACE={cls.place.name}
exec {" ".join(NAMESPACES)} sh -c '
mount -t tmpfs debug /sys/kernel/debug && mount --bind $PLACE/tainted /proc/sys/kernel/tainted &&
echo 0 >/sys/kernel/debug/clear_warn_once && exec $PLACE/agent "$1"' sh "$1"
""")
        os.chmod(cls.path("start"), 0o755)

    @classmethod
    def path(cls, name):
        return os.path.join(cls.place.name, name)

    @classmethod
    def compile(cls, name, *more):
        subprocess.run(["gcc", "-O2", "-Wall", "-Wextra", "-Werror", "-std=gnu11", "-D_GNU_SOURCE",
                        "-o", cls.path(name), *more,
                        *glob.glob(os.path.join(executor.ROOT, "vm", "agent", "*.c"))], check=True)

    def setUp(self):
        self.events = []
        with open(self.path("tainted"), "w", encoding="utf-8") as stream:
            stream.write("0\n")

    def run_agent(self, scripts, parallel, listener=lambda event: None):
        jobs = [executor.Job(number, ["/bin/sh", "-c", script], 60)
                for number, script in enumerate(scripts, 1)]

        def note(event):
            self.events.append(event)
            return listener(event)
        return executor.run_native(self.path("start"), jobs, parallel, note, io.BytesIO())

    def test_reports_on_the_first_device_that_is_there(self):
        plan = wire.plan([executor.Job(1, ["/bin/true"], 60)], "nonce",
                         f"/nosuch,{self.path('first')},{self.path('second')}", 1)
        with open(self.path("plan"), "wb") as stream:
            stream.write(plan)
        for name in ("first", "second"):
            open(self.path(name), "w", encoding="utf-8").close()
        done = subprocess.run([self.path("agent"), self.path("plan")], check=False,
                              capture_output=True)
        self.assertEqual((done.returncode, done.stderr), (0, b""))
        with open(self.path("first"), "rb") as stream:
            self.assertRegex(stream.read(), b"(?s)^nonce 0 .* end 1 exit 0 .* done ")
        self.assertEqual(os.path.getsize(self.path("second")), 0)

    def test_each_job_finds_warnings_armed(self):
        file = "/sys/kernel/debug/clear_warn_once"
        self.run_agent([f"cat {file}; echo 0 >{file}"] * 3, 1)
        self.assertEqual([e.text for e in self.events if e.kind == "out"], [b"1\n"] * 3)

    def test_environment_of_a_job(self):
        show = "/usr/bin/env | grep -E '^KVM_GMEM_(SEED|TIMEOUT)=' | sort"
        jobs = [executor.Job("1", ["/bin/sh", "-c", show], 60, seed=7),
                executor.Job("2", ["/bin/sh", "-c", show], 60)]
        with unittest.mock.patch.dict(os.environ, KVM_GMEM_SEED="5", KVM_GMEM_TIMEOUT="3"):
            executor.run_native(self.path("agent"), jobs, 1, self.events.append, io.BytesIO())
        for job, seed in (("1", "7"), ("2", "5")):
            self.assertEqual([e.text for e in self.events if e.kind == "out" and e.args[0] == job],
                             [f"KVM_GMEM_SEED={seed}\n".encode(), b"KVM_GMEM_TIMEOUT=60\n"])

    def test_a_program_that_cannot_be_started(self):
        executor.run_native(self.path("agent"), [executor.Job("1", ["/nosuch"], 60)], 1,
                            self.events.append, io.BytesIO())
        self.assertEqual([e.text for e in self.events if e.kind == "out"],
                         [b"# cannot execute /nosuch: No such file or directory\n"])
        self.assertEqual(self.events[-2].args[:3], ["1", "exit", "127"])

    def test_output_without_end_does_not_put_off_the_time_limit(self):
        # Whether a real writer keeps the pipe full depends on the machine.
        with open(self.path("endless.c"), "w", encoding="utf-8") as stream:
            stream.write("""
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
ssize_t __real_read(int fd, void *buf, size_t len);
ssize_t __wrap_read(int fd, void *buf, size_t len)
{
	struct stat st;

	if (fstat(fd, &st) || !S_ISFIFO(st.st_mode))
		return __real_read(fd, buf, len);
	memset(buf, '\\n', len);
	return len;
}
""")
        self.compile("endless", self.path("endless.c"), "-Wl,--wrap=read")
        jobs = [executor.Job("1", ["/bin/sh", "-c", "exec sleep 1000"], 1)]
        executor.run_native(self.path("endless"), jobs, 1, self.events.append, io.BytesIO())
        self.assertEqual([e.args[:2] for e in self.events if e.kind == "end"], [["1", "timeout"]])

    def test_what_a_job_leaves_behind_is_killed(self):
        # In a process group of its own, and one that is nobody's child any more.
        leave = "bash -c 'set -m; sleep 61234 & (sleep 61234 &)'; "
        many = "i=0; while [ $i -lt 5000 ]; do (:); i=$((i+1)); done; "
        # Waits as long as one is there, or until the agent's patience is over.
        gone = "while cat /proc/[0-9]*/cmdline 2>/dev/null | grep -qa 6123[4]; do :; done"
        for before in ("", many):
            with self.subTest(before):
                self.events.clear()
                self.run_agent([leave + before, gone], 1)
                self.assertEqual([e.args[1:3] for e in self.events if e.kind == "end"],
                                 [["exit", "0"]] * 2)

    def test_a_taint_is_given_to_all_that_ran(self):
        fifo = self.path("fifo")
        os.mkfifo(fifo)
        held = os.open(fifo, os.O_RDWR)
        self.addCleanup(os.close, held)

        def release(event):
            if event.kind == "taint":
                os.write(held, b"\n" * PARALLEL)

        # Long ids: the first jobs only use up the short ones.  The last one starts when
        # all others that wait for it have been.
        first = 1000
        self.run_agent(["exit 0"] * first + [f"read _ <{fifo}"] * (PARALLEL - 1)
                       + ["echo 512 >$PLACE/tainted"], PARALLEL, release)
        taints = [e.args for e in self.events if e.kind == "taint"]
        self.assertEqual(len(taints), 1)
        self.assertEqual(taints[0][1:], ["0", "512"])
        self.assertEqual(taints[0][0].split(","),
                         [str(first + i) for i in range(1, PARALLEL + 1)])


if __name__ == "__main__":
    unittest.main()
