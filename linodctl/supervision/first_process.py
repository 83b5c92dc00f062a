"""The duties of a container's first process, so that none other is needed there: orphans are buried, signals passed on.

The kernel hands every orphan of the container to process 1, and keeps from it the signals that it has no handler for.
So process 1 does only that, and the runner lives below it, where signals and children mean what they mean everywhere.
"""

from __future__ import annotations

import contextlib
import os
import signal
from typing import NoReturn

INIT = 1
"""The pid of a machine's or container's first process."""

_OWN_FAULTS = {signal.SIGSEGV, signal.SIGBUS, signal.SIGFPE, signal.SIGILL, signal.SIGTRAP, signal.SIGSYS}
_HEARD = signal.valid_signals() - {signal.SIGKILL, signal.SIGSTOP} - _OWN_FAULTS
_FROM_KERNEL = 0x80
"""`si_code` of what a terminal sends, sigaction(2): the kernel has sent it to the runner as well."""


def stand_in_for_init() -> bool:
    """If this is process 1, go on in a child; whether this is that child. Process 1 stays here, and exits as that does.

    Call it before there are threads.
    """
    if os.getpid() != INIT:
        return False
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _HEARD)  # signals wait for us, also those before the child lives
    child = os.fork()
    if child:
        _be_init(child)
    signal.pthread_sigmask(signal.SIG_SETMASK, before)
    return True


def _be_init(child: int) -> NoReturn:
    while True:
        heard = signal.sigwaitinfo(_HEARD)
        if heard.si_signo == signal.SIGCHLD:
            code = _bury(child)
            if code is not None:
                os._exit(code)
        elif heard.si_code != _FROM_KERNEL:
            os.kill(child, heard.si_signo)  # it can't be anybody else's pid: only we bury it


def _bury(child: int) -> int | None:
    """All who have ended; the child's exit code if it is among them, 128 and the signal's number if it was killed."""
    code = None
    with contextlib.suppress(ChildProcessError):
        while (ended := os.waitpid(-1, os.WNOHANG))[0]:
            if ended[0] == child:
                code = os.waitstatus_to_exitcode(ended[1])
    return code if code is None or code >= 0 else 128 - code
