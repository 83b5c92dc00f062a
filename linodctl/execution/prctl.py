"""What a process may ask of Linux's kernel, prctl(2); elsewhere nothing happens, and others have to make up for it."""

from __future__ import annotations

import ctypes
import os
import signal

_SET_PDEATHSIG, _SET_CHILD_SUBREAPER = 1, 36
_prctl = getattr(ctypes.PyDLL(None), "prctl", None)  # looked up once, in the zygote, for its children


def die_with(parent_pid: int) -> None:
    """Be killed when the parent dies. Changing the user undoes it."""
    _ask(_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent_pid:  # it died before the kernel was asked
        os._exit(0)


def outlive_parent() -> None:
    """Take that wish back."""
    _ask(_SET_PDEATHSIG, 0)


def adopt_orphans() -> None:
    """Descendants whose parent dies become children of this process. Forks don't inherit it."""
    _ask(_SET_CHILD_SUBREAPER, 1)


def _ask(option: int, value: int) -> None:
    if _prctl is not None:
        _prctl(option, int(value), 0, 0, 0)
