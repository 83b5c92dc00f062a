"""When children began, as the kernel notes it: known without asking about each, which takes longer than half a fork."""

from __future__ import annotations

from linodctl.clock import boot_ticks
from linodctl.identity import process_started


class Births:
    """Of one process's children. It trusts its own count of the kernel's ticks once that gave what the kernel says."""

    def __init__(self) -> None:
        self._counts_like_kernel = False

    def of(self, pid: int, before: int | None) -> bytes:
        """The start time of a child that was forked a moment ago; `before` was `boot_ticks` then. Empty if unknown."""
        if before is None or before != boot_ticks():
            return _asked_for(pid)
        if self._counts_like_kernel:
            return b"%d" % before
        told = _asked_for(pid)
        self._counts_like_kernel = told == b"%d" % before
        return told


def _asked_for(pid: int) -> bytes:
    return (process_started(pid) or "").encode()
