"""The words of an explanation: instants in the task's zone, runs with how they ended, who disabled what and when."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from linodctl.domain import Outcome, Run, SkipRow, Task, Trigger
from linodctl.operations.explain.facts import Away, InTheWay, Runner, Switch, TakenOut
from linodctl.planning.room import SITE_LIMIT
from linodctl.planning.status import in_words, local, retold

_NAMED = 3

_ENDED = {
    Outcome.SUCCEEDED: "succeeded",
    Outcome.WARNED: "ended with a warning",
    Outcome.FAILED: "failed",
    Outcome.TIMED_OUT: "timed out",
    Outcome.CANCELLED: "was cancelled",
    Outcome.LOST: "was lost",
    Outcome.SKIPPED: "chose to do nothing",
}


class Words:
    """Says things of one task. Everything that comes out is part of a sentence."""

    def __init__(self, task: Task, now: datetime, runner: Runner, askers: Mapping[int, str]) -> None:
        self._task = task
        self._askers = askers
        self.runner = runner
        self.now = now

    def when(self, instant: datetime) -> str:
        """The instant in the task's zone, to the second, with its offset."""
        return local(instant, self._task)

    def ahead(self, instant: datetime) -> str:
        """`2026-03-02 13:00:00+02:00 (in 5 minutes)`."""
        return f"{self.when(instant)} (in {in_words(instant - self.now)})"

    def detail(self, text: str, runs: Sequence[Run] = ()) -> str:
        """A recorded detail, with the ids of those of the `runs` that it names, and its instants in the task's zone."""
        for run in runs:
            named = f"{run.task} since {run.start_time.isoformat(timespec='seconds')}"
            text = text.replace(named, f"run {run.run_id} of {named}")
        return retold(text, self.when)

    # --- runs -----------------------------------------------------------------------------------

    def ended(self, run: Run) -> str:
        """`succeeded after 3 seconds`, `failed after a moment (ValueError: no)`."""
        if run.outcome is None or run.end_time is None:
            if not self.runner.alive:
                return "was cut off with its runner, as far as is known; the next runner will record it as lost"
            return f"is still running ({in_words(self.now - run.start_time)} so far)"
        why = _why(run)
        return f"{_ENDED[run.outcome]} after {in_words(run.end_time - run.start_time)}{f' ({why})' if why else ''}"

    def went_on(self, run: Run) -> str:
        """A run that was in the way: `run 11, which had started at … and ended at … (succeeded)`."""
        if run.end_time is None:
            return f"run {run.run_id}, which started at {self.when(run.start_time)} and {self.ended(run)}"
        how = run.outcome.value if run.outcome else ""
        return (
            f"run {run.run_id}, which had started at {self.when(run.start_time)} and went on until "
            f"{self.when(run.end_time)} ({how})"
        )

    def runs(self, runs: Sequence[Run]) -> str:
        """Runs of several tasks: `run 12 of backup since …, run 13 of report since …`."""
        named = [f"run {run.run_id} of {run.task} since {self.when(run.start_time)}" for run in runs[:_NAMED]]
        return ", ".join([*named, *([f"{len(runs) - _NAMED} more"] if len(runs) > _NAMED else [])])

    def purpose(self, run: Run) -> str:
        """`for the slot …`, `requested by ann at …`."""
        if run.slot is not None:
            return f"for the slot {self.when(run.slot)}"
        if run.trigger is Trigger.PROBATION:
            return "as probation of the disabled task"
        asker = self._askers.get(run.request_id or 0)
        return f"requested by {asker}" if asker else "by request"

    # --- what stood in the way ------------------------------------------------------------------

    def since(self, switch: Switch) -> str:
        """`since 2026-03-02 … by ann (maintenance)`, `since run 12 failed at … (ValueError: no)`."""
        if switch.run is not None and switch.since is not None:
            why = _why(switch.run)
            ended = _ENDED[switch.run.outcome] if switch.run.outcome else "ended"
            return f"since run {switch.run.run_id} {ended} at {self.when(switch.since)}{f' ({why})' if why else ''}"
        parts = [
            "by its declaration" if switch.declared else "",
            f"since {self.when(switch.since)}" if switch.since else "",
            f"until {self.when(switch.until)}" if switch.until else "",
            f"by {switch.who}" if switch.who else "",
            f"({switch.reason})" if switch.reason and switch.reason != f"by {switch.who}" else "",
        ]
        return " ".join(filter(None, parts))

    def in_the_way(self, found: InTheWay) -> str:
        """What is full, and who holds it; or which task has to run first."""
        name = found.obstacle.name
        if found.obstacle.kind == "run_after":
            return f"By 'run_after' it waits until {name} has run{f' ({self.runs(found.runs)})' if found.runs else ''}."
        limit = name if name == SITE_LIMIT else f"The limit '{name}'"
        return f"{limit} ({found.size}) is full: {self.runs(found.runs)}."

    def taken_out(self, out: TakenOut) -> str:
        """Why an instant that the rule names is no slot."""
        if out.why.reason == "holiday":
            return f"{self.when(out.instant)} is no slot (holiday): {out.why.text}."
        return f"{self.when(out.instant)} is no slot (outside its window): the rule runs {out.why.text}."

    def used_up(self, count: int) -> str:
        return f"Its runs are used up ('count' or 'max_events' allows {count})."

    def away(self, away: Away) -> str:
        """`from … to …`, as far as it is known."""
        since = f"after {self.when(away.since)}" if away.since else ""
        until = f"until {self.when(away.until)}" if away.until else ""
        if away.since and away.until:
            return f"from {self.when(away.since)} to {self.when(away.until)}"
        return since or until or "yet"

    def no_runner(self) -> str:
        """`No runner is alive (the last sign of one was at …)`."""
        last = self.runner.last_seen
        seen = f"the last sign of one was at {self.when(last)}" if last else "there was none yet"
        return f"No runner is alive ({seen}); 'linodctl run' starts one."

    def streak(self, skip: SkipRow) -> str:
        return f"It was one of {skip.count} such slots, from {self.when(skip.slot)} to {self.when(skip.last_slot)}."


def _why(run: Run) -> str:
    """The reason, or the last line of a traceback."""
    return run.reason or (run.error or "").strip().rpartition("\n")[2]
