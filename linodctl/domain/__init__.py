"""What things are: frozen values and enums, in the words of the whole project. What obeys them is in `planning/`."""

from linodctl.domain.declared import Launch, Policy, Procedure, Retries, Task
from linodctl.domain.recorded import Lately, Pending, Request, Result, Run, SkipRow, TaskState
from linodctl.domain.words import Isolation, LogLevel, Missed, OnLost, Outcome, Overlap, SkipReason, Trigger

__all__ = [
    "Isolation",
    "Lately",
    "Launch",
    "LogLevel",
    "Missed",
    "OnLost",
    "Outcome",
    "Overlap",
    "Pending",
    "Policy",
    "Procedure",
    "Request",
    "Result",
    "Retries",
    "Run",
    "SkipReason",
    "SkipRow",
    "Task",
    "TaskState",
    "Trigger",
]
