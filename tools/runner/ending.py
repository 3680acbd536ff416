# SPDX-License-Identifier: GPL-2.0
"""How the tools end when they are told to."""

import signal
import sys


def _terminate(number, _frame):
    sys.exit(128 + number)


def exit_on_signals():
    """SIGTERM and SIGHUP end this process by SystemExit, so that all is undone."""
    for handled in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(handled, _terminate)
