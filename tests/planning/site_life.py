"""A site's life on a virtual clock: it keeps its own account of what the scheduler decided, and checks it on the way.

The account of a task is kept in chapters. A new one begins when the task is first seen, edited, reset, or comes back:
nothing is owed from before. Within a chapter every slot must be found exactly once: in a run, in a skip, or waiting.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from stories import NOON

from linodctl.domain import LogLevel, Missed, Outcome, Overlap, Pending, Request, Result, Run, Task, TaskState, Trigger
from linodctl.planning import Scheduler, Skip, Start
from linodctl.planning.owed import Absence

INSTANT = timedelta(microseconds=1)
DISABLED_ROUND = timedelta(seconds=20)
ENDS = (Outcome.SUCCEEDED, Outcome.WARNED, Outcome.SKIPPED, Outcome.CANCELLED, Outcome.TIMED_OUT)
Place = tuple[int, datetime, int]


@dataclass(frozen=True)
class Config:
    tasks: Sequence[Task]
    max_parallel: int
    limits: dict[str, int]


@dataclass
class Chapter:
    """What one task's rule came to since an instant."""

    task: Task
    anchor: datetime
    begin: datetime
    """Slots later than this count."""
    runs: list[datetime] = field(default_factory=list)
    skips: list[Skip] = field(default_factory=list)
    used: int = 0
    end: datetime | None = None
    """Once `count` is used up: no later slots."""
    side_by_side: bool = False
    """Whether its runs ever were allowed to overlap."""

    def slots(self, after: datetime, until: datetime) -> list[datetime]:
        return list(self.task.recurrence.slots(after, until, self.anchor))

    @property
    def is_used_up(self) -> bool:
        count = self.task.recurrence.count
        return count is not None and self.used >= count

    def check(self, until: datetime, waiting: Sequence[Pending] = ()) -> None:
        """slots(rule, begin to until) = runs ∪ skips ∪ what waits, and none of them twice."""
        skipped = [slot for skip in self.skips for slot in self.slots(skip.slot - INSTANT, skip.last_slot)]
        assert len(skipped) == sum(skip.count for skip in self.skips)
        waits = [
            slot
            for item in waiting
            if item.trigger.is_slot
            for slot in self.slots(item.slot - INSTANT, item.until or item.slot)
        ]
        found = Counter([*self.runs, *skipped, *waits])
        assert set(found) == set(self.slots(self.begin, until)), (
            f"{self.task.recurrence.text}: some are unaccounted for"
        )
        assert not [slot for slot, times in found.items() if times > 1], f"{self.task.recurrence.text}: some come twice"
        count = self.task.recurrence.count
        assert count is None or self.used <= count


