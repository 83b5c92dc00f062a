"""What is told, to logs and listeners, of a decision that stands in the state file."""

from __future__ import annotations

from linodctl import events
from linodctl.planning import Decision, Disable, Enable, Skip, Start


def started(run_id: int, start: Start) -> events.Event:
    """A start, when its run begins."""
    return events.RunStarted(
        run_id=run_id,
        task=start.task.name,
        trigger=start.trigger,
        scheduled_for=start.scheduled_for,
        attempt=start.attempt,
        log_level=start.task.log_level,
    )


def events_of(decision: Decision) -> list[events.Event]:
    """Of any other decision, when it is on record."""
    match decision:
        case Skip():
            return [
                events.SlotsSkipped(
                    decision.task, decision.reason, decision.slot, decision.last_slot, decision.count, decision.detail
                )
            ]
        case Disable():
            return [events.TaskDisabled(decision.task, decision.reason)]
        case Enable():
            return [events.TaskEnabled(decision.task, decision.why)]
    return []
