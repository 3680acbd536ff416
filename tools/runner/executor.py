# SPDX-License-Identifier: GPL-2.0
"""Running the agent, natively or in a VM, and following what it says."""

import collections
import contextlib
import os
import secrets
import selectors
import signal
import socket
import subprocess
import tempfile
import threading
import time

import cpio
import monitor
import wire

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

# How an execution ended.
DONE = "done"              # the agent finished its plan
NO_BOOT = "no-boot"        # the agent never spoke
CRASH = "crash"            # it was cut off
HANG = "hang"              # it fell silent
STOPPED = "stopped"        # the listener asked for the end


class ExecutorError(Exception):
    """What should execute cannot be started; its text is for the user."""


class Job:
    """One program run.  flags: "", or a comma list of "alone" and "raw"."""

    def __init__(self, ident, argv, timeout, seed=None, flags=""):
        self.id, self.argv, self.timeout = str(ident), argv, timeout
        self.seed, self.flags = seed, flags


def config_of(kernel):
    """The configuration that an image was built with: beside it, or in its build tree."""
    directory = os.path.dirname(os.path.abspath(kernel))
    path = os.path.join(directory, "config")
    if not os.path.isfile(path) and os.path.basename(directory) == "boot":
        path = os.path.join(directory, "../../../.config")
    if not os.path.isfile(path):
        return None
    with open(path, "rb") as stream:
        data = stream.read()
    return data if b"\nCONFIG_" in data else None


class VmConfig:
    """What a VM is made of; what is not an argument has a default."""

    def __init__(self, kernel, arch, agent, channel, busybox="/bin/busybox"):
        self.kernel, self.arch, self.agent, self.busybox = kernel, arch, agent, busybox
        self.channel = channel     # devices in the VM, the first that is there counts:
                                   # VM_CHANNEL of vm/ARCH.conf
        self.append = ""
        self.smp = 2
        self.memory = "2G"
        self.icount = False
        self.single = False        # emulate the CPUs in turn, not at once
        self.share = None
        self.variation = "default"
        self.boot_timeout = 180
        self.files = {}            # path in the VM -> path here (file or directory)
        self.modules = None        # directory of modules, with their order in MODULES
        self.qemu_args = []

    def initrd(self, stream, plan):
        archive = cpio.Archive(stream)
        archive.add_device("dev/console", 5, 1)
        archive.add_file("init", os.path.join(ROOT, "vm", "init"))
        archive.add("bin/busybox", open(self.busybox, "rb").read(), 0o755)
        archive.add("bin/agent", open(self.agent, "rb").read(), 0o755)
        for name, path in sorted(self.files.items()):
            archive.add_tree(name.lstrip("/"), path)
        if self.modules:
            archive.add_tree("modules", self.modules)
        config = config_of(self.kernel)
        if config:
            archive.add("boot/config", config)
        archive.add("etc/plan", plan, 0o600)
        archive.finish()

    def command(self, initrd, channel_fd, monitor_fd):
        command = [os.path.join(ROOT, "vm", "boot.sh"), "--parent", str(os.getpid()),
                   "--arch", self.arch, "--kernel", self.kernel, "--initrd", initrd,
                   "--append", self.append, "--smp", str(self.smp), "--memory", self.memory,
                   "--variation", self.variation, "--channel-fd", str(channel_fd),
                   "--monitor-fd", str(monitor_fd)]
        command += [f"--{name}" for name in ("icount", "single") if getattr(self, name)]
        if self.share:
            command += ["--share", self.share]
        return command + ["--", *self.qemu_args]


def tied_to_us(command, sig="KILL"):
    """The command, to be killed by the kernel when this process ends."""
    return ["setpriv", "--pdeathsig", sig, *command]


class Watch:
    """Knows until when the agent may stay silent."""

    SLACK = 60

    def __init__(self, boot_timeout, jobs, scale=1):
        self.timeouts = {job.id: job.timeout for job in jobs}
        self.scale = scale
        self.running = set()
        self.spoken = False
        self.deadline = time.monotonic() + boot_timeout

    def note(self, event):
        self.spoken = True
        if event.kind == "begin":
            self.running.add(event.args[0])
        elif event.kind == "end":
            self.running.discard(event.args[0])
        longest = max((self.timeouts.get(i, 0) for i in self.running), default=0)
        self.deadline = time.monotonic() + (longest + self.SLACK) * self.scale


class Reader(threading.Thread):
    """Takes what arrives, however long its user is busy (printing to a pager, say): where
    nobody takes it, it stays with the machine and goes down with that."""

    def __init__(self, descriptor):
        super().__init__(daemon=True)
        self.descriptor = os.dup(descriptor)
        self.chunks = collections.deque()       # the last one is empty
        self.ready, self.wake = os.pipe()
        os.set_blocking(self.wake, False)
        self.start()

    def run(self):
        data = True
        while data:
            data = self._read()
            self.chunks.append(data)
            self._wake_up()
        os.close(self.descriptor)
        os.close(self.wake)

    def _read(self):
        try:
            return os.read(self.descriptor, 65536)
        except OSError:
            return b""

    def _wake_up(self):
        try:
            os.write(self.wake, b"x")
        except OSError:         # it is full of such, or nobody is interested any more
            pass

    def take(self):
        """(what has come, whether that was all), after self.ready has become readable."""
        os.read(self.ready, 65536)
        chunks = [self.chunks.popleft() for _ in range(len(self.chunks))]
        return b"".join(chunks), b"" in chunks

    def close(self):
        os.close(self.ready)


