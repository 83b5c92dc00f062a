"""linodctl runs an application's background procedures on a machine without cron, Redis or a message broker."""

from __future__ import annotations

TYPE_CHECKING = False
"""As typing's, which takes as long to import as Python takes to start, and `linodctl --version` wants nothing of it."""
if TYPE_CHECKING:
    from typing import Any

    from linodctl.decorators import background_task, schedule_daily, schedule_often
    from linodctl.execution.context import RunContext
    from linodctl.execution.outcome import Retry, Skip
    from linodctl.wiring import open_site

__version__ = "0.1.0"

__all__ = [
    "Retry",
    "RunContext",
    "Skip",
    "__version__",
    "background_task",
    "open_site",
    "schedule_daily",
    "schedule_often",
]

_HOMES = {
    "Retry": "linodctl.execution.outcome",
    "RunContext": "linodctl.execution.context",
    "Skip": "linodctl.execution.outcome",
    "background_task": "linodctl.decorators",
    "open_site": "linodctl.wiring",
    "schedule_daily": "linodctl.decorators",
    "schedule_often": "linodctl.decorators",
}


def __getattr__(name: str) -> Any:
    """Import what is asked for, no more: every command and every worker imports this package (PEP 562)."""
    home = _HOMES.get(name)
    if home is None:
        raise AttributeError(f"module 'linodctl' has no attribute {name!r}")
    from importlib import import_module

    value = globals()[name] = getattr(import_module(home), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
