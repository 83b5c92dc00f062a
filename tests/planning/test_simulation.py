"""The simulation decides as the scheduler does, accounts for every slot of its span, and stays small."""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta
from typing import Any

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from stories import NOON, Story, at, make_task

from linodctl.domain import Missed, OnLost, Overlap, Request, Task, TaskState
from linodctl.planning.decisions import Skip
from linodctl.planning.simulation import Down, Grid, Report, Scenario, opening_states, simulate
from linodctl.planning.simulation.stage import PlayedRun
from linodctl.values import replace

INSTANT = timedelta(microseconds=1)


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def play(*tasks: Task, until: str, keep: int = 10_000, grid: Grid | None = None, **more: Any) -> Report:
    """From noon on, with `durations` in seconds and `downs` as pairs of texts."""
    more["durations"] = {name: seconds(number) for name, number in more.get("durations", {}).items()}
    more["downs"] = [Down(at(start), at(end)) for start, end in more.get("downs", ())]
    states = more.pop("states", None) or opening_states(tasks, {}, NOON)
    return simulate(Scenario(tasks, states, NOON, at(until), **more), keep=keep, grid=grid)


def run_words(run: PlayedRun) -> str:
    """As stories tell starts, with the end."""
    words = f"{run.start:%H:%M:%S} {run.task}"
    if run.scheduled_for != run.start:
        words += f" for {run.scheduled_for:%H:%M:%S}"
    if run.decision.trigger != "schedule":
        words += f" ({run.decision.trigger})"
    return words


def skip_words(skip: Skip) -> str:
    span = f"{skip.slot:%H:%M:%S}" + (f"..{skip.last_slot:%H:%M:%S} x{skip.count}" if skip.count > 1 else "")
    return f"-{skip.reason} {skip.task} {span}"


def words(report: Report) -> list[str]:
    return [*map(run_words, report.rows.runs), *map(skip_words, report.rows.skips)]


# --- the same decisions -------------------------------------------------------------------------


@pytest.mark.parametrize("overlap", [Overlap.SKIP, Overlap.QUEUE_ONE, Overlap.QUEUE_ALL, Overlap.ALLOW])
def test_a_story_told_by_hand_is_played_alike(overlap: Overlap) -> None:
    """Runs of 25 s, every 10 s: the story ends each of them by hand."""
    task = make_task(overlap=overlap)
    story = Story(task, now="11:59:59", states=opening_states([task], {}, NOON))
    ends: list[datetime] = []
    while True:
        wakeup = story.scheduler.next_wakeup()
        story.now = min(instant for instant in [wakeup, *ends[:1]] if instant is not None)
        if story.now >= at("12:01:30"):
            break
        before = len(story.starts)
        if ends and ends[0] == story.now:
            ends.pop(0)
            story.end("a")
        else:
            story.tick()
        ends += [story.now + seconds(25)] * (len(story.starts) - before)

    report = play(task, until="12:01:30", durations={"a": 25})
    assert [run_words(run) for run in report.rows.runs] == [word for word in story.log if word[0] != "-"]
    assert report.total_skips == sum(skip.count for skip in story.skips)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"overlap": "skip"}, ["12:00:00 a", "12:00:30 a", "-overlap a 12:00:10..12:00:20 x2", "-overlap a 12:00:40"]),
        ({"overlap": "queue_one"}, ["12:00:00 a", "12:00:25 a for 12:00:10", "-overlap a 12:00:20..12:00:40 x2"]),
        ({"overlap": "allow"}, [f"12:00:{second:02} a" for second in (0, 10, 20, 30, 40)]),
        ({"overlap": "cancel"}, [f"12:00:{second:02} a" for second in (0, 10, 20, 30, 40)]),
        ({"disabled": "not now"}, ["-disabled a 12:00:00..12:00:40 x5"]),
    ],
)
def test_overlap(options: dict[str, Any], expected: list[str]) -> None:
    report = play(make_task(**options), until="12:00:45", durations={"a": 25})
    assert words(report) == expected


