"""`simulate` as a person and a script meet it: the shape, the picture, bad input, and no trace left."""

from __future__ import annotations

import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cli_site import Site, with_home_of_its_own
from contract import TIME, Instant, assert_shape

from linodctl.cli.meter import Meter
from linodctl.domain import Outcome, Result, TaskState, Trigger
from linodctl.operations.site import Site as Asked
from linodctl.planning import Start
from linodctl.store import open_store
from linodctl.testing import FakeClock

CONFIG = """
timezone: Europe/Tallinn
max_parallel: 2
procedures:
  early: {func: nowhere.to_be_found, every: day at 00:00}
  often: {func: nowhere.to_be_found, every: 1 hour, tags: [busy]}
  often_too: {func: nowhere.to_be_found, every: 1 hour, tags: [busy]}
  often_as_well: {func: nowhere.to_be_found, every: 1 hour, tags: [busy]}
  off: {func: nowhere.to_be_found, every: 6 hours, disabled: not today}
  asked: {func: nowhere.to_be_found, every: never}
"""
DAY = ("--from", "2026-03-02T00:00", "--to", "2026-03-03T00:00")
MAYBE_TIME = Instant(maybe=True)
SIMULATION = {
    "from": TIME,
    "to": TIME,
    "totals": (dict,),
    "runs": (list,),
    "skips": (list,),
    "peak_parallel": (int,),
    "peak_at": MAYBE_TIME,
    "worst_lateness": (int, float),
    "worst": (dict, type(None)),
    "busiest_minute": (dict, type(None)),
    "suggestions": (list,),
    "tasks": (list,),
    "down": (list,),
}
RUN = {
    "task": (str,),
    "trigger": (str,),
    "scheduled_for": TIME,
    "slot": MAYBE_TIME,
    "start_time": TIME,
    "end_time": TIME,
    "duration": (int, float),
    "lateness": (int, float),
    "outcome": (str,),
    "attempt": (int,),
}
SKIP = {
    "task": (str,),
    "outcome": (str,),
    "reason": (str,),
    "scheduled_for": TIME,
    "slot": TIME,
    "last_slot": TIME,
    "count": (int,),
    "detail": (str,),
}


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site at rest whose code does not even exist."""
    return with_home_of_its_own(Site(tmp_path, CONFIG))


# --- JSON ---------------------------------------------------------------------------------------


def test_the_contracts_shape(site: Site) -> None:
    shown = site.cli("simulate", *DAY)
    assert_shape(shown, SIMULATION)
    for run in shown["runs"]:
        assert_shape(run, RUN)
    for skip in shown["skips"]:
        assert_shape(skip, SKIP)
    assert shown["from"] == "2026-03-01T22:00:00+00:00"
    assert shown["totals"] == {"runs": 73, "skips": 4, "waiting": 0}
    assert [(skip["task"], skip["reason"], skip["count"]) for skip in shown["skips"]] == [("off", "disabled", 4)]
    assert shown["peak_parallel"] == 2
    assert shown["worst_lateness"] == shown["worst"]["lateness"] == 1.0
    assert shown["busiest_minute"] == {"time": "2026-03-01T22:00:00+00:00", "starts": 4}
    [suggestion] = shown["suggestions"]
    assert (suggestion["kind"], suggestion["spread"]) == ("spread", "10s")
    assert not site.state.exists(), "nothing is written"


def test_lists_hold_the_first_and_totals_count_all(site: Site) -> None:
    shown = site.cli("simulate", *DAY, "-n", "3", "--down", "2026-03-02 10:30..2026-03-02 12:30")
    assert len(shown["runs"]) == 3
    assert shown["totals"]["runs"] > 60
    assert [run["start_time"] for run in shown["runs"]] == sorted(run["start_time"] for run in shown["runs"])


def test_only_the_tasks_that_are_named_are_played(site: Site) -> None:
    for names in (["often", "often_too"], ["often*"], ["tag:busy", "early"]):
        shown = site.cli("simulate", *names, *DAY)
        assert {row["task"] for row in shown["tasks"]} >= {"often", "often_too"}
        assert {run["task"] for run in shown["runs"]} == {row["task"] for row in shown["tasks"]}


def test_durations_are_given_or_remembered_or_a_second(site: Site) -> None:
    remember(site, "often", [4.0, 30.0, 10.0])
    remember(site, "often_too", [4.0])
    shown = site.cli("simulate", *DAY, "--duration", "often_*=5m", "--duration", "often_as_well=2m")
    durations = {row["task"]: (row["duration"], row["duration_source"]) for row in shown["tasks"]}
    assert durations == {
        "early": (1.0, "assumed"),
        "often": (10.0, "history"),
        "often_too": (300.0, "given"),
        "often_as_well": (120.0, "given"),
        "off": (1.0, "assumed"),
        "asked": (1.0, "assumed"),
    }


def test_from_now_it_goes_on_with_what_waits(site: Site) -> None:
    remember(site, "often", [1.0])
    assert site.plain("trigger", "asked").returncode == 0
    before = site.state.read_bytes()
    first, *others = site.cli("simulate", "--to", "in 90m")["runs"]
    assert (first["task"], first["trigger"], first["slot"]) == ("asked", "request", None)
    assert [run["task"] for run in others].count("often") == 2, "the hour that was missed, and the next"
    assert "asked" not in {run["task"] for run in site.cli("simulate", "--from", "in 1m")["runs"]}
    assert site.state.read_bytes() == before


def test_downtime_skips_and_catches_up(site: Site) -> None:
    down = "2026-03-02T10:30..2026-03-02T13:30"
    shown = site.cli("simulate", "often", *DAY, "--down", down)
    assert shown["down"] == [{"from": "2026-03-02T08:30:00+00:00", "to": "2026-03-02T11:30:00+00:00"}]
    [skip] = shown["skips"]
    assert (skip["reason"], skip["count"]) == ("runner_down", 2)
    [late] = [run for run in shown["runs"] if run["lateness"]]
    assert (late["trigger"], late["start_time"], late["lateness"]) == ("catch_up", "2026-03-02T11:30:00+00:00", 1800.0)


def remember(site: Site, task: str, lasting: list[float]) -> None:
    """The state file of a runner that ran the task so long each time, and died two hours ago."""
    known = Asked([str(site.config)], environ=site.env).by_name[task]
    ago = datetime.now(UTC) - timedelta(hours=2, minutes=1)
    with open_store(site.state) as store:
        for number, duration in enumerate(lasting):
            slot = ago - timedelta(hours=number)
            with store.transaction() as ledger:
                start = Start(number, known, Trigger.SCHEDULE, slot, slot, slot=slot)
                run_id = ledger.start(start, "host", known.log_level)
                ledger.end(run_id, Result(Outcome.SUCCEEDED), slot + timedelta(seconds=duration))
        with store.transaction() as ledger:
            text = known.recurrence.text
            ledger.save(TaskState(task, first_seen=ago, anchor=ago, settled=ago, recurrence=text, last_slot=ago))


# --- the picture --------------------------------------------------------------------------------


def lines_of(site: Site, width: int, *args: str) -> list[str]:
    site.env["COLUMNS"] = str(width)
    done = site.plain("simulate", *args)
    assert done.returncode == 0, done.stderr
    assert not done.stderr
    lines = done.stdout.splitlines()
    assert max(map(len, lines)) <= width
    return lines


def test_the_picture(site: Site) -> None:
    lines = lines_of(site, 80, *DAY, "--down", "2026-03-02T06:00..2026-03-02T09:00")
    assert lines[:9] == [
        "2026-03-02 00:00:00+02:00 to 2026-03-03 00:00:00+02:00, 30m a column",
        "",
        "task           Mar 02  04:00   08:00   12:00   16:00   20:00       runs   skips",
        "early          ▂·······┊···░░░░░░······┊·······┊·······┊·······       1       0",
        "often          ▂·▂·▂·▂·▂·▂·×░×░×░▂·▂·▂·▂·▂·▂·▂·▂·▂·▂·▂·▂·▂·▂·▂·      21       3",
        "often_too      ▂·▂·▂·▂·▂·▂·×░×░×░▂·▂·▂·▂·▂·▂·▂·▂·▂·▂·▂·▂·▂·▂·▂·      21       3",
        "often_as_well  ▂·▂·▂·▂·▂·▂·×░×░×░▂·▂·▂·▂·▂·▂·▂·▂·▂·▂·▂·▂·▂·▂·▂·      21       3",
        "off            ×·······┊···×░░░░░······×·······┊···×···┊·······       0       4",
        "",
    ]


@pytest.mark.parametrize("width", [80, 150])
def test_rows_axis_and_legend_fit_the_width(site: Site, width: int) -> None:
    lines = lines_of(site, width, *DAY)
    axis = next(number for number, line in enumerate(lines) if line.startswith("task "))
    head, rows = lines[axis], lines[axis + 1 : axis + 6]
    assert [row.split()[0] for row in rows] == ["early", "often", "often_too", "often_as_well", "off"]
    assert {len(row) for row in [head, *rows]} == {len(head)}
    assert len(head) > width * 0.6, "the width is used"
    assert rows[0].split()[-2:] == ["1", "0"]
    assert rows[4].split()[-2:] == ["0", "4"]
    assert rows[4].count("×") == 4
    column = head.index("12:00")
    assert rows[1][column] == rows[2][column] == "▂"
    text = "\n".join(lines)
    assert "▂ 1 run   × skipped" in text
    assert "no slot: asked" in text
    assert "\x1b" not in text


def test_the_summary(site: Site) -> None:
    text = "\n".join(lines_of(site, 100, *DAY))
    for fact in (
        r"runs +73\n",
        r"skips +4 \(4 disabled\)\n",
        r"peak +2 of 2 at once, first at 2026-03-02 00:00:00\+02:00\n",
        r"worst lateness +1\.00 s: often_too for 2026-03-02 00:00:00\+02:00\n",
        r"busiest minute +4 starts from 2026-03-02 00:00:00\+02:00 on\n",
        r"durations +6 tasks taken as 1\.00 s\n",
        r"suggestion +Up to 4 tasks come due at the same instant",
    ):
        assert re.search(fact, text), f"{fact} is not in\n{text}"


def test_of_many_tasks_the_eventful_are_shown_and_named_ones_always(site: Site) -> None:
    tasks = [f"  t{number:02}: {{func: jobs.quick, every: day at 06:00}}" for number in range(60)]
    site.config.write_text("\n".join(["timezone: Europe/Tallinn", "procedures:", *tasks, ""]))
    shown = lines_of(site, 100, *DAY)
    assert sum(line.startswith("t") and "▂" in line for line in shown) == 40
    assert "and 20 more tasks with 20 runs and 0 skips; name tasks to see them" in shown
    assert sum(line.startswith("t") and "▂" in line for line in lines_of(site, 100, "t*", *DAY)) == 60


@pytest.mark.parametrize(
    ("start", "end", "column"),
    [
        ("2026-03-02T12:00", "2026-03-02T12:01", "2s"),
        ("2026-03-02T12:00", "2026-03-02T13:00", "2m"),
        ("2026-03-28", "2026-03-30", "1h"),
        ("2026-10-25", "2026-10-26", "30m"),
        ("2026-03-02", "2026-04-02", "1d"),
        ("2026-01-01", "2029-01-01", "28d"),
    ],
)
def test_the_column_is_a_round_time(site: Site, start: str, end: str, column: str) -> None:
    title, *rest = lines_of(site, 80, "early", "--from", start, "--to", end)
    assert title.endswith(f", {column} a column")
    assert any(line.startswith(("task ", "no slot")) for line in rest)


def test_each_day_has_its_column_however_long_it_is(site: Site) -> None:
    lines = lines_of(site, 80, "early", "--from", "2026-03-20", "--to", "2026-04-10")
    [row] = [line for line in lines if line.startswith("early")]
    assert row.split()[1:] == ["▂·" * 21, "21", "0"]


def test_a_task_that_never_runs_leaves_no_picture(site: Site) -> None:
    lines = lines_of(site, 80, "asked", *DAY)
    assert "no slot: asked" in lines
    assert not any(line.startswith("task ") for line in lines)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_long_play_says_how_far_it_is_and_wipes_it_away(monkeypatch: pytest.MonkeyPatch) -> None:
    start = datetime(2026, 3, 2, tzinfo=UTC)
    clock, stderr = FakeClock(start), Terminal()
    monkeypatch.setattr("sys.stderr", stderr)
    with Meter(start, start + timedelta(days=1), clock) as meter:
        for minute in range(24 * 60):
            clock.advance(0.01)
            meter.reached(start + timedelta(minutes=minute))
    assert stderr.getvalue() == "\r 14%\r 28%\r 42%\r 55%\r 69%\r 83%\r 97%\r    \r"
    stderr.truncate(0)
    with Meter(start, start + timedelta(days=1), clock) as meter:
        meter.reached(start)
    assert stderr.getvalue() == ""


# --- bad input ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("args", "code", "words"),
    [
        (["--from", "2026-03-03", "--to", "2026-03-02"], 2, "must end later than it starts"),
        (["--to", "5m ago"], 2, "must end later than it starts"),
        (["--from", "soon"], 2, "--from: "),
        (["--to", "2026-13-01"], 2, "--to: "),
        (["nobody"], 3, "no task 'nobody'"),
        (["--duration", "nobody=3s"], 3, "no task 'nobody'"),
        (["--duration", "often"], 2, "NAME=DURATION"),
        (["--duration", "often=quick"], 2, "quick"),
        (["--duration", "often=9999d"], 2, "at most 366 days"),
        (["--duration", "=3s"], 2, "NAME=DURATION"),
        (["--down", "12:00"], 2, "FROM..TO"),
        (["--down", "..12:00"], 2, "FROM..TO"),
        (["--down", "13:00..12:00"], 2, "not later"),
        (["--down", "noon..12:00"], 2, "--down: "),
        (["-n", "0"], 2, "-n"),
    ],
)
def test_bad_input_is_one_clear_line(site: Site, args: list[str], code: int, words: str) -> None:
    done = site.plain("simulate", *args)
    assert done.returncode == code, done.stderr
    assert not done.stdout
    told = [line for line in done.stderr.splitlines() if words in line]
    assert len(told) == 1, done.stderr
    assert "Traceback" not in done.stderr
