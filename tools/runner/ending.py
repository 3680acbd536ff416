# SPDX-License-Identifier: GPL-2.0
"""How the tools end when they are told to."""

import atexit
import os
import signal
import sys

_told = []      # the signals that told this process to end


def _terminate(number, _frame):
    _told.append(number)
    sys.exit(128 + number)


def _interrupt(number, frame):
    _told.append(number)
    signal.default_int_handler(number, frame)


def _die_of_signal():
    """A shell goes on with its script after a child that exits, whatever the code; one
    that died of SIGINT ends it as well.  To who asks for $? it is 128 + number, too."""
    if not _told:
        return
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            pass
    signal.signal(_told[-1], signal.SIG_DFL)
    os.kill(os.getpid(), _told[-1])


def exit_on_signals():
    """SIGTERM, SIGHUP and SIGINT end this process, but not before all is undone: the
    first two raise SystemExit, the last KeyboardInterrupt, and at the end it dies of
    the signal.  SIGINT that is ignored, as in the background of a shell, stays so."""
    # First in, last out: what others registered is done before.
    atexit.register(_die_of_signal)
    for handled in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(handled, _terminate)
    if signal.getsignal(signal.SIGINT) == signal.default_int_handler:
        signal.signal(signal.SIGINT, _interrupt)