def test_a_stopped_run_ends_at_once() -> None:
    report = play(make_task(overlap="cancel"), until="12:00:15", durations={"a": 25})
    assert [(run.outcome, run.end) for run in report.rows.runs] == [
        ("cancelled", at("12:00:10")),
        ("succeeded", at("12:00:35")),
    ]
    assert report.peak_parallel == 1


def test_a_day_has_its_first_midnight_and_not_its_last() -> None:
    midnight = make_task(rule="day at 12:00")
    assert words(play(midnight, until="1d 12:00:00")) == ["12:00:00 a"]
    assert play(make_task(rule="1 minute"), until="1d 12:00:00").total_runs == 24 * 60


def test_what_runs_after_another_waits_for_it() -> None:
    report = play(make_task("a"), make_task("b", number=2, run_after=("a",)), until="12:00:10", durations={"a": 3})
    assert words(report) == ["12:00:00 a", "12:00:03 b for 12:00:00"]
    assert not report.crowds, "that wait is meant"


def test_requests_that_wait_are_played_first() -> None:
    request = Request(7, "a", at("11:59:00"))
    report = play(make_task(rule="never"), until="12:01", requests=[request])
    assert words(report) == ["12:00:00 a for 11:59:00 (request)"]
    assert report.worst is None, "only slots can be late"


# --- downtime -----------------------------------------------------------------------------------


def test_downtime_loses_what_runs_and_catches_up() -> None:
    report = play(make_task(), until="12:01:25", durations={"a": 6}, downs=[("12:00:25", "12:01:05")])
    assert words(report) == [
        "12:00:00 a",
        "12:00:10 a",
        "12:00:20 a",
        "12:01:05 a for 12:01:00 (catch_up)",
        "12:01:20 a",
        "-runner_down a 12:00:30..12:00:50 x3",
        "-overlap a 12:01:10",
    ]
    lost = report.rows.runs[2]
    assert (lost.outcome, lost.end) == ("lost", at("12:00:25"))
    assert report.worst is report.rows.runs[3]
    assert report.worst_on_duty is None
    assert "from 2026-03-02T12:00:25+00:00 to 2026-03-02T12:01:05+00:00" in report.rows.skips[0].detail


def test_a_lost_run_can_run_again() -> None:
    task = make_task(rule="once at 2026-03-02 12:00", on_lost=OnLost.RERUN)
    report = play(task, until="12:10", durations={"a": 60}, downs=[("12:00:30", "12:05")])
    assert words(report) == ["12:00:00 a", "12:05:10 a for 12:00:00 (rerun)"]
    assert [run.decision.attempt for run in report.rows.runs] == [1, 2]


def test_a_slot_at_the_very_begin_of_downtime_finds_no_runner() -> None:
    report = play(make_task(missed="skip", tolerance=seconds(1)), until="12:00:40", downs=[("12:00:10", "12:00:25")])
    assert words(report) == ["12:00:00 a", "12:00:30 a", "-runner_down a 12:00:10..12:00:20 x2"]


def test_a_run_that_ends_as_the_downtime_begins_is_not_lost() -> None:
    report = play(make_task(rule="1 hour"), until="12:30", durations={"a": 60}, downs=[("12:01", "12:02")])
    assert [(run.outcome, run.end) for run in report.rows.runs] == [("succeeded", at("12:01"))]


def test_startup_has_a_slot_whenever_a_runner_starts() -> None:
    downs = [("12:10", "12:20"), ("12:30", "12:40"), ("12:35", "12:50")]
    report = play(make_task(rule="startup"), until="13:00", downs=downs)
    assert words(report) == ["12:00:00 a (startup)", "12:20:00 a (startup)", "12:50:00 a (startup)"]


def test_downtime_at_the_ends_of_the_span_or_outside_it() -> None:
    task = make_task(rule="1 minute")
    report = play(task, until="12:10", downs=[("11:00", "12:02:30"), ("12:05:30", "13:00"), ("14:00", "15:00")])
    assert words(report) == [
        "12:02:30 a for 12:02:00 (catch_up)",
        "12:03:00 a",
        "12:04:00 a",
        "12:05:00 a",
        "-runner_down a 12:00:00..12:01:00 x2",
    ]
    assert report.total_waiting == 4
    nobody = play(task, until="12:10", downs=[("11:00", "13:00")])
    assert (nobody.total_runs, nobody.total_skips, nobody.total_waiting) == (0, 0, 10)


