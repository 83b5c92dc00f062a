"""What authors import: lazily, decorators that leave functions alone, a bench for their own tests."""

from __future__ import annotations

import logging
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import linodctl
from linodctl import RunContext, Skip, background_task, schedule_daily, schedule_often
from linodctl.decorators import MARK
from linodctl.domain import LogLevel, Outcome
from linodctl.testing import FakeClock, Given, run_procedure

QUESTION = "import sys; before = set(sys.modules); {}; print(*sorted(m for m in set(sys.modules) - before))"


def imported_by(statement: str) -> list[str]:
    command = [sys.executable, "-c", QUESTION.format(statement)]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def test_importing_linodctl_imports_nothing_else() -> None:
    assert [m for m in imported_by("import linodctl") if m.startswith("linodctl")] == ["linodctl"]
    assert "linodctl.execution.context" not in imported_by("from linodctl import background_task")


def test_a_zygote_imports_nothing_that_runs_do_not_use() -> None:
    imported = set(imported_by("import linodctl.execution.zygote"))
    assert {"msgspec", "asyncio", "sqlite3", "linodctl.domain", "linodctl.config"} & imported == set()


def test_every_name_is_there() -> None:
    for name in ("background_task", "schedule_often", "schedule_daily", "RunContext", "Retry", "Skip"):
        assert getattr(linodctl, name).__name__ == name
        assert name in dir(linodctl)
    with pytest.raises(AttributeError, match="has no attribute 'nonsense'"):
        linodctl.nonsense  # noqa: B018


def test_decorators_mark_and_return_the_function() -> None:
    def function() -> int:
        return 1

    assert background_task(function) is function
    assert getattr(function, MARK) == {"name": "function", "options": {}}
    background_task(name="other", every="1 hour", monday=True, from_="2026-01-01")(function)
    assert getattr(function, MARK) == {
        "name": "other",
        "options": {"every": "1 hour", "monday": True, "from": "2026-01-01"},
    }
    assert function() == 1


def test_whoever_calls_a_procedure_may_put_something_else_in_place_of_a_way_to_log() -> None:
    said: list[str] = []

    def function(ar: RunContext) -> None:
        ar.info = said.append
        ar.info("done")

    assert run_procedure(function).outcome == "succeeded"
    assert said == ["done"]


@pytest.mark.parametrize(
    ("decorator", "options"),
    [
        (schedule_often, {"every_unit": "secondly", "every": 10}),
        (schedule_often(), {"every_unit": "secondly", "every": 10}),
        (schedule_often(30), {"every_unit": "secondly", "every": 30}),
        (schedule_often(every=5, log_level="ERROR"), {"every_unit": "secondly", "every": 5, "log_level": "ERROR"}),
        (schedule_daily, {"every_unit": "daily", "every": 1}),
        (schedule_daily(start_time="03:00"), {"every_unit": "daily", "every": 1, "start_time": "03:00"}),
    ],
)
def test_lino_s_shortcuts(decorator: Any, options: dict[str, Any]) -> None:
    @decorator
    def function() -> None: ...

    assert getattr(function, MARK) == {"name": "function", "options": options}


def test_run_procedure() -> None:
    def procedure(ar: RunContext, step: int) -> str:
        ar.memory["n"] = ar.memory.get("n", 0) + step
        print("printed")
        logging.getLogger("x").debug("logged")
        ar.progress(1, 2, "half")
        return "fine"

    ran = Given(memory={"n": 1}).run(procedure, step=2)
    assert (ran.outcome, ran.message, ran.memory) == (Outcome.SUCCEEDED, "fine", {"n": 3})
    assert ran.text == "printed\nlogged"
    assert ran.progress == [(1, 2, "half")]
    assert "can't be called: it needs the argument 'step'" in (run_procedure(procedure).reason or "")


def test_run_procedure_puts_everything_back() -> None:
    before = (sys.stdout, logging.root.level, list(logging.root.handlers))

    def procedure() -> None:
        raise Skip("nothing")

    ran = Given(log_level=LogLevel.ERROR).run(procedure)
    assert (ran.outcome, ran.reason) == (Outcome.SKIPPED, "procedure: nothing")
    assert (sys.stdout, logging.root.level, list(logging.root.handlers)) == before


def test_run_procedure_cancelled_and_by_path() -> None:
    def procedure(ctx: RunContext) -> str:
        return f"{ctx.cancelled.is_set()} {ctx.attempt}"

    assert Given(cancelled=True, attempt=3).run(procedure).message == "True 3"
    assert run_procedure("os.path.basename", p="a/b").message == "b"


def test_fake_clock() -> None:
    clock = FakeClock(datetime(2026, 1, 1, tzinfo=UTC))
    assert clock.advance(90) == datetime(2026, 1, 1, 0, 1, 30, tzinfo=UTC)
    clock.advance(timedelta(seconds=10))
    assert clock.monotonic() == 100
    clock.set(datetime(2025, 1, 1, tzinfo=UTC))
    assert (clock.now().year, clock.monotonic()) == (2025, 100)
    with pytest.raises(ValueError, match="aware"):
        FakeClock(datetime(2026, 1, 1))
    with pytest.raises(ValueError, match="backwards"):
        clock.advance(-1)
