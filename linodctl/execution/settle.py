"""How a run ended, from all that is known: what its worker said, how that died, and what the runner had asked for.

1. Somebody asked it to stop (a cancel, a timeout): the outcome is the one that was asked for, however it ended then.
2. The worker said how the run ended: so be it.
3. The worker ended without a word. By its own fault (a segfault, an abort, `os._exit`, a signal of its own) → `failed`.
   By a signal that comes from outside (KILL, which the kernel's out-of-memory killer sends, too, TERM, INT, HUP, QUIT),
   or with the zygote → `lost`.
"""

from __future__ import annotations

import signal
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from linodctl.domain import Outcome, Result

FROM_OUTSIDE = frozenset({signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT})


@dataclass(frozen=True, slots=True)
class Asked:
    """A stop that somebody wished for."""

    outcome: Outcome
    why: str


@dataclass(frozen=True, slots=True)
class Exit:
    """How a process ended, as the kernel has it."""

    code: int | None = None
    signal: int | None = None
    cpu_seconds: float | None = None
    max_rss: int | None = None


def settle(ending: Mapping[str, Any] | None, end: Exit, asked: Asked | None, lost: str | None = None) -> Result:
    """The result of a run. `lost` says what took the worker away, if it wasn't its own end."""
    told = _told(ending) if ending is not None else _untold(end, lost)
    outcome, reason = (asked.outcome, asked.why) if asked is not None else (told.outcome, told.reason)
    return Result(
        outcome,
        reason=reason,
        error=told.error,
        exit_code=end.code,
        signal=end.signal,
        cpu_seconds=end.cpu_seconds,
        max_rss=end.max_rss,
        memory=told.memory,
        retry_after=None if asked is not None else told.retry_after,
        message=told.message,
    )


def _told(ending: Mapping[str, Any]) -> Result:
    after = ending.get("retry_after")
    return Result(
        Outcome(ending["outcome"]),
        reason=ending.get("reason"),
        error=ending.get("error"),
        memory=ending.get("memory"),
        message=ending.get("message"),
        retry_after=None if after is None else timedelta(seconds=after),
    )


def _untold(end: Exit, lost: str | None) -> Result:
    if lost is not None:
        return Result(Outcome.LOST, reason=lost)
    if end.signal is None:
        return Result(Outcome.FAILED, reason=f"the worker exited with code {end.code} before the procedure returned")
    text = f"the worker was killed by {signal_name(end.signal)}"
    if end.signal == signal.SIGKILL:
        text += " from outside; if nobody did that, the machine ran out of memory"
    return Result(Outcome.LOST if end.signal in FROM_OUTSIDE else Outcome.FAILED, reason=text)


def signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