# --- where it begins ----------------------------------------------------------------------------


def test_a_grid_a_flag_and_a_count_go_on() -> None:
    tasks = [make_task("grid", "1 minute"), make_task("counted", {"every": "1 minute", "count": 3}, 2)]
    seen = {"first_seen": NOON, "settled": at("12:00:07"), "anchor": at("11:00:07")}
    known = {task.name: TaskState(task.name, **seen, recurrence=task.recurrence.text) for task in tasks}
    known["counted"] = replace(known["counted"], used=2)
    report = play(*tasks, until="12:02", states=opening_states(tasks, known, NOON))
    assert words(report) == ["12:00:07 grid", "12:00:07 counted", "12:01:07 grid"]

    known["grid"] = replace(known["grid"], disabled=True, disabled_reason="by hand")
    report = play(*tasks, until="12:02", states=opening_states(tasks, known, NOON))
    assert words(report) == ["12:00:07 counted", "-disabled grid 12:00:07..12:01:07 x2"]


def test_a_task_first_seen_later_than_the_beginning_is_seen_for_the_first_time() -> None:
    task = make_task(rule="1 minute")
    known = {"a": TaskState("a", anchor=at("5d 12:00:07"), settled=at("5d 12:00:07"), disabled=True)}
    assert words(play(task, until="12:01", states=opening_states([task], known, NOON))) == ["12:00:00 a"]


# --- figures ------------------------------------------------------------------------------------


def test_an_unknown_duration_is_a_second() -> None:
    report = play(make_task("a"), make_task("b", number=2), until="12:00:10", durations={"b": 2.5})
    assert [run.end - run.start for run in report.rows.runs] == [seconds(1), seconds(2.5)]


def test_limits_are_kept_and_what_waits_is_late() -> None:
    tasks = [make_task(f"t{number}", "1 minute", number, use=("db",)) for number in range(1, 5)]
    report = play(*tasks, until="12:01", limits={"db": 1}, durations=dict.fromkeys(("t1", "t2", "t3", "t4"), 2))
    assert [run_words(run)[:11] for run in report.rows.runs] == [f"12:00:0{2 * n} t{n + 1}" for n in range(4)]
    assert report.peak_parallel == 1
    assert report.worst is not None
    assert (report.worst.task, report.worst.lateness) == ("t4", seconds(6))
    [crowd] = report.crowds
    assert ([task.name for task in crowd.tasks], crowd.limit, crowd.room) == (["t1", "t2", "t3", "t4"], "db", 1)
    assert (crowd.times, crowd.lateness, crowd.spread) == (1, seconds(6), seconds(30))


def test_a_crowd_beyond_max_parallel_is_found_with_the_spread_that_parts_it() -> None:
    tasks = [make_task(f"t{number}", "1 minute", number) for number in range(1, 7)]
    report = play(*tasks, until="12:10", max_parallel=2)
    assert (report.peak_parallel, report.peak_at) == (2, NOON)
    [crowd] = report.crowds
    assert (len(crowd.tasks), crowd.times, crowd.gap, crowd.spread) == (6, 10, seconds(60), seconds(10))
    spread = [make_task(f"t{n}", {"every": "1 minute", "spread": "30s"}, n) for n in range(1, 7)]
    assert play(*spread, until="12:10", max_parallel=2).worst is None, "so it is good advice"


def test_no_spread_helps_where_the_work_does_not_fit() -> None:
    tasks = [make_task(f"t{number}", "1 minute", number) for number in range(1, 7)]
    report = play(*tasks, until="12:10", max_parallel=2, durations={task.name: 30 for task in tasks})
    assert report.crowds[0].spread is None


def test_waiting_for_the_own_earlier_run_is_no_crowd() -> None:
    tasks = [make_task("a", overlap="queue_all"), make_task("b", number=2, overlap="queue_all")]
    report = play(*tasks, until="12:01", durations={"a": 15, "b": 15})
    assert report.worst is not None
    assert not report.crowds


