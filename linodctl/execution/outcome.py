"""From what a procedure returned or raised to how its run ended.

returned → succeeded; `Warning` → warned; `Skip` → skipped; `Retry` → failed, to be tried again at its word;
`KeyboardInterrupt` → cancelled; `SystemExit` → by its code; anything else → failed. (What becomes of a worker that died
without a word is decided in `settle.py`.)
"""

from __future__ import annotations

import math
import traceback
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

from linodctl.execution.job import CantRun

LONGEST_LINE = 1000
LONGEST_ERROR = 64 * 1024
"""Characters."""
DEEPEST_JSON = 50

_OWN = str(Path(__file__).parent)
_ASYNCIO = f"{Path(traceback.__file__).parent / 'asyncio'}"


class Skip(Exception):
    """Raise it when there is nothing to do: the run's outcome is `skipped`, with this reason."""


class Retry(Exception):
    """Raise it to fail and be tried again after `after` (seconds or a timedelta), else after the task's own pause."""

    def __init__(self, after: float | timedelta | None = None, why: str = "") -> None:
        if after is not None and not isinstance(after, timedelta):
            after = timedelta(seconds=after)
        if after is not None and after < timedelta(0):
            raise ValueError("Retry(after=…) can't lie in the past.")
        when = "later" if after is None else f"after {after.total_seconds():g} s"
        super().__init__(why or f"to be tried again {when}")
        self.after = after


class Ending(NamedTuple):
    """How a run ended, as its worker tells it. Outcomes are the words of `domain.Outcome`."""

    outcome: str
    reason: str | None = None
    error: str | None = None
    message: str | None = None
    memory: Mapping[str, Any] | None = None
    retry_wanted: bool = False
    retry_after: float | None = None
    """Seconds; None for the task's own pause."""
    code: int = 0
    """What the worker exits with."""

    def told(self) -> dict[str, Any]:
        """The fields that differ from how an uneventful run ends."""
        fields = zip(self._fields, self, strict=True)
        return {name: value for name, value in fields if value is not None and value is not False}


def returned(value: object) -> Ending:
    return Ending("succeeded", message=None if value is None else one_line(value))


def raised(error: BaseException) -> Ending:
    """The ending that goes with what left the procedure. Never fails itself, whatever the exception's class does."""
    try:
        return _verdict(error)
    except BaseException as worse:
        reason = f"an exception that can't be told: telling it raised {_kind(worse)}"
        return Ending("failed", reason=reason, error=reason, code=1)


def _verdict(error: BaseException) -> Ending:
    match error:
        case Warning():
            return Ending("warned", reason=one_line(error) or _kind(error))
        case Skip():
            return Ending("skipped", reason=f"procedure: {one_line(error)}".removesuffix(": "))
        case Retry():
            after = None if error.after is None else error.after.total_seconds()
            return Ending("failed", f"Retry: {one_line(error)}", retry_wanted=True, retry_after=after, code=1)
        case KeyboardInterrupt():
            return Ending("cancelled", reason="interrupted", error=trace(error), code=130)
        case SystemExit():
            return _exited(error.code)
        case CantRun():
            return Ending("failed", reason=one_line(error), error=error.detail or str(error), code=1)
    return Ending("failed", reason=f"{_kind(error)}: {one_line(error)}".removesuffix(": "), error=trace(error), code=1)


def _exited(code: object) -> Ending:
    if code is None or code == 0:
        return Ending("succeeded")
    if isinstance(code, int):
        return Ending("failed", reason=f"exited with code {code}", error=f"SystemExit: {code}", code=code & 0xFF or 1)
    return Ending("failed", reason=one_line(code), error=f"SystemExit: {one_line(code)}", code=1)


def one_line(value: object) -> str:
    """A value as a single line of bounded length, whatever its `__str__` does."""
    try:
        text = value if isinstance(value, str) else str(value) if isinstance(value, BaseException) else repr(value)
    except BaseException as error:  # even sys.exit() may be called there
        return f"<{_kind(value)} whose text can't be made: {_kind(error)}>"
    text = " ".join(text[: LONGEST_LINE * 2].split())
    return text if len(text) <= LONGEST_LINE else text[: LONGEST_LINE - 1] + "…"


def _kind(value: object) -> str:
    """The name of its class, whatever a metaclass says of that."""
    return str(type.__dict__["__name__"].__get__(type(value)))


def trace(error: BaseException) -> str:
    """The traceback, from the procedure's own first frame on; chained exceptions kept, the middle of a huge one cut."""
    shown = error.with_traceback(_from_procedure(error.__traceback__))
    try:
        text = "".join(traceback.TracebackException(type(shown), shown, shown.__traceback__).format()).rstrip("\n")
    except BaseException as worse:  # the texts of exceptions are made there, too
        where = "".join(traceback.format_tb(shown.__traceback__))
        text = f"{where}{_kind(error)} (its text can't be made: {_kind(worse)})"
    if len(text) <= LONGEST_ERROR:
        return text
    head, tail = LONGEST_ERROR // 4, LONGEST_ERROR * 3 // 4
    return f"{text[:head]}\n… {len(text) - head - tail} characters left out …\n{text[-tail:]}"


def _from_procedure(frames: TracebackType | None) -> TracebackType | None:
    """The traceback without the frames that led to the procedure (all of them, if it was never reached)."""
    frame = frames
    while frame is not None and frame.tb_frame.f_code.co_filename.startswith((_OWN, _ASYNCIO)):
        frame = frame.tb_next
    return frame or frames


def unfit_for_json(value: Any, where: str, depth: int = 0) -> str | None:
    """What keeps a value from being kept as JSON and coming back the same; None if nothing does."""
    if depth > DEEPEST_JSON:
        return f"it is nested more than {DEEPEST_JSON} levels deep"
    match value:
        case None | bool() | int() | str():
            return None
        case float():
            return None if math.isfinite(value) else f"{where} is {value!r}, which JSON can't hold"
        case dict():
            odd = next((key for key in value if not isinstance(key, str)), None)
            if odd is not None:
                return f"{where} has the key {odd!r:.100}; keys must be text"
            children = [(f"{where}[{key!r}]", child) for key, child in value.items()]
        case list() | tuple():
            children = [(f"{where}[{i}]", child) for i, child in enumerate(value)]
        case _:
            return f"{where} is a {type(value).__name__}, which JSON can't hold"
    return next((problem for path, child in children if (problem := unfit_for_json(child, path, depth + 1))), None)
