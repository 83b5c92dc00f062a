"""The books of one site: reports and wishes go in, decisions are recorded, and what is left to do comes out.

The runner's tick without its processes: synchronous, and complete or not at all.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from linodctl import events
from linodctl.config import Loaded
from linodctl.domain import Outcome, Result, Run, Task
from linodctl.execution.reports import (
    Ended,
    Logged,
    Progressed,
    Report,
    Started,
    ZygoteDied,
    ZygoteMissing,
    ZygoteReady,
)
from linodctl.planning import Scheduler, Start, Stop
from linodctl.planning.slots import not_before
from linodctl.runner.batch import Batch, Life, Written
from linodctl.runner.comeback import RECOVERY, came_back, note_of
from linodctl.runner.inbox import Inbox
from linodctl.runner.recovery import Legacy
from linodctl.runner.told import events_of
from linodctl.runner.troubles import ZYGOTE
from linodctl.runner.wishes import Wishes
from linodctl.store.ledger import Ledger
from linodctl.store.store import Store

LOST = Result(Outcome.LOST, reason="the runner died under it")


@dataclass(slots=True)
class Work:
    """What the runner has to do now that it is on record."""

    starts: list[tuple[int, Start]] = field(default_factory=list)
    """run id and decision"""
    stops: list[tuple[int, str]] = field(default_factory=list)
    """run id and why"""
    events: list[events.Event] = field(default_factory=list)
    reload: bool = False
    on_disk: bool = True
    """Whether it was waited for the disk: a power cut can't undo what is on record."""
    would_be_missed: bool = False
    """Whether it should be there soon: runs have ended, or a runner has begun."""


