"""How a run ended, from all that is known: what its worker said, how that died, and what the runner had asked for.

1. Somebody asked it to stop (a cancel, a timeout): the outcome is the one that was asked for, however it ended then.
2. The worker said how the run ended: so be it.
3. The worker ended without a word. By its own fault (a segfault, an abort, `os._exit`, a signal of its own) → `failed`.
   By a signal that comes from outside (KILL, which the kernel's out-of-memory killer sends, too, TERM, INT, HUP, QUIT),
   or with the zygote → `lost`.
"""

from __future__ import annotations

import math
import signal
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from linodctl.domain import Outcome, Result
from linodctl.execution.outcome import Ending
from linodctl.execution.signs import BROKEN, CHANNEL_CLOSED
from linodctl.values import Value, replace

LARGEST = float(2**50)
FROM_OUTSIDE = frozenset({signal.SIGKILL, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGQUIT})

_OWN_CODES = {
    BROKEN: ", or a fault in linodctl's own code did that: then the run's log has the traceback",
    CHANNEL_CLOSED: ", or the end can't be told, since it closed descriptors that were not its own",
}


class Asked(Value):
    """A stop that somebody wished for."""

    outcome: Outcome
    why: str


class Exit(Value):
    """How a process ended, as the kernel has it."""

    code: int | None = None
    signal: int | None = None
    cpu_seconds: float | None = None
    max_rss: int | None = None


def told(ending: Mapping[Any, Any]) -> Result:
    """A worker's own account of the end: the fields of `outcome.Ending`, and what it used. ValueError if it is none.

    User code can make a worker send anything, so nothing passes unread.
    """
    memory, after = ending.get("memory"), _number(ending.get("retry_after"))
    if memory is not None and not isinstance(memory, dict):
        raise ValueError("memory that is no mapping")
    rss = _number(ending.get("max_rss"))
    return Result(
        Outcome(str(ending.get("outcome"))),
        reason=_text(ending.get("reason")),
        error=_text(ending.get("error")),
        cpu_seconds=_number(ending.get("cpu_seconds")),
        max_rss=None if rss is None else int(rss),
        memory=memory,
        message=_text(ending.get("message")),
        retry_wanted=bool(ending.get("retry_wanted")),
        retry_after=None if after is None else timedelta(seconds=after),
    )


def result_of(ending: Ending, cpu_seconds: float) -> Result:
    """The end of a run that happened in this process, whose words need no check."""
    after = ending.retry_after
    return Result(
        Outcome(ending.outcome),
        reason=ending.reason,
        error=ending.error,
        cpu_seconds=cpu_seconds,
        memory=ending.memory,
        message=ending.message,
        retry_wanted=ending.retry_wanted,
        retry_after=None if after is None else timedelta(seconds=_number(after) or 0.0),
    )


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _number(value: Any) -> float | None:
    """A number of seconds or bytes: not negative, finite, and such that arithmetic and SQLite can bear it."""
    if value is None:
        return None
    number = float(value)
    if not math.isfinite(number):
        raise ValueError("a number that is none")
    return min(max(number, 0.0), LARGEST)


def settle(account: Result | None, end: Exit, asked: Asked | None, lost: str | None = None) -> Result:
    """The result of a run. `account` is what its worker told, `lost` what took the worker away, if not its own end."""
    result = account or _untold(end, lost)
    if asked is not None:
        result = replace(result, outcome=asked.outcome, reason=asked.why, retry_wanted=False, retry_after=None)
    if end == Exit():
        return result
    return replace(
        result,
        exit_code=end.code,
        signal=end.signal,
        cpu_seconds=result.cpu_seconds if end.cpu_seconds is None else end.cpu_seconds,
        max_rss=result.max_rss if end.max_rss is None else end.max_rss,
    )


def _untold(end: Exit, lost: str | None) -> Result:
    if lost is not None:
        return Result(Outcome.LOST, reason=lost)
    if end.signal is None:
        text = f"the worker exited with code {end.code} before the procedure returned"
        return Result(Outcome.FAILED, reason=text + _OWN_CODES.get(end.code or 0, ""))
    text = f"the worker was killed by {signal_name(end.signal)}"
    if end.signal == signal.SIGKILL:
        text += " from outside; if nobody did that, the machine ran out of memory"
    return Result(Outcome.LOST if end.signal in FROM_OUTSIDE else Outcome.FAILED, reason=text)


def signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"
