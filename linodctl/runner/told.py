"""What is told, to logs and listeners, of a decision that stands in the state file."""

from __future__ import annotations

from linodctl import events
from linodctl.planning import Decision, Disable, Enable, Skip, Start


def events_of(decision: Decision, run_ids: dict[int, int]) -> list[events.Event]:
    """Its events; none of a start that was refused, which has no run id (by ticket)."""
    match decision:
        case Start() if decision.ticket in run_ids:
            task = decision.task
            return [
                events.RunStarted(
                    run_id=run_ids[decision.ticket],
                    task=task.name,
                    trigger=decision.trigger,
                    scheduled_for=decision.scheduled_for,
                    attempt=decision.attempt,
                    log_level=task.log_level,
                )
            ]
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
