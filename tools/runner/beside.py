# SPDX-License-Identifier: GPL-2.0
"""A second VM at a time: what needs other VMs than most cases do runs beside those."""

import re
import threading

GIB = 1 << 30
SPARE = 4 * GIB         # for the VM that needs most, and for who else uses the machine


class Beside(threading.Thread):
    """Runs groups of a session in VMs of their own, while the session goes on.

    console: for those VMs, a binary file.  stop() ends them, and no other one will start.
    """

    def __init__(self, console, stop):
        super().__init__(daemon=True)
        self.console, self._stop_vms = console, stop
        self.session, self.groups, self.error = None, [], None

    def begin(self, session, groups):
        self.session, self.groups = session.another(self.console), groups
        self.start()

    def run(self):
        try:
            self.session.run_groups(self.groups)
        except Exception as error:      # the other thread raises it
            self.error = error

    def finish(self):
        """Waits for all of it; raises what went wrong."""
        if self.ident:
            self.join()
        if self.error:
            raise self.error

    def abandon(self):
        self._stop_vms()
        if self.ident:
            self.join()


def in_bytes(size):
    """Of QEMU's way to write one."""
    number, unit = re.fullmatch(r"(\d+)([MG])", size).groups()
    return int(number) << {"M": 20, "G": 30}[unit]


def available_memory():
    with open("/proc/meminfo", encoding="utf-8") as stream:
        return int(re.search(r"^MemAvailable:\s*(\d+) kB$", stream.read(), re.M).group(1)) << 10


def is_room(memory):
    """Whether the machine has the memory for two VMs; memory: what most of them get."""
    return available_memory() >= 2 * in_bytes(memory) + SPARE
