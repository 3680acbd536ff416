# SPDX-License-Identifier: GPL-2.0
"""A second VM at a time: what needs other VMs than most cases do runs beside those."""

import os
import re
import threading

GIB = 1 << 30
SPARE = 4 * GIB         # for the VM that needs most, and for who else uses the machine
LONGEST_END = 10        # seconds that a thread without its VM may still take


class Beside(threading.Thread):
    """Runs groups of a session in VMs of their own, while the session goes on.

    console: path of the console log of those VMs.  stop() ends them, and no other one will
    start.
    """

    def __init__(self, console, stop):
        super().__init__(daemon=True)
        self.console, self.stop_vms = console, stop
        self.session, self.groups, self.error = None, [], None
        # join() forgets a thread that still runs when a signal interrupts it.
        self.done = threading.Event()

    @property
    def boots(self):
        return self.session.boots if self.session else 0

    def begin(self, session, groups):
        self.session, self.groups = session.another(open(self.console, "wb")), groups
        self.start()

    def run(self):
        try:
            with self.session.console:
                self.session.run_groups(self.groups)
        except BaseException as error:      # the other thread raises it
            self.error = error
        finally:
            self.done.set()

    def finish(self):
        """Waits for all of it; raises what went wrong."""
        # A signal just before a wait begins does not end it.
        while not self.done.wait(1):
            pass
        if self.error:
            raise self.error

    def abandon(self):
        self.stop_vms()
        if self.session:
            self.done.wait(LONGEST_END)


def in_bytes(size):
    """Of QEMU's way to write one."""
    number, unit = re.fullmatch(r"(\d+)([MG])", size).groups()
    return int(number) << {"M": 20, "G": 30}[unit]


def read(path):
    try:
        with open(path, encoding="utf-8") as stream:
            return stream.read()
    except OSError:
        return ""


def left_in_cgroups(root="/sys/fs/cgroup", own="/proc/self/cgroup"):
    """What the limits of our cgroup and those above it leave, each in bytes."""
    match = re.search(r"^0::(/.*)$", read(own), re.M)
    path = match.group(1) if match else "/"
    while path:
        directory = os.path.join(root, path.strip("/"))
        limit = read(os.path.join(directory, "memory.max")).strip()
        if limit.isdigit():
            yield int(limit) - int(read(os.path.join(directory, "memory.current")) or 0)
        path = os.path.dirname(path) if path != "/" else None


def available_memory():
    free = re.search(r"^MemAvailable:\s*(\d+) kB$", read("/proc/meminfo"), re.M)
    return min([int(free.group(1)) << 10, *left_in_cgroups()])


def is_room(memory):
    """Whether the machine has the memory for two VMs; memory: what most of them get."""
    return available_memory() >= 2 * in_bytes(memory) + SPARE
