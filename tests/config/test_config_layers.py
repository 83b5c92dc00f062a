"""Which layer wins, and what it says of where it comes from."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from config_project import Project

from linodctl.domain import Isolation, LogLevel, Policy, Retries


@dataclass(frozen=True)
class Row:
    module: str
    name: str
    func: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Set:
    value: Any
    who: str = "ann"
    at: datetime = datetime(2026, 5, 1, 12, tzinfo=UTC)


Tasks = Callable[..., dict[str, Any]]


def test_later_layers_win(project: Project) -> None:
    row = Row("mysite.jobs", "job", "mysite.jobs:job", {"grace": "2s", "tolerance": "2s", "reuse": 2, "timeout": "2m"})
    site = project.load(
        """
        discover: [mysite.jobs]
        defaults: {nice: 1, grace: 1s, tolerance: 1s, reuse: 1, timeout: 1m}
        procedures:
          job: {func: mysite.jobs.other, tolerance: 3s, reuse: 3, timeout: 3m}
        tasks:
          job: {reuse: 4, timeout: 4m}
        """,
        discovered=[row],
        overrides={"job": {"timeout": Set("5m")}},
    )
    (task,) = site.tasks
    assert task.launch.func == "mysite.jobs.other"
    assert task.launch.nice == 1
    assert task.launch.grace == timedelta(seconds=2)
    assert task.policy.tolerance == timedelta(seconds=3)
    assert task.launch.reuse == 4
    assert task.launch.timeout == timedelta(minutes=5)
    assert task.policy.missed_window == timedelta(days=365)
    options = ["nice", "grace", "tolerance", "reuse", "timeout", "missed_window", "func"]
    assert [site.source("job", option) for option in options] == [
        "linodctl.yaml:3",
        "decorator in mysite.jobs",
        "linodctl.yaml:5",
        "linodctl.yaml:7",
        "set by ann at 2026-05-01T12:00:00+00:00",
        "default",
        "linodctl.yaml:5",
    ]
    assert site.options("job")["timeout"] == "5m"


def test_an_override_of_any_recurrence_option_replaces_the_whole_recurrence(tasks: Tasks) -> None:
    found = tasks(
        """
        timezone: Europe/Tallinn
        procedures:
          a: {func: x.y, every: day at 10:00, timezone: Asia/Tokyo, on: monday, log_level: DEBUG}
          b: {func: x.y, every: day at 10:00, timezone: Asia/Tokyo}
          c: {func: x.y, every: 10 seconds}
        tasks:
          a: {every: day at 11:00}
          c: {every: never}
          d: {procedure: b, timeout: 1m}
        """,
        overrides={"b": {"every": Set("hour")}},
    )
    assert found["a"].recurrence.text == "day at 11:00"
    assert found["a"].recurrence.zone == "Europe/Tallinn"
    assert found["a"].log_level == LogLevel.DEBUG
    assert found["b"].recurrence.text == "1 hour"
    assert found["c"].log_level == LogLevel.INFO
    assert found["d"].recurrence.zone == "Asia/Tokyo"


def test_a_partial_recurrence_does_not_silently_become_never(project: Project) -> None:
    assert project.problems("""
        procedures: {a: {func: x.y, every: day at 10:00}}
        tasks: {a: {timezone: Asia/Tokyo}}
    """) == [
        "linodctl.yaml:3:13: tasks.a.timezone: 'timezone' needs a rule beside it (every, cron or rrule):"
        " a recurrence is replaced as a whole"
    ]


def test_tasks_override_only_themselves(tasks: Tasks) -> None:
    found = tasks("""
        procedures: {job: {func: x.y, every: day at 10:00, timeout: 1m}}
        tasks:
          job: {timeout: 2m}
          more: {procedure: job}
          same: {procedure: job, every: hour}
    """)
    assert {name: (task.number, task.procedure) for name, task in found.items()} == {
        "job": (1, "job"),
        "more": (2, "job"),
        "same": (3, "job"),
    }
    assert [task.launch.timeout for task in found.values()] == [timedelta(minutes=n) for n in (2, 1, 1)]
    assert [task.recurrence.text for task in found.values()] == ["day at 10:00", "day at 10:00", "1 hour"]


def test_without_recurrence_a_task_is_run_by_hand_only(tasks: Tasks) -> None:
    task = tasks("timezone: Asia/Tokyo\nprocedures: {job: {func: x.y}}")["job"]
    assert task.recurrence.text == "never"
    assert task.recurrence.zone == "Asia/Tokyo"


@pytest.mark.parametrize(
    ("options", "level"),
    [("every: 10 seconds", "WARNING"), ("every: 1 hour", "INFO"), ("every: 10 seconds, log_level: DEBUG", "DEBUG")],
)
def test_the_log_level(tasks: Tasks, options: str, level: str) -> None:
    assert tasks(f"procedures: {{job: {{func: x.y, {options}}}}}")["job"].log_level == level


def test_every_option_reaches_its_place(tasks: Tasks) -> None:
    task = tasks("""
        limits: {db: 1, net: 2}
        procedures:
          first: {func: x.y}
          job:
            func: my.site:Class.method
            missed: all
            missed_window: 2d
            tolerance: 0s
            overlap: queue_all
            on_lost: rerun
            disable_after: never
            retry_disabled_after: 1h
            retries: {attempts: 3, delay: 1s, backoff: 2, max_delay: 5m}
            run_after: first
            use: [db, net]
            expect: 1d
            timeout: PT5M
            grace: 0s
            isolation: thread
            reuse: 2
            args: {a: [1, 2.5, null, true, x]}
            env: {A: b}
            cwd: /srv
            nice: -5
            memory_limit: 1GiB
            user: nobody
            description: What it does
            tags: [nightly, "2026"]
            disabled: under repair
    """)["job"]
    assert task.policy == Policy(
        missed="all",
        missed_window=timedelta(days=2),
        tolerance=timedelta(0),
        overlap="queue_all",
        on_lost="rerun",
        disable_after=None,
        retry_disabled_after=timedelta(hours=1),
        retries=Retries(3, timedelta(seconds=1), 2.0, timedelta(minutes=5)),
        run_after=("first",),
        use=("db", "net"),
        expect=timedelta(days=1),
    )
    launch = task.launch
    assert (launch.func, launch.isolation, launch.reuse) == ("my.site:Class.method", Isolation.THREAD, 2)
    assert (launch.args, launch.env, launch.cwd) == ({"a": [1, 2.5, None, True, "x"]}, {"A": "b"}, "/srv")
    assert (launch.nice, launch.memory_limit, launch.user) == (-5, 2**30, "nobody")
    assert (launch.timeout, launch.grace) == (timedelta(minutes=5), timedelta(0))
    assert (task.description, task.tags) == ("What it does", ("nightly", "2026"))
    assert task.disabled == "under repair (linodctl.yaml:30)"


@pytest.mark.parametrize(
    ("option", "disabled"),
    [
        ("true", "disabled in linodctl.yaml:1"),
        ("false", None),
        ("moved to site b", "moved to site b (linodctl.yaml:1)"),
    ],
)
def test_disabled_says_where(tasks: Tasks, option: str, disabled: str | None) -> None:
    assert tasks(f"procedures: {{job: {{func: x.y, disabled: {option}}}}}")["job"].disabled == disabled


def test_what_does_not_resolve_disables_its_tasks_only(tasks: Tasks) -> None:
    text = "procedures: {a: {func: x.y}, b: {func: x.z}}\ntasks: {c: {procedure: a}}"
    found = tasks(text, unresolved={"x.y": "no module named 'x'"})
    assert {name: task.disabled for name, task in found.items()} == {
        "a": "no module named 'x'",
        "b": None,
        "c": "no module named 'x'",
    }


# --- decorators ----------------------------------------------------------------------------------


def test_decorated_functions_follow_those_of_the_file(project: Project) -> None:
    rows = [Row("m", "b", "m.b", {"every": "10 seconds"}), Row("m", "a", "m.a")]
    site = project.load("discover: m\nprocedures: {a: {every: hour}, z: {func: x.y}}", discovered=rows)
    assert [(task.name, task.launch.func, task.recurrence.text) for task in site.tasks] == [
        ("a", "m.a", "1 hour"),
        ("z", "x.y", "never"),
        ("b", "m.b", "10 seconds"),
    ]
    assert [procedure.name for procedure in site.procedures] == ["a", "z", "b"]


def test_mistakes_in_decorators(project: Project) -> None:
    rows = [Row("m", "a", "m.a", {"evry": "hour"}), Row("m", "b", "m.b", {"every": "rubbish"}), Row("n", "a", "n.a")]
    first, second, third = project.problems("discover: [m, n]", discovered=rows)
    assert first == "decorator in m: procedures.a.evry: unknown option (did you mean 'every'?)"
    assert second.startswith("decorator in m: procedures.b.every: 'rubbish'")
    assert third == "decorator in n: procedures.a: already declared by a decorator in m"


def test_rows_are_forgotten_when_nothing_is_discovered(project: Project) -> None:
    assert len(project.load("procedures: {a: {func: x.y}}", discovered=[Row("m", "b", "m.b")]).tasks) == 1


# --- set -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("option", "value", "message"),
    [
        ("evry", "hour", "tasks.a.evry: unknown option (did you mean 'every'?)"),
        ("every", "rubbish", "procedures.a.every: "),
        ("timeout", 30, "tasks.a.timeout: must be a duration"),
        ("run_after", ["nobody"], "tasks.a.run_after: unknown task 'nobody'"),
        ("between", "08:00-18:00", "tasks.a.between: 'between' needs a rule beside it"),
        ("procedure", "b", "tasks.a.procedure: can't be set at run time"),
    ],
)
def test_what_is_set_is_checked_like_the_config(project: Project, option: str, value: Any, message: str) -> None:
    (line,) = project.problems("procedures: {a: {func: x.y}}", overrides={"a": {option: Set(value)}})
    assert line.startswith("set by ann at 2026-05-01T12:00:00+00:00: ")
    assert message.replace("procedures.a.every", "tasks.a.every") in line


def test_an_override_whose_task_is_gone_is_a_warning(project: Project) -> None:
    (line,) = project.problems("procedures: {a: {func: x.y}}", overrides={"gone": {"timeout": Set("1m")}})
    assert line == (
        "set by ann at 2026-05-01T12:00:00+00:00: warning: tasks.gone: there is no such task any more:"
        " the override has no effect"
    )


@pytest.mark.parametrize("rule", ["every: 5 to 10 seconds", 'cron: "H * * * *"', "{every: hour, spread: 10m}"])
def test_rules_that_depend_on_the_name_are_not_shared(project: Project, rule: str) -> None:
    body = rule.strip("{}")
    site = project.load(f"procedures: {{a: {{func: x.y, {body}}}, b: {{func: x.y, {body}}}}}")
    anchor = datetime(2026, 1, 1, tzinfo=UTC)
    slots = [list(task.recurrence.slots(anchor, anchor + timedelta(hours=5), anchor))[:30] for task in site.tasks]
    assert slots[0] != slots[1]
