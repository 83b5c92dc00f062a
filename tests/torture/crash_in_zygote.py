"""The crash points in the zygote and in the workers that it forks: the site's `setup` wraps them around their steps.

It imports no more than a zygote has imported anyway.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from linodctl.execution.reporter import Reporter
from linodctl.execution.zygote import Zygote

from .crash import reached, wrap


def install() -> None:
    """Wrap the steps that the zygote and its workers take."""
    wrap(Zygote, "_tell", before=_tell)
    wrap(Zygote, "_tell_end", before=lambda *_, **__: reached("zygote_reaped"))
    wrap(Reporter, "begin", before=_unless_rehearsing("worker_begins"))
    wrap(Reporter, "end", before=_unless_rehearsing("worker_done"), after=_unless_rehearsing("worker_told"))


def _tell(_: Zygote, frame: bytes) -> None:
    if b'"op":"forked"' in frame:
        reached("zygote_forked")


def _unless_rehearsing(point: str) -> Callable[..., None]:
    def step(*args: Any, **_: Any) -> None:
        if any(isinstance(arg, Reporter) and arg._pipe is not None for arg in args):
            reached(point)

    return step
