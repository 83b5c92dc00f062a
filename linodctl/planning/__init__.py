"""What now? The scheduling core: a synchronous state machine that knows no clock, no database and no process.

slot comes due ──► owed.py (catch-up) ──► overlap.py ──► waits in its lane ──► room.py (limits) ──► Start
                        │                     │                                                       │
                        └──────► Skip ◄───────┘            aftermath.py (retry, disable) ◄── finished ┘
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from linodctl.planning.decisions import Decision, Disable, Enable, Skip, Start, Stop

if TYPE_CHECKING:
    from linodctl.planning.scheduler import Scheduler

__all__ = ["Decision", "Disable", "Enable", "Scheduler", "Skip", "Start", "Stop"]


def __getattr__(name: str) -> Any:
    """Import the scheduler when somebody has something to schedule: `list` only tells how tasks are."""
    if name == "Scheduler":
        from linodctl.planning.scheduler import Scheduler

        return Scheduler
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
