"""Every slot ends exactly once, as a run or as a skip, or still waits: random lives of random sites."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from stories import NOON, make_task, retries

from linodctl.domain import Missed, Outcome, Overlap, Pending, Request, Result, Task, TaskState
from linodctl.planning import Scheduler, Skip, Start
from linodctl.planning.owed import Absence

RULES = ["10 seconds", "25 seconds", "1 minute", "minute at :17", "hour at :30", "day at 12:05", "7 minutes"]
LIMITS = {"db": 1, "net": 2}

tasks_of_a_site = st.lists(
    st.fixed_dictionaries(
        {
            "rule": st.sampled_from(RULES),
            "missed": st.sampled_from(Missed),
            "overlap": st.sampled_from(Overlap),
            "use": st.sampled_from([(), ("db",), ("net",), ("db", "net")]),
            "disable_after": st.sampled_from([1, 2, None]),
            "retries": st.sampled_from([retries(1), retries(2, 5)]),
            "after": st.booleans(),
        }
    ),
    min_size=1,
    max_size=5,
)
steps = st.lists(
    st.tuples(
        st.sampled_from(["wait", "end", "end", "end", "fail", "request", "restart", "sleep", "disable", "enable"]),
        st.integers(0, 1000),
    ),
    min_size=5,
    max_size=60,
)


class Life:
    """A site's life: it keeps its own account of what the scheduler decided, and checks it on the way."""

    def __init__(self, tasks: list[Task], max_parallel: int) -> None:
        self.tasks = {task.name: task for task in tasks}
        self.max_parallel = max_parallel
        self.now = NOON
        self.states: dict[str, TaskState] = {}
        self.running: dict[int, Start] = {}
        self.started: Counter[tuple[str, datetime, int]] = Counter()
        self.run_slots: dict[str, set[datetime]] = {name: set() for name in self.tasks}
        self.skips: dict[str, list[Skip]] = {name: [] for name in self.tasks}
        self.requests = 0
        self.scheduler = self.new_scheduler(None)

    def new_scheduler(self, absence: Absence | None) -> Scheduler:
        return Scheduler(
            self.tasks.values(),
            self.states,
            max_parallel=self.max_parallel,
            limits=LIMITS,
            now=self.now,
            absence=absence,
        )

    def tick(self) -> None:
        for decision in self.scheduler.tick(self.now):
            if isinstance(decision, Start):
                self.note_start(decision)
            elif isinstance(decision, Skip):
                self.skips[decision.task].append(decision)
        self.states.update({state.name: state for state in self.scheduler.changed()})
        self.check_limits()

    def note_start(self, start: Start) -> None:
        self.running[start.ticket] = start
        if start.slot is not None:
            self.started[start.task.name, start.slot, start.attempt] += 1
            self.run_slots[start.task.name].add(start.slot)

    def check_limits(self) -> None:
        assert len(self.running) <= self.max_parallel
        used = Counter(name for run in self.running.values() for name in run.task.policy.use)
        assert all(used[name] <= limit for name, limit in LIMITS.items())
        for task in self.tasks.values():
            alone = task.policy.overlap is not Overlap.ALLOW
            assert not alone or sum(run.task.name == task.name for run in self.running.values()) <= 1

    def live(self, kind: str, number: int) -> None:
        task = list(self.tasks)[number % len(self.tasks)]
        match kind:
            case "wait":
                self.go_to(self.now + timedelta(seconds=number % 120))
            case "sleep":
                self.now += timedelta(seconds=number * 3)
            case "end" | "fail":
                self.end_one(number, Outcome.FAILED if kind == "fail" else Outcome.SUCCEEDED)
            case "request":
                self.requests += 1
                self.scheduler.request(Request(self.requests, task, self.now), self.now)
            case "disable":
                self.scheduler.disable(task, "by hand", self.now, None, self.now)
            case "enable":
                self.scheduler.enable(task, self.now, self.now)
            case "restart":
                self.restart(timedelta(seconds=number * 2))
        self.tick()

    def go_to(self, end: datetime) -> None:
        while (wakeup := self.scheduler.next_wakeup()) is not None and wakeup <= end:
            self.now = max(self.now, wakeup)
            self.tick()
        self.now = end

    def end_one(self, number: int, outcome: Outcome) -> None:
        if self.running:
            ticket = sorted(self.running)[number % len(self.running)]
            del self.running[ticket]
            self.scheduler.finished(ticket, Result(outcome), self.now)

    def restart(self, downtime: timedelta) -> None:
        """kill -9: what ran is gone, what was recorded is all that is left."""
        self.tick()
        self.running.clear()
        died = self.now
        self.now += downtime
        self.scheduler = self.new_scheduler(Absence(died, self.now))

    def check_accounts(self) -> None:
        for name, task in self.tasks.items():
            state = self.states[name]
            assert state.anchor is not None
            assert state.settled is not None
            due = set(task.recurrence.slots(NOON - timedelta(microseconds=1), state.settled, NOON))
            if not task.recurrence.is_bare:
                due.discard(NOON)
            skipped = [slot for skip in self.skips[name] for slot in self.slots_of(task, skip.slot, skip.last_slot)]
            waiting = [slot for item in state.pending for slot in self.waiting_slots(task, item)]
            assert sum(skip.count for skip in self.skips[name]) == len(skipped)
            accounts = Counter([*skipped, *waiting, *self.run_slots[name]])
            assert set(accounts) == due, f"{task.recurrence.text}: not every slot is accounted for"
            doubled = [slot for slot, count in accounts.items() if count > 1]
            assert not doubled, f"{task.recurrence.text}: accounted for twice: {doubled}"
        assert max(self.started.values(), default=1) == 1, "a slot was started twice in the same attempt"

    def slots_of(self, task: Task, first: datetime, last: datetime) -> list[datetime]:
        return list(task.recurrence.slots(first - timedelta(microseconds=1), last, NOON))

    def waiting_slots(self, task: Task, item: Pending) -> list[datetime]:
        if not item.trigger.is_slot:
            return []  # another attempt: the slot has its run already
        return self.slots_of(task, item.slot, item.until or item.slot)


@given(tasks_of_a_site, steps, st.integers(1, 4))
@settings(max_examples=150, deadline=None)
def test_every_slot_ends_exactly_once(
    declared: list[dict[str, object]], life: list[tuple[str, int]], max_parallel: int
) -> None:
    tasks = []
    for number, declaration in enumerate(declared, 1):
        options = dict(declaration)
        run_after = (f"t{number - 1}",) if options.pop("after") and number > 1 else ()
        tasks.append(make_task(f"t{number}", str(options.pop("rule")), number, run_after=run_after, **options))
    site = Life(tasks, max_parallel)
    site.tick()
    for kind, number in life:
        site.live(kind, number)
    site.tick()
    site.check_accounts()
