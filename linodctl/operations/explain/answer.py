"""What `explain` answers: a verdict, its reason, and plain sentences."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from linodctl.values import Value


class Verdict(StrEnum):
    """What became of the moment that was asked about."""

    RAN = "ran"
    """A run was started for the slot, or was going on at that moment."""
    SKIPPED = "skipped"
    """The slot was not run; the reason is that of the skip."""
    NOT_DUE = "not_due"
    """No slot belongs to the moment: none was near, it was taken out, or it is yet to come."""
    WAITING = "waiting"
    """Something is due, or asked for, and has not started."""
    RUNNING = "running"
    UNKNOWN_TASK_THEN = "unknown_task_then"
    """Nothing is known of that time: the task had not been seen yet, or the record is gone."""


class Answer(Value):
    """The answer to one question."""

    task: str
    at: datetime
    """The moment asked about; the present one if none was named."""
    verdict: Verdict
    reason: str
    """One word for scripts: the reason of a skip, the outcome of a run, what is waited for, why nothing was due."""
    sentences: tuple[str, ...]
    slot: datetime | None = None
    """The slot that the verdict is about; if nothing was due then, the first one after that moment."""
    run_id: int | None = None
    """The run that the verdict is about, or that was in the way."""
    next_slot: datetime | None = None
    """The slot after the one that the verdict is about."""

    @property
    def text(self) -> str:
        return " ".join(self.sentences)
