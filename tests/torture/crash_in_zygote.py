"""The crash points in the zygote and in the workers that it forks: the site's `setup` wraps them around their steps.

It imports no more than a zygote has imported anyway.
"""

from __future__ import annotations

from typing import Any

from linodctl.execution.reporter import Reporter
from linodctl.execution.zygote import Zygote

from .crash import reached, wrap


def install() -> None:
    """Wrap the steps that the zygote and its workers take."""
    wrap(Zygote, "_tell", before=_tell)
    wrap(Zygote, "_tell_end", before=lambda *_, **__: reached("zygote_reaped"))
    wrap(Reporter, "begin", before=lambda *_, **__: reached("worker_begins"))
    wrap(
        Reporter,
        "end",
        before=lambda *_, **__: reached("worker_done"),
        after=lambda *_, **__: reached("worker_told"),
    )


def _tell(_: Zygote, message: dict[str, Any]) -> None:
    if message["op"] == "forked":
        reached("zygote_forked")
