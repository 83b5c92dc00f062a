"""What now? The scheduling core: a synchronous state machine that knows no clock, no database and no process.

slot comes due ──► owed.py (catch-up) ──► overlap.py ──► waits in its lane ──► room.py (limits) ──► Start
                        │                     │                                                       │
                        └──────► Skip ◄───────┘            aftermath.py (retry, disable) ◄── finished ┘
"""

from linodctl.planning.decisions import Decision, Disable, Enable, Skip, Start, Stop
from linodctl.planning.scheduler import Scheduler

__all__ = ["Decision", "Disable", "Enable", "Scheduler", "Skip", "Start", "Stop"]