class Life:
    """Lives through events with a scheduler, as a runner does; two configs take turns."""

    def __init__(self, configs: Sequence[Config]) -> None:
        self.configs = list(configs)
        self.now = NOON
        self.states: dict[str, TaskState] = {}
        self.running: dict[int, Start] = {}
        self.requests: dict[str, list[Request]] = {}
        self.last_request = 0
        self.on_record: set[tuple[str, datetime, int]] = set()
        self.chapters: dict[str, Chapter] = {}
        self.scheduler = self._new_scheduler(None)
        self._open_chapters()
        self.tick()

    # --- events ---------------------------------------------------------------------------------

    def live(self, kind: str, number: int) -> None:
        tasks = self.configs[0].tasks
        name = tasks[number % len(tasks)].name
        match kind:
            case "wait":
                self._go_to(self.now + timedelta(seconds=number % 120))
            case "ahead":
                self._look_ahead(timedelta(seconds=number % 30), killed=number % 7 == 0)
            case "sleep":
                self.now += timedelta(seconds=number * 3)
            case "end" | "fail" | "lose":
                outcomes = {"fail": Outcome.FAILED, "lose": Outcome.LOST}
                self._end_one(number, outcomes.get(kind, ENDS[number % len(ENDS) if number % 3 == 0 else 0]))
            case "request":
                self.last_request += 1
                request = Request(self.last_request, name, self.now)
                self.requests.setdefault(name, []).append(request)
                self.scheduler.by_hand.request(request, self.now)
            case "withdraw":
                if self.requests.get(name):
                    self.scheduler.by_hand.withdraw(self.requests[name].pop().request_id, name, self.now)
            case "disable" | "disable_for":
                until = self.now + timedelta(seconds=45) if kind == "disable_for" else None
                self.scheduler.by_hand.disable(name, "by hand", self.now, until, self.now)
            case "enable":
                self.scheduler.by_hand.enable(name, self.now, self.now)
            case "reset":
                self._reset(name)
            case "reload":
                self._reload()
            case "restart":
                self._restart(timedelta(seconds=number * 2), edited=number % 3 == 0)
        self.tick()
        for name, chapter in self.chapters.items():
            self._check_chapter(name, chapter)

    def tick(self) -> None:
        self._hear(starts=True)

    def _go_to(self, end: datetime) -> None:
        while (wakeup := self.scheduler.next_wakeup()) is not None and wakeup <= end:
            self.now = max(self.now, wakeup)
            self.tick()
        self.now = end

    def _look_ahead(self, lead: timedelta, *, killed: bool) -> None:
        """A tick that begins before what is certain to start, and waits for that; or the runner is killed meanwhile."""
        until = self.now + lead
        certain = {lane.task.name for lane in self.scheduler.outlook.certain(until)}
        assert self.scheduler.outlook.how_many_certain(until) == len(certain)
        before = set(self.running)
        self._hear(starts=True, ahead=until)
        early = [start for ticket, start in self.running.items() if ticket not in before and start.at > self.now]
        assert all(start.at == start.slot == start.scheduled_for and start.at <= until for start in early)
        assert {start.task.name for start in early} <= certain
        if killed:
            self._restart(timedelta(seconds=1), edited=False)
        else:
            self.now = max([self.now, *(start.at for start in early)])

    def _end_one(self, number: int, outcome: Outcome) -> None:
        if self.running:
            ticket = sorted(self.running)[number % len(self.running)]
            del self.running[ticket]
            self.scheduler.finished(ticket, Result(outcome), self.now)

    def _reset(self, name: str) -> None:
        self.scheduler.by_hand.reset(name, self.now)
        self._hear(starts=False)
        self._close(name, self.now)
        task = self.chapters[name].task
        self.chapters[name] = self._first_chapter(task)

    def _reload(self) -> None:
        self.configs.reverse()
        config = self.configs[0]
        self.scheduler.replace(
            config.tasks, self.states, max_parallel=config.max_parallel, limits=config.limits, now=self.now
        )
        self._turn_pages(settled=True)

    def _restart(self, downtime: timedelta, *, edited: bool) -> None:
        """kill -9: what ran is lost, what was recorded is all that is left."""
        died, lost = self.now, list(self.running.values())
        self.running.clear()
        self.now += downtime
        if edited:
            self.configs.reverse()
        self.scheduler = self._new_scheduler(Absence(died, self.now))
        self._turn_pages(settled=False)
        for start in lost:
            self.scheduler.found_dead(_as_row(start), Result(Outcome.LOST), self.now)
        for request in [request for waiting in self.requests.values() for request in waiting]:
            self.scheduler.by_hand.request(request, self.now)

    def _new_scheduler(self, absence: Absence | None) -> Scheduler:
        config = self.configs[0]
        return Scheduler(
            config.tasks,
            self.states,
            max_parallel=config.max_parallel,
            limits=config.limits,
            now=self.now,
            absence=absence,
        )

    # --- chapters -------------------------------------------------------------------------------

    def _turn_pages(self, *, settled: bool) -> None:
        """Another config: close the chapters of tasks that are edited or gone, and open those of the others."""
        told = {name: (state.last_slot, state.last_start_time) for name, state in self.states.items()}
        upto = {name: self.now if settled else self.states[name].settled for name in self.chapters}
        declared = {task.name: task for task in self.configs[0].tasks}
        self._hear(starts=False)
        for name, chapter in list(self.chapters.items()):
            task = declared.get(name)
            if task is None or task.recurrence.text != chapter.task.recurrence.text:
                self._close(name, upto[name] or self.now)
                del self.chapters[name]
            else:
                chapter.task = task
        self.requests = {name: waiting for name, waiting in self.requests.items() if name in declared}
        self._open_chapters(told)

    def _open_chapters(self, told: dict[str, tuple[datetime | None, datetime | None]] | None = None) -> None:
        for task in self.configs[0].tasks:
            if task.name not in self.chapters:
                last_slot, last_start = (told or {}).get(task.name, (None, None))
                grid = last_slot or last_start
                self.chapters[task.name] = Chapter(task, grid, self.now) if grid else self._first_chapter(task)

    def _first_chapter(self, task: Task) -> Chapter:
        return Chapter(task, self.now, self.now - INSTANT if task.recurrence.is_bare else self.now)

    def _close(self, name: str, until: datetime) -> None:
        """What waited has been given up, and everything up to `until` is decided."""
        chapter = self.chapters[name]
        ahead = chapter.runs[-1:]  # later than now, where a runner was killed that had looked ahead
        chapter.check(chapter.end or max([until, *ahead]))

    def _check_chapter(self, name: str, chapter: Chapter) -> None:
        state = self.states[name]
        assert state.settled is not None
        until = chapter.end or state.settled
        if not chapter.is_used_up:  # of a disabled task's slots the latest few seconds may be undecided
            behind = self.now - (DISABLED_ROUND if self._is_disabled(name) else timedelta())
            assert not chapter.slots(until, behind), f"{name}: slots that came due are undecided"
        chapter.check(until, state.pending)

    # --- what the scheduler says ----------------------------------------------------------------

    def _hear(self, *, starts: bool, ahead: datetime | None = None) -> None:
        started, refused = [], False
        for decision in self.scheduler.tick(self.now, starts=starts, ahead=ahead):
            if isinstance(decision, Skip):
                self.chapters[decision.task].skips.append(decision)
            elif isinstance(decision, Start):
                started.append(decision)
                refused |= self._refuses(decision)
        self.states.update({state.name: state for state in self.scheduler.changed()})
        for name, chapter in self.chapters.items():
            if chapter.is_used_up and chapter.end is None:
                chapter.end = self.states[name].settled
        if refused:  # there is room again: look at once
            self._hear(starts=starts)
        elif starts:
            self._check_room(started)
            self._check_order(started)

    def _refuses(self, start: Start) -> bool:
        """Note a start; whether the ledger refuses it, since an earlier chapter had a run of this very slot."""
        name = start.task.name
        if start.request is not None:
            assert self.requests[name][0] == start.request
            del self.requests[name][0]
        known = start.slot is not None and (name, start.slot, start.attempt) in self.on_record
        if start.slot is not None:
            self.on_record.add((name, start.slot, start.attempt))
            self._note_slot(start, start.slot, known)
        if known:
            self.scheduler.refused(start.ticket, self.now)
        else:
            self.running[start.ticket] = start
        return known

    def _note_slot(self, start: Start, slot: datetime, known: bool) -> None:
        chapter = self.chapters[start.task.name]
        if not start.trigger.is_slot:
            assert not known, "an attempt was made twice"
            return
        assert slot not in chapter.runs
        chapter.side_by_side |= start.task.policy.overlap is Overlap.ALLOW
        assert chapter.side_by_side or not chapter.runs or slot > chapter.runs[-1], "not oldest first"
        chapter.runs.append(slot)
        chapter.used += not known

    # --- room and order -------------------------------------------------------------------------

    def _check_room(self, started: Sequence[Start]) -> None:
        config = self.configs[0]
        for start in started:
            assert start.task.name in self.chapters
            assert len(self.running) <= config.max_parallel
            assert all(self._used(name) <= config.limits[name] for name in start.task.policy.use)
            alone = start.task.policy.overlap is not Overlap.ALLOW
            assert not alone or sum(run.task.name == start.task.name for run in self.running.values()) <= 1

    def _check_order(self, started: Sequence[Start]) -> None:
        """Starts come in order of their places; whoever still waits has something in the way, and whoever started
        from a worse place was not it."""
        places = [_place(start) for start in started]
        assert places == sorted(places)
        for task in self.configs[0].tasks:
            head = self._head(task)
            if head is None:
                continue
            mine = (0, head.requested_at, task.number) if isinstance(head, Request) else (1, head.slot, task.number)
            worse = [start for start, place in zip(started, places, strict=True) if place > mine]
            blocked = self._lacks_limit(task, worse) or self._has_to_wait(task, head)
            full = len(self.running) >= self.configs[0].max_parallel
            assert blocked or (full and not worse), f"nothing kept {task.name} from starting"

    def _head(self, task: Task) -> Request | Pending | None:
        """What waits first in a task's lane and could start as far as the task alone is concerned."""
        name, state = task.name, self.states[task.name]
        runs = [run for run in self.running.values() if run.task.name == name]
        if runs and task.policy.overlap is not Overlap.ALLOW:
            return None
        if self.requests.get(name):
            return self.requests[name][0]
        owed = runs and task.policy.missed is Missed.ALL
        ready = [
            item
            for item in state.pending
            if (item.due is None or item.due <= self.now)
            and not (owed and item.trigger is Trigger.CATCH_UP)
            and (not self._is_disabled(name) or item.request_id or _may_prove_itself(item, task))
        ]
        return min(ready, key=lambda item: item.slot, default=None)

    def _lacks_limit(self, task: Task, apart: Sequence[Start]) -> bool:
        limits = self.configs[0].limits
        return any(self._used(name, apart) >= limits[name] for name in task.policy.use)

    def _has_to_wait(self, task: Task, head: Request | Pending) -> bool:
        mine = head.scheduled_for if isinstance(head, Request) else head.slot
        for name in task.policy.run_after:
            if any(run.task.name == name and run.scheduled_for <= mine for run in self.running.values()):
                return True
            if any(request.scheduled_for <= mine for request in self.requests.get(name, ())):
                return True
            if not self._is_disabled(name) and any(item.slot <= mine for item in self.states[name].pending):
                return True
        return False

    def _used(self, limit: str, apart: Sequence[Start] = ()) -> int:
        tickets = {start.ticket for start in apart}
        return sum(limit in run.task.policy.use for run in self.running.values() if run.ticket not in tickets)

    def _is_disabled(self, name: str) -> bool:
        return self.states[name].disabled or self.chapters[name].task.disabled is not None


def _place(start: Start) -> Place:
    if start.request is not None:
        return (0, start.request.requested_at, start.task.number)
    return (1, start.scheduled_for, start.task.number)


def _may_prove_itself(item: Pending, task: Task) -> bool:
    return item.trigger is Trigger.PROBATION and task.disabled is None


def _as_row(start: Start) -> Run:
    """The run as the state file has it for the next runner."""
    return Run(
        run_id=start.ticket,
        task=start.task.name,
        procedure=start.task.procedure,
        trigger=start.trigger,
        scheduled_for=start.scheduled_for,
        attempt=start.attempt,
        log_level=LogLevel.INFO,
        start_time=start.at,
        slot=start.slot,
        request_id=start.request_id,
    )
