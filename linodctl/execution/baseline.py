"""How a worker was before its first run, so that a further run (`reuse`) finds the same environment, umask, signal
handlers and timers. Modules and what they hold, threads, open files and `logging`'s handlers stay: they are what a
worker is reused for.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # not in typeshed; `signal` makes an enum member of each of 60 answers
import os
import signal
from typing import Any

_TIMERS = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)


def _umask() -> int:
    mask = os.umask(0o077)
    os.umask(mask)
    return mask


_SIGNALS = tuple(int(number) for number in signal.valid_signals())


def _handlers() -> dict[int, Any]:
    """Only Python's own: what C code installed (faulthandler, say) is not to be touched."""
    found = zip(_SIGNALS, map(_signal.getsignal, _SIGNALS), strict=True)
    return {number: handler for number, handler in found if handler is not None}


def _variables() -> dict[bytes, bytes]:
    """What `os.environ` holds. By its public doors each name and value is decoded anew, half of a short run's time."""
    return os.environ._data  # type: ignore[attr-defined,no-any-return]  # there since Python 3.2


class Baseline:
    """Taken by making it, in the main thread."""

    def __init__(self) -> None:
        self.environ = _variables().copy()
        self.umask = _umask()
        self.handlers = _handlers()
        self.blocked = set(signal.pthread_sigmask(signal.SIG_BLOCK, ()))

    def restore(self) -> None:
        """Put all of it back."""
        for timer in _TIMERS:
            signal.setitimer(timer, 0)
        found = _handlers()
        for number, handler in found.items() if found != self.handlers else ():
            if handler is not self.handlers.get(number, handler):
                signal.signal(number, self.handlers[number])
        signal.pthread_sigmask(signal.SIG_SETMASK, self.blocked)
        os.umask(self.umask)
        if _variables() != self.environ:
            os.environb.clear()
            os.environb.update(self.environ)