def test_the_busiest_minute() -> None:
    report = play(
        make_task("a", "1 minute"), make_task("b", "5 minutes", 2), make_task("c", "minute at :17", 3), until="13:00"
    )
    assert (report.busiest_minute, report.busiest_starts) == (NOON, 3)


def test_totals_count_what_the_lists_leave_out() -> None:
    report = play(make_task("a"), make_task("b", number=2, disabled="no"), until="13:00", keep=5)
    assert (len(report.rows.runs), report.total_runs) == (5, 360)
    assert (len(report.rows.skips), report.total_skips) == (1, 360), "a streak is one row"
    busy = play(make_task("a"), until="13:00", keep=5, durations={"a": 15})
    assert (len(busy.rows.skips), busy.total_skips) == (5, 180)


def test_another_reason_begins_another_streak() -> None:
    report = play(make_task(), until="12:01:25", durations={"a": 100}, downs=[("12:00:35", "12:01:15")])
    assert [skip_words(skip) for skip in report.rows.skips] == [
        "-overlap a 12:00:10..12:00:30 x3",
        "-runner_down a 12:00:40..12:01:00 x3",
        "-overlap a 12:01:20",
    ]


def test_cells_hold_what_happened_in_their_time() -> None:
    grid = Grid(tuple(NOON + number * timedelta(minutes=10) for number in range(7)))
    task = make_task(rule="5 minutes")
    report = play(task, until="13:00", grid=grid, downs=[("12:10", "12:30")])
    cells = report.tasks["a"].cells
    assert cells.runs == [2, 0, 0, 2, 2, 2]
    assert cells.skips == [0, 2, 2, 0, 0, 0]


# --- whatever happens ---------------------------------------------------------------------------

RULES = ["10 seconds", "25 seconds", "1 minute", "minute at :17", "hour at :30", "day at 12:05", "7 minutes"]
site_of_tasks = st.lists(
    st.fixed_dictionaries(
        {
            "rule": st.sampled_from(RULES),
            "missed": st.sampled_from(Missed),
            "overlap": st.sampled_from(Overlap),
            "use": st.sampled_from([(), ("db",)]),
            "on_lost": st.sampled_from(OnLost),
            "disabled": st.sampled_from([None, None, None, "not now"]),
        }
    ),
    min_size=1,
    max_size=4,
)
spans_without_runner = st.lists(st.tuples(st.integers(-300, 2000), st.integers(1, 600)), max_size=3)


@given(site_of_tasks, spans_without_runner, st.lists(st.integers(0, 90), min_size=4, max_size=4), st.integers(1, 3))
@examples(100)
def test_every_slot_of_the_span_runs_is_skipped_or_waits(
    declared: list[dict[str, Any]], away: list[tuple[int, int]], lasting: list[int], max_parallel: int
) -> None:
    tasks = [make_task(f"t{n}", options.pop("rule"), n, **options) for n, options in enumerate(map(dict, declared), 1)]
    end = NOON + timedelta(minutes=30)
    scenario = Scenario(
        tasks,
        opening_states(tasks, {}, NOON),
        NOON,
        end,
        max_parallel=max_parallel,
        limits={"db": 1},
        durations={f"t{n}": seconds(length) for n, length in enumerate(lasting, 1)},
        downs=[Down(NOON + seconds(start), NOON + seconds(start + length)) for start, length in away],
    )
    report = simulate(scenario, keep=100_000)
    assert report.peak_parallel <= max_parallel
    for task in tasks:
        due = list(task.recurrence.slots(NOON - INSTANT, end - INSTANT, NOON))
        runs = [run for run in report.rows.runs if run.task == task.name]
        first_attempts = [run.decision.slot for run in runs if run.decision.attempt == 1]
        skips = [skip for skip in report.rows.skips if skip.task == task.name]
        told = report.tasks[task.name]
        assert (told.runs, told.skips) == (len(runs), sum(skip.count for skip in skips))
        assert len(first_attempts) + told.skips + told.waiting == len(due)
        assert set(first_attempts) <= set(due)
        assert max(Counter((run.decision.slot, run.decision.attempt) for run in runs).values(), default=1) == 1
        for run in runs:
            assert not any(down.start <= run.start < down.end for down in scenario.downs)
