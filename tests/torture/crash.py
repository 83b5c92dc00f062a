"""Crash points: at each named step of a run, the process that takes it kills itself, if the point is armed.

Armed is a point whose file lies in the folder `armed`; whoever takes the file away dies, so that each arming is one
kill. The points are wrapped around the real code, in the runner and in the zygote, whose workers inherit them.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable
from functools import wraps
from pathlib import Path
from typing import Any

from .journal import folder, note

POINTS = {
    "claiming": ("runner", "the claim is written, and not committed"),
    "claimed": ("runner", "the claim is committed, and nothing has been started"),
    "prepared": ("runner", "a worker is there or on its way, and has no order"),
    "ordered": ("runner", "the worker has been sent its order"),
    "forked": ("runner", "the worker is there, and its pid not on record"),
    "started": ("runner", "the worker's pid is on record"),
    "reported": ("runner", "the end has been heard, and not written"),
    "recording": ("runner", "the end is written, and not committed"),
    "recorded": ("runner", "the end is committed, and nothing done about it"),
    "zygote_forked": ("zygote", "the worker is there, and the runner doesn't know"),
    "zygote_reaped": ("zygote", "the worker is reaped, and the runner doesn't know"),
    "worker_begins": ("worker", "it has its order, and has not said that it begins"),
    "worker_done": ("worker", "the procedure has returned, and nobody knows"),
    "worker_told": ("worker", "it has told the end, and not exited"),
}
"""Name → who dies there, and what that moment means."""


def arm(site: Path, point: str) -> None:
    """The next process that comes to this point dies there."""
    (site / "armed" / point).touch()


def disarm(site: Path) -> None:
    for file in (site / "armed").iterdir():
        file.unlink(missing_ok=True)


def reached(point: str, hesitation: float = 0.0) -> None:
    """Die here, if the point is armed; after so many seconds, in which all that was begun too early comes to light."""
    try:
        (folder() / "armed" / point).unlink()
    except FileNotFoundError:
        return
    note("crash", point=point)
    time.sleep(hesitation)
    os.kill(os.getpid(), signal.SIGKILL)


def wrap(
    owner: type, name: str, *, before: Callable[..., object] | None = None, after: Callable[..., object] | None = None
) -> None:
    """Have `before` called with the method's arguments, and `after` with its result in front of them."""
    method = getattr(owner, name)

    @wraps(method)
    def wrapped(*args: Any, **named: Any) -> Any:
        if before is not None:
            before(*args, **named)
        result = method(*args, **named)
        if after is not None:
            after(result, *args, **named)
        return result

    setattr(owner, name, wrapped)
