"""One tick's worth of facts, written to the store in one transaction, or kept whole until that is possible."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from linodctl.domain import Result, TaskState
from linodctl.execution.reports import Logged, Progressed, Started
from linodctl.planning import Decision, Disable, Enable, Skip, Start
from linodctl.store import AlreadyClaimed, NotWaiting
from linodctl.store.ledger import Ledger

HEARD = "last_edit_heard"
"""The note that remembers up to which edit the runner has heard people's wishes."""


class Life(NamedTuple):
    """A runner that begins."""

    site: str
    version: str
    at: datetime


@dataclass(slots=True)
class Written:
    """The run ids that the claims got, by ticket; and the claims that were refused: that run is on record already, or
    its request was withdrawn."""

    run_ids: dict[int, int] = field(default_factory=dict)
    refused: list[Start] = field(default_factory=list)
    runner_id: int | None = None
    """The row of the life that began."""


@dataclass(slots=True)
class Batch:
    """What was reported and what was decided since the last write."""

    life: Life | None = None
    procedures: list[tuple[str, str]] = field(default_factory=list)
    """Which procedure each task runs."""
    reports: list[Started | Logged | Progressed] = field(default_factory=list)
    ends: list[tuple[int, Result, datetime]] = field(default_factory=list)
    """run id, result, instant"""
    decisions: list[Decision] = field(default_factory=list)
    states: list[TaskState] = field(default_factory=list)
    notes: dict[str, object] = field(default_factory=dict)
    known: int = 0
    """The last edit of people that these decisions could know of."""
    heard: int | None = None
    """The same, if it is news."""
    decided: bool = False
    """Whether the scheduler has been asked; from then on the batch is complete and only wants to be written."""

    def __bool__(self) -> bool:
        kept = (self.life, self.procedures, self.reports, self.ends, self.decisions, self.states, self.notes)
        return self.heard is not None or any(kept)

    @property
    def can_wait(self) -> bool:
        """Whether nobody acts on it who couldn't bear its loss in a power cut: it claims nothing, begins no life."""
        return self.life is None and not any(isinstance(decision, Start) for decision in self.decisions)

    def write(self, ledger: Ledger, host: str) -> Written:
        """Write everything; the transaction around it makes it all or nothing."""
        ledger.name_procedures(self.procedures)
        for report in self.reports:
            _write_report(ledger, report)
        for run_id, result, at in self.ends:
            ledger.end(run_id, result, at)
        ledger.save(*self.states)
        written = Written()
        if self.life is not None:
            written.runner_id = ledger.runner_started(**self.life._asdict())
        by_hand = self._flags_set_since(ledger)
        for decision in self.decisions:
            if not (isinstance(decision, Disable | Enable) and decision.task in by_hand):
                _write_decision(ledger, decision, host, written)
        for key, value in self.notes.items():
            ledger.put_note(key, value)
        if self.heard is not None:
            ledger.put_note(HEARD, self.heard)
        return written

    def _flags_set_since(self, ledger: Ledger) -> set[str]:
        """Tasks that somebody enabled or disabled while this batch waited to be written: the newer word counts."""
        if not any(isinstance(decision, Disable | Enable) for decision in self.decisions):
            return set()
        return {edit.task for edit in ledger.edits(after_id=self.known) if edit.action in ("enable", "disable")}


def _write_report(ledger: Ledger, report: Started | Logged | Progressed) -> None:
    match report:
        case Started():
            ledger.started(report.run_id, report.pid, report.pid_started)
        case Logged():
            ledger.log(report.run_id, report.records)
        case Progressed():
            ledger.progress(report.run_id, report.done, report.total, report.text)


def _write_decision(ledger: Ledger, decision: Decision, host: str, written: Written) -> None:
    match decision:
        case Start():
            try:
                written.run_ids[decision.ticket] = ledger.start(decision, host=host)
            except (AlreadyClaimed, NotWaiting):
                written.refused.append(decision)
        case Skip():
            ledger.skip(decision)
        case Disable():
            ledger.disable(decision.task, decision.reason, decision.at)
        case Enable():
            ledger.enable(decision.task)