class Books:
    """Keeps scheduler and state file in step. `tick` raises StateError when the file can't be written; the facts are
    kept, nothing is started, and the next `tick` writes them first."""

    def __init__(self, store: Store, scheduler: Scheduler, wishes: Wishes, inbox: Inbox, host: str) -> None:
        self.scheduler = scheduler
        self.live: dict[int, Start] = {}
        """The runs that go on, by run id."""
        self.failed = 0
        """Runs that ended otherwise than well."""
        self._store = store
        self._wishes = wishes
        self._host = host
        self._inbox = inbox
        inbox.is_awaited = self._is_awaited
        self._batch = Batch()
        self._work = Work()
        self._tasks: dict[str, Task] = {}
        self._seen_version = -1
        """Of the state file, as far as the next tick needs not look;"""
        self._heard_version = -1
        """and when wishes were heard for the tick that is to be written."""
        self.runner_id: int | None = None
        """This runner's row, once it is on record."""
        self._legacy: Legacy | None = None
        self._startup_due = True
        """`startup` slots come with the first tick, after what people wished while nobody was there."""

    def is_quiet(self, now: datetime) -> bool:
        """Whether a tick that looks as far as `now` would find nothing to do."""
        return not (self.has_more_to_write or self._has_news(now))

    @property
    def has_more_to_write(self) -> bool:
        """Whether something is known that is not on record."""
        return bool(self._inbox.reports or self._batch)

    def _has_news(self, now: datetime) -> bool:
        """Whether something came due, or somebody wrote to the state file."""
        wakeup = self.scheduler.next_wakeup()
        if self._startup_due or (wakeup is not None and wakeup <= now):
            return True
        return self._store.data_version() != self._seen_version

    def tick(
        self, now: datetime, *, new_slots: bool = True, starts: bool = True, ahead: datetime | None = None
    ) -> Work:
        """Read what came, decide, record all of it in one transaction. The switches are `Scheduler.tick`'s."""
        batch, was_held = self._batch, self._batch.decided
        can_start = self._startup_due or self.scheduler.outlook.could_start(ahead or now)
        if not (was_held or can_start) and self._store.data_version() == self._seen_version:
            self._decide(now, new_slots, starts, ahead)  # nobody has wished anything
        # Claims for a slot that is still to come are brought to the disk beside the loop: there is time for it.
        durable = ahead is None and not (batch.decided and batch.can_wait)
        with self._store.transaction(durable) as ledger:
            if not batch.decided:
                # What may start is decided under the lock: somebody may be about to disable it.
                self._heard_version = ledger.data_version()
                if self._heard_version != self._seen_version:  # somebody else wrote: for nothing all would be read
                    self._hear_wishes(ledger, now)
                self._decide(now, new_slots, starts, ahead)
            written = batch.write(ledger, self._host)
        self._seen_version = self._heard_version  # what was written since, wishes among it, nobody has heard
        if was_held:
            self._inbox.wake()  # who wished something meanwhile has rung in vain
        return self._settle(written, now, starts, durable)

    def _decide(self, now: datetime, new_slots: bool, starts: bool, ahead: datetime | None) -> None:
        if self._startup_due:
            self._startup_due = False
            self.scheduler.startup(now)
        self._read_reports(now)
        self._batch.known = self._wishes.heard_until
        self._batch.decisions = self.scheduler.tick(now, new_slots=new_slots, starts=starts, ahead=ahead)
        self._batch.states = self.scheduler.changed()
        self._tell_of_the_time_before()
        self._batch.decided = True

    def begin(self, life: Life, legacy: Legacy) -> None:
        """A runner takes over. One transaction, that of the next tick, puts it on record, closes the runs that were
        left open, and settles the slots of the time before: whoever is killed in between leaves all of it to do."""
        self._batch.life = life
        self._legacy = legacy
        self.close_lost(legacy.open_runs, life.at)

    def look_anew(self) -> None:
        """The state file may have changed in a way that its version doesn't show."""
        self._seen_version = self._heard_version = -1

    def declare(self, tasks: Iterable[Task]) -> None:
        """These are the site's tasks; recorded with the next tick."""
        known, self._tasks = self._tasks, {task.name: task for task in tasks}
        self._batch.procedures += [
            (task.name, task.procedure)
            for task in self._tasks.values()
            if task.name not in known or known[task.name].procedure != task.procedure
        ]

    def close_lost(self, runs: Iterable[Run], now: datetime) -> None:
        """Runs that an earlier runner left open have ended, nobody knows how; recorded with the next tick."""
        for run in runs:
            self._batch.ends.append((run.run_id, LOST, now))
            seconds = _seconds(run.start_time, now)
            self.scheduler.found_dead(run, LOST, now)
            again = self.scheduler.outlook.tries_again(run.task, run.scheduled_for, run.attempt)
            self._work.events.append(events.RunEnded(run.run_id, run.task, LOST, seconds, run.log_level, again))

    def note(self, key: str, value: object) -> None:
        """Keep a note with the next tick."""
        self._batch.notes[key] = value

    def replace(self, loaded: Loaded, now: datetime) -> None:
        """Go on with another config. Its tasks' states are looked up where the scheduler doesn't hold them; StateError,
        and nothing changed, if they can't be read now."""
        states = self._store.states([task.name for task in loaded.tasks if not self.scheduler.holds(task.name)])
        self.scheduler.replace(
            loaded.tasks,
            states,
            max_parallel=loaded.max_parallel,
            limits=loaded.limits,
            now=now,
        )
        self.declare(loaded.tasks)
        self._wishes.forget_requests()
        self.look_anew()

    def options_settled(self) -> None:
        """What was set or unset at run time is in force, or can't be: requests need not wait for it any longer."""
        self._wishes.options_settled()
        self.look_anew()

    def _hear_wishes(self, ledger: Ledger, now: datetime) -> None:
        before = self._wishes.heard_until
        heard = self._wishes.hear(ledger, self.scheduler, now)
        self._work.stops += [(run_id, f"asked by {who}") for run_id, who in heard.stop_runs]
        self._work.reload |= heard.reload
        if self._wishes.heard_until != before:
            self._batch.heard = self._wishes.heard_until

    def _tell_of_the_time_before(self) -> None:
        """At a runner's first tick: what it found, for its log and for `status`."""
        legacy, life = self._legacy, self._batch.life
        if legacy is None or life is None:
            return
        self._legacy = None
        story = came_back(legacy, life.at, self._batch.decisions, self._batch.states, self._tasks)
        self._batch.notes[RECOVERY] = note_of(story)
        if story is not None and (story.unclean or story.lost or story.caught_up or story.skipped):
            self._work.events.insert(0, story)

    def _read_reports(self, now: datetime) -> None:
        while self._inbox.reports:
            self._read_report(self._inbox.reports.popleft(), now)

    def _read_report(self, report: Report, now: datetime) -> None:
        match report:
            case Started() | Logged() | Progressed():
                self._batch.reports.append(report)
            case Ended():
                start = self.live.pop(report.run_id)
                at = not_before(start.at, min(report.at or now, now))  # claimed ahead, it may end before it began
                self._batch.ends.append((report.run_id, report.result, at))
                self.scheduler.finished(start.ticket, report.result, at)
                self.failed += not report.result.outcome.is_fine
                self._work.events.append(
                    events.RunEnded(
                        run_id=report.run_id,
                        task=start.task.name,
                        result=report.result,
                        seconds=_seconds(start.at, at),
                        log_level=start.task.log_level,
                        again=self.scheduler.outlook.tries_again(start.task.name, start.scheduled_for, start.attempt),
                    )
                )
            case ZygoteMissing():
                why = f"no run can be started: {report.why}; it is tried again and again"
                self._work.events.append(events.Trouble(why, ZYGOTE))
            case ZygoteReady():
                self._work.events.append(events.Mended(ZYGOTE, "a zygote is there again; runs can be started"))
            case ZygoteDied():
                self._work.events.append(
                    events.Trouble(f"the zygote died ({report.why}); another one is being started")
                )

    def _settle(self, written: Written, now: datetime, starts: bool, durable: bool) -> Work:
        """The transaction is through: hand out what is to be done."""
        batch, self._batch = self._batch, Batch()
        work, self._work = self._work, Work()
        work.on_disk, work.would_be_missed = durable, bool(batch.ends or batch.life)
        self.runner_id = written.runner_id or self.runner_id
        for start in written.refused:
            # A clock that was set back and a reset can bring a slot up again; its run is on record.
            self.scheduler.refused(start.ticket, now)
            self.look_anew()  # there is room again
        run_ids = written.run_ids
        for decision in batch.decisions:
            match decision:
                case Start() if decision.ticket in run_ids:
                    run_id = run_ids[decision.ticket]
                    self.live[run_id] = decision
                    if starts:
                        work.starts.append((run_id, decision))
                    else:  # held back by a failed write, and now the runner stops
                        self._inbox.take(Ended(run_id, Result(Outcome.CANCELLED, reason="the runner stopped")))
                case Stop():
                    work.stops += [(run_id, decision.why) for run_id in self._run_of(decision.ticket)]
            work.events += events_of(decision)
        return work

    def _is_awaited(self, run_id: int) -> bool:
        start = self.live.get(run_id)
        return start is None or start.request is not None or self.scheduler.outlook.waits_for(start.task.name)

    def _run_of(self, ticket: int) -> list[int]:
        return [run_id for run_id, start in self.live.items() if start.ticket == ticket]


def _seconds(since: datetime, now: datetime) -> float:
    """How long that was; nothing, if the clock was set back meanwhile."""
    return max(0.0, (now - since).total_seconds())
