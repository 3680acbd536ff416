# SPDX-License-Identifier: GPL-2.0
"""Being told to end: all is undone, then the process dies of the signal."""

import os
import signal
import subprocess
import sys
import unittest

TOOL = """
import atexit, signal, sys
import ending
ending.exit_on_signals()
atexit.register(print, "tidied up")
try:
    print("ready", flush=True)
    while True:
        signal.pause()
except KeyboardInterrupt:
    sys.exit(130)
finally:
    print("undone")
"""


class Ending(unittest.TestCase):
    def start(self, command):
        # Who runs the tests in the background may have had these ignored.
        process = subprocess.Popen(["env", "--default-signal=INT,HUP", *command],
                                   stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.addCleanup(process.stdout.close)
        self.addCleanup(process.wait)
        self.addCleanup(process.kill)
        self.assertEqual(process.stdout.readline(), "ready\n")
        return process

    def test_it_dies_of_the_signal_once_all_is_undone(self):
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            process = self.start([sys.executable, "-c", TOOL])
            process.send_signal(number)
            self.assertEqual(process.stdout.read(), "undone\ntidied up\n")
            self.assertEqual(process.wait(), -number)

    def test_a_script_around_it_ends_as_well(self):
        script = '"$0" -c "$1"; echo "went on after $?"'
        process = self.start(["bash", "-c", script, sys.executable, TOOL])
        os.killpg(process.pid, signal.SIGINT)
        self.assertEqual(process.stdout.read(), "undone\ntidied up\n")
        self.assertEqual(process.wait(), -signal.SIGINT)

    def test_a_shell_that_asks_is_told_128_and_the_number(self):
        script = '"$0" -c "$1"; echo "$?"'
        for number in (signal.SIGTERM, signal.SIGHUP):
            process = self.start(["sh", "-c", f'trap : {int(number)}; ' + script,
                                  sys.executable, TOOL])
            os.killpg(process.pid, number)
            self.assertEqual(process.stdout.read().splitlines()[-1], str(128 + number))


if __name__ == "__main__":
    unittest.main()