def follow(process, channel, console, decoder, watch, listener):
    """Feeds events to listener until the end; returns one of the constants above.

    channel is a file descriptor; console is a (pipe, sink) pair or None.
    listener(event) may return True to stop.
    """
    finished = False
    with contextlib.closing(Reader(channel)) as reader, selectors.DefaultSelector() as selector:
        selector.register(reader.ready, selectors.EVENT_READ)
        if console:
            selector.register(console[0], selectors.EVENT_READ)
        while selector.get_map():
            left = watch.deadline - time.monotonic()
            ready = selector.select(max(left, 0))
            if not ready and watch.deadline <= time.monotonic():
                return DONE if finished else HANG if watch.spoken else NO_BOOT
            for key, _ in ready:
                if key.fileobj != reader.ready:
                    data = os.read(key.fd, 65536)
                    if not data:
                        selector.unregister(key.fileobj)
                    console[1].write(data)
                    continue
                data, ended = reader.take()
                if ended:
                    selector.unregister(key.fileobj)
                for event in decoder.feed(data):
                    watch.note(event)
                    finished |= event.kind == "done"
                    if listener(event):
                        return STOPPED
    process.wait()
    return DONE if finished else CRASH if watch.spoken else NO_BOOT


def reap(process, sig=signal.SIGKILL, patience=10):
    """Waits until it has ended; who does not heed the signal is killed."""
    if process.poll() is None:
        process.send_signal(sig)
    try:
        process.wait(timeout=patience if sig != signal.SIGKILL else None)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


_vms = set()            # QEMU processes of all threads
_no_more_vms = threading.Event()


def stop_vms():
    """Ends the VMs of other threads, whose run_vm() then fails, and so do later ones."""
    _no_more_vms.set()
    for process in list(_vms):
        process.kill()


class Tail:
    """A console that also remembers its last lines."""

    def __init__(self, sink):
        self.sink, self.last = sink, b""

    def write(self, data):
        self.sink.write(data)
        self.last = (self.last + data)[-4000:]

    def lines(self, number=5):
        text = self.last.decode(errors="replace")
        return [line.rstrip() for line in text.splitlines() if line.strip()][-number:]


def run_vm(config, jobs, parallel, listener, console_sink, environment=()):
    """Boots one VM that runs jobs; console_sink is a binary file.

    ExecutorError: there was no VM that a kernel could have failed in, or it did not last:
    out of memory, say.
    """
    console = Tail(console_sink)
    nonce = secrets.token_hex(8)
    plan = wire.plan(jobs, nonce, config.channel, parallel, environment)
    ours, theirs = socket.socketpair()
    asking, answering = socket.socketpair()
    # Without a name it is gone with QEMU and us, however we end.
    with tempfile.TemporaryFile() as initrd, ours, theirs, asking, answering:
        config.initrd(initrd, plan)
        initrd.flush()
        process = subprocess.Popen(
            tied_to_us(config.command(f"/dev/fd/{initrd.fileno()}", theirs.fileno(),
                                      answering.fileno())),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            pass_fds=[initrd.fileno(), theirs.fileno(), answering.fileno()],
            # A Ctrl-C is for us alone: QEMU would end as if the guest had ended it.
            start_new_session=True)
        theirs.close()
        answering.close()
        _vms.add(process)
        try:
            if _no_more_vms.is_set():
                raise ExecutorError("the run ends")
            # Under icount the VM's clock is far slower than ours.
            watch = Watch(config.boot_timeout, jobs, 20 if config.icount else 1)
            outcome = follow(process, ours.fileno(), (process.stdout.fileno(), console),
                             wire.Decoder(nonce), watch, listener)
            if outcome == HANG:
                console_sink.write(monitor.cpu_state(asking).encode())
            # What a guest does, a triple fault too, ends QEMU with 0.
            if outcome in (NO_BOOT, CRASH) and process.poll():
                raise ExecutorError("\n    ".join(
                    [f"QEMU {'died' if watch.spoken else 'cannot be started'}: it ended with "
                     f"{process.returncode}", *console.lines()]))
            return outcome
        finally:
            _vms.discard(process)
            reap(process)
            process.stdout.close()


def run_native(agent, jobs, parallel, listener, console_sink, environment=()):
    """The same with the agent as a child process."""
    nonce = secrets.token_hex(8)
    read_end, write_end = os.pipe()
    plan = wire.plan(jobs, nonce, f"/dev/fd/{write_end}", parallel, environment)
    with tempfile.NamedTemporaryFile(prefix="kvm-gmem-plan-") as file:
        file.write(plan)
        file.flush()
        process = subprocess.Popen(
            tied_to_us([agent, file.name], "TERM"), stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, pass_fds=[write_end])
        os.close(write_end)
        try:
            return follow(process, read_end, (process.stdout.fileno(), console_sink),
                          wire.Decoder(nonce), Watch(30, jobs), listener)
        finally:
            reap(process, signal.SIGTERM)
            process.stdout.close()
            os.close(read_end)
