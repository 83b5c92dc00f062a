"""The scheduler's rules as short stories on a virtual clock."""

from __future__ import annotations

from datetime import timedelta

import pytest
from stories import NOON, Story, at, make_task, retries

from linodctl.domain import OnLost, Overlap, Request, TaskState
from linodctl.values import replace


def known(name: str = "a", settled: str = "12:00:00", **more: object) -> TaskState:
    """The state of a task with an interval rule that ran at noon and was last looked at then."""
    task = make_task(name)
    base = TaskState(
        name, first_seen=NOON, anchor=NOON, settled=at(settled), recurrence=task.recurrence.text, last_slot=NOON
    )
    return replace(base, **more)  # type: ignore[arg-type]


# --- first sight ---------------------------------------------------------------------------------


def test_a_bare_unit_is_due_at_once_and_keeps_its_grid() -> None:
    story = Story(make_task())
    assert story.tick() == ["12:00:00 a"]
    story.end("a")
    assert story.until("12:00:25") == ["12:00:10 a", "-overlap a 12:00:20"]


def test_a_calendar_point_waits_for_its_first_slot() -> None:
    story = Story(make_task(rule="day at 13:30"))
    assert story.until("13:29:59") == []
    assert story.until("13:30:00") == ["13:30:00 a"]


def test_never_is_never_scheduled_but_can_be_requested() -> None:
    story = Story(make_task(rule="never"))
    assert story.scheduler.next_wakeup() is None
    assert story.until("3d 00:00:00") == []
    assert story.request("a") == ["00:00:00 a (request)"]


def test_startup_has_one_slot_per_start_of_the_runner() -> None:
    story = Story(make_task(rule="startup"))
    story.scheduler.startup(story.now)
    assert story.until("23:00:00") == ["12:00:00 a (startup)"]


def test_a_slow_run_does_not_move_the_grid() -> None:
    story = Story(make_task())
    story.tick()
    story.until("12:00:13")
    story.end("a")
    assert story.until("12:00:20") == ["12:00:20 a"]


def test_a_manual_run_does_not_move_the_grid_nor_use_up_the_count() -> None:
    story = Story(make_task(rule={"every": "10 seconds", "count": 2}))
    story.tick()
    story.end("a")
    story.until("12:00:05")
    assert story.request("a") == ["12:00:05 a (request)"]
    story.end("a")
    assert story.until("12:00:10") == ["12:00:10 a"]
    story.end("a")
    assert story.until("13:00:00") == []


# --- catch-up ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("missed", "expected"),
    [
        ("latest", ["-runner_down a 12:00:10..12:00:50 x5", "12:01:05 a for 12:01:00 (catch_up)"]),
        ("all", ["12:01:05 a for 12:00:10 (catch_up)"]),
        ("skip", ["-runner_down a 12:00:10..12:00:50 x5", "12:01:05 a for 12:01:00 (catch_up)"]),
    ],
)
def test_after_a_short_absence(missed: str, expected: list[str]) -> None:
    story = Story(make_task(missed=missed), now="12:01:05", states={"a": known()}, absence=("12:00:00", "12:01:05"))
    assert story.tick() == expected


def test_missed_skip_runs_nothing_that_is_more_than_tolerance_late() -> None:
    task = make_task(rule="1 hour", missed="skip")
    state = replace(known(), recurrence=task.recurrence.text)
    story = Story(task, now="15:30:00", states={"a": state}, absence=("12:00:00", "15:30:00"))
    assert story.tick() == ["-runner_down a 13:00:00..15:00:00 x3"]
    assert story.until("16:00:00") == ["16:00:00 a"]


def test_missed_all_runs_each_owed_slot_oldest_first_one_after_the_other() -> None:
    task = make_task(rule="1 hour", missed="all", overlap="allow")
    state = replace(known(), recurrence=task.recurrence.text)
    story = Story(task, now="15:30:00", states={"a": state}, absence=("12:00:00", "15:30:00"))
    assert story.tick() == ["15:30:00 a for 13:00:00 (catch_up)"]
    assert story.tick() == []
    assert story.end("a") == ["15:30:00 a for 14:00:00 (catch_up)"]
    assert story.end("a") == ["15:30:00 a for 15:00:00 (catch_up)"]
    assert story.end("a") == []


def test_a_long_absence_is_kept_small() -> None:
    story = Story(
        make_task(rule="1 second", missed="all"),
        now="30d 12:00:00",
        states={"a": replace(known(), recurrence=make_task(rule="1 second").recurrence.text)},
        absence=("12:00:00", "30d 12:00:00"),
    )
    story.tick()
    assert len(story.state().pending) == 1


def test_slots_older_than_the_window_are_missed() -> None:
    task = make_task(rule="1 hour", missed="all", missed_window=timedelta(hours=2))
    story = Story(task, now="18:30:00", states={"a": replace(known(), recurrence=task.recurrence.text)})
    assert story.tick() == ["-missed a 13:00:00..16:00:00 x4", "18:30:00 a for 17:00:00 (catch_up)"]


def test_a_machine_that_slept_catches_up_on_the_latest() -> None:
    story = Story(make_task(rule="1 hour"))
    story.tick()
    story.end("a")
    assert story.jump("15:30:00") == [
        "-superseded a 13:00:00..14:00:00 x2",
        "15:30:00 a for 15:00:00 (catch_up)",
    ]


def test_nothing_is_owed_under_an_edited_recurrence() -> None:
    story = Story(make_task(rule="1 hour"), now="18:30:00", states={"a": known()})
    assert story.tick() == []
    assert story.until("19:00:00") == ["19:00:00 a"]


# --- overlap -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("overlap", "meanwhile", "after"),
    [
        ("skip", ["-overlap a 12:00:10", "-overlap a 12:00:20"], []),
        ("queue_one", ["-overlap a 12:00:20"], ["12:00:25 a for 12:00:10"]),
        ("queue_all", [], ["12:00:25 a for 12:00:10"]),
        ("cancel", ["stop", "-superseded a 12:00:10", "stop"], ["12:00:25 a for 12:00:20"]),
    ],
)
def test_overlap(overlap: str, meanwhile: list[str], after: list[str]) -> None:
    story = Story(make_task(overlap=overlap))
    story.tick()
    assert story.until("12:00:25") == meanwhile
    assert story.end("a") == after


def test_overlap_allow_starts_next_to_the_running_one() -> None:
    story = Story(make_task(overlap="allow"))
    assert story.until("12:00:20") == ["12:00:00 a", "12:00:10 a", "12:00:20 a"]


def test_queue_all_runs_every_slot_in_order() -> None:
    story = Story(make_task(overlap="queue_all"))
    story.until("12:00:35")
    assert len(story.state().pending) == 1
    assert story.end("a") == ["12:00:35 a for 12:00:10"]
    assert story.end("a") == ["12:00:35 a for 12:00:20"]
    assert story.end("a") == ["12:00:35 a for 12:00:30"]
    assert story.end("a") == []


def test_a_request_waits_for_the_running_run() -> None:
    story = Story(make_task())
    story.tick()
    assert story.request("a") == []
    assert story.end("a") == ["12:00:00 a (request)"]


def test_a_withdrawn_request_does_not_run() -> None:
    story = Story(make_task())
    story.tick()
    story.request("a")
    story.scheduler.by_hand.withdraw(1, "a", story.now)
    assert story.end("a") == []


def test_whether_something_waits_for_an_end() -> None:
    tasks = [make_task("a", "10 seconds", 1, overlap=Overlap.QUEUE_ONE), make_task("b", "1 hour", 2)]
    story = Story(*tasks, make_task("c", "15 seconds", 3), max_parallel=3)
    story.tick()
    assert not story.scheduler.outlook.waits_for("a")
    story.end("c")
    story.until("12:00:10")
    assert (story.scheduler.outlook.waits_for("a"), story.scheduler.outlook.waits_for("b")) == (True, False)
    story.request("b")
    assert story.scheduler.outlook.waits_for("b")

    full = Story(make_task("a", "1 hour", 1), make_task("b", "1 hour", 2), max_parallel=1)
    full.tick()
    assert full.scheduler.outlook.waits_for("a")  # b waits for room


# --- ahead ---------------------------------------------------------------------------------------


def test_what_is_certain_is_decided_ahead_for_its_slot() -> None:
    """Not what depends on another run, of its own or of another task: that is decided at its time."""
    story = Story(
        make_task("free", "10 seconds", 1),
        make_task("busy", "10 seconds", 2),
        make_task("limited", "10 seconds", 3, use=("db",)),
        make_task("follower", "10 seconds", 4, run_after=("free",)),
        make_task("late", "15 seconds", 5),
        limits={"db": 1},
    )
    story.tick()
    for task in ("free", "limited", "late", "follower"):
        story.end(task)
    story.now = at("12:00:08")
    assert story.ahead("12:00:07") == []
    assert story.ahead("12:00:12") == ["12:00:10 free"]
    assert story.ahead("12:00:12") == []
    assert story.until("12:00:10") == ["-overlap busy 12:00:10", "12:00:10 limited"]
    assert story.end("free") == ["12:00:10 follower"]


def test_a_task_that_was_disabled_and_enabled_in_between_has_one_start_ahead() -> None:
    story = Story(make_task("a", "10 seconds", 1))
    story.tick()
    story.end("a")
    story.scheduler.by_hand.disable("a", "by hand", story.now, None, story.now)
    story.scheduler.by_hand.enable("a", story.now, story.now)
    story.tick()
    story.now = at("12:00:09")
    assert story.ahead("12:00:11") == ["12:00:10 a"]


def test_nothing_is_decided_ahead_while_others_wait_for_room() -> None:
    story = Story(make_task("a", "10 seconds", 1), make_task("b", "10 seconds", 2), max_parallel=1)
    story.tick()
    story.now = at("12:00:09")
    assert story.ahead("12:00:11") == []
    assert story.end("a") == ["12:00:09 b for 12:00:00"]
    story.end("b")
    assert story.ahead("12:00:11") == ["12:00:10 a"]  # there is room for one


@pytest.mark.parametrize("overlap", ["skip", "cancel", "allow"])
@pytest.mark.parametrize("wish", ["reset", "edit", "enable", "move"])
def test_a_slot_that_was_claimed_ahead_comes_once_whatever_somebody_wishes_meanwhile(wish: str, overlap: str) -> None:
    story = Story(make_task(rule="minute at :17", overlap=overlap))
    story.now = at("12:00:16") + timedelta(seconds=0.95)
    assert story.ahead("12:00:17") == ["12:00:17 a"]
    if wish == "reset":
        story.scheduler.by_hand.reset("a", story.now)
    elif wish == "enable":
        story.scheduler.by_hand.disable("a", "by hand", story.now, None, story.now)
        story.scheduler.by_hand.enable("a", story.now, story.now)
    else:
        task = make_task("b" if wish == "move" else "a", "minute at :17, :47", overlap=overlap)
        story.scheduler.replace([task], {}, max_parallel=10, limits={}, now=story.now)
        if wish == "move":
            task = make_task(rule="minute at :17, :47", overlap=overlap)
            story.scheduler.replace([task], {}, max_parallel=10, limits={}, now=story.now)
    assert story.until("12:00:18") == []


def test_a_reset_after_the_clock_was_set_back_by_hours_brings_slots_up_again() -> None:
    story = Story(make_task(rule="minute at :17"))
    story.until("12:00:17")
    story.end("a")
    story.now = at("9:00:00")
    story.scheduler.by_hand.reset("a", story.now)
    assert story.until("9:00:17") == ["09:00:17 a"]


# --- room ----------------------------------------------------------------------------------------


def test_max_parallel_lets_the_rest_wait_in_order() -> None:
    tasks = [make_task(name, "1 hour", number) for number, name in enumerate("abc", 1)]
    story = Story(*tasks, max_parallel=2)
    assert story.tick() == ["12:00:00 a", "12:00:00 b"]
    assert story.end("b") == ["12:00:00 c"]


def test_requests_go_first() -> None:
    tasks = [make_task(name, "1 hour", number) for number, name in enumerate("abc", 1)]
    story = Story(*tasks, max_parallel=1)
    story.tick()
    story.request("c")
    assert story.end("a") == ["12:00:00 c (request)"]
    assert story.end("c") == ["12:00:00 b"]


def test_a_named_limit_holds_back_its_users_only() -> None:
    tasks = [
        make_task("a", "1 hour", 1, use=("db",)),
        make_task("b", "1 hour", 2, use=("db",)),
        make_task("c", "1 hour", 3),
    ]
    story = Story(*tasks, limits={"db": 1})
    assert story.tick() == ["12:00:00 a", "12:00:00 c"]
    assert story.end("a") == ["12:00:00 b"]


def test_a_slot_that_comes_due_while_the_one_before_it_waits_for_room_is_skipped_for_the_limit() -> None:
    tasks = [make_task("a", "1 hour", 1, use=("db",)), make_task("b", "10 seconds", 2, use=("db",))]
    story = Story(*tasks, limits={"db": 1})
    assert story.until("12:00:10") == ["12:00:00 a", "-limit b 12:00:10"]
    assert story.end("a") == ["12:00:10 b for 12:00:00"]


def test_run_after_waits_for_the_other_when_both_are_due() -> None:
    tasks = [make_task("a", "1 hour", 1, run_after=("b",)), make_task("b", "1 hour", 2)]
    story = Story(*tasks)
    assert story.tick() == ["12:00:00 b"]
    assert story.end("b", "failed") == ["disable b: failed", "12:00:00 a"]


def test_run_after_does_not_wait_for_one_that_is_not_due() -> None:
    tasks = [make_task("a", "10 seconds", 1, run_after=("b",)), make_task("b", "day at 13:00", 2)]
    assert Story(*tasks).tick() == ["12:00:00 a"]


# --- failures ------------------------------------------------------------------------------------


def test_a_failed_task_is_disabled_and_its_slots_are_recorded() -> None:
    story = Story(make_task())
    story.tick()
    assert story.end("a", "failed", error="Traceback\nValueError: no") == ["disable a: failed: ValueError: no"]
    assert story.until("12:00:40") == ["-disabled a 12:00:10..12:00:20 x2", "-disabled a 12:00:30..12:00:40 x2"]
    assert story.request("a") == ["12:00:40 a (request)"]
    assert story.end("a") == []
    assert story.state().disabled


def test_enable_owes_nothing_for_the_disabled_span() -> None:
    story = Story(make_task())
    story.tick()
    story.end("a", "failed")
    story.now = at("12:00:35")
    story.scheduler.by_hand.enable("a", story.now, story.now)
    assert story.tick() == ["-disabled a 12:00:10..12:00:30 x3"]
    assert story.until("12:00:40") == ["12:00:40 a"]


@pytest.mark.parametrize("outcome", ["lost", "cancelled", "warned", "skipped"])
def test_what_does_not_count_as_a_failure(outcome: str) -> None:
    story = Story(make_task())
    story.tick()
    assert story.end("a", outcome) == []
    assert not story.state().disabled


def test_disable_after_counts_failures_in_a_row() -> None:
    story = Story(make_task(disable_after=2))
    for _ in range(2):
        story.tick()
        story.end("a", "failed")
        story.until((story.now + timedelta(seconds=10)).strftime("%H:%M:%S"))
        story.end("a")
        story.until((story.now + timedelta(seconds=10)).strftime("%H:%M:%S"))
    assert not story.state().disabled
    story.end("a", "failed")
    story.until((story.now + timedelta(seconds=10)).strftime("%H:%M:%S"))
    assert story.end("a", "timed_out") == ["disable a: timed out (2 times in a row)"]


def test_retries_wait_with_backoff_and_then_disable() -> None:
    story = Story(make_task(rule="1 hour", retries=retries(3, 10, 2)))
    story.tick()
    assert story.end("a", "failed") == []
    assert story.until("12:00:10") == ["12:00:10 a for 12:00:00 (retry)"]
    assert story.end("a", "failed") == []
    assert story.until("12:00:29") == []
    assert story.until("12:00:30") == ["12:00:30 a for 12:00:00 (retry)"]
    assert story.starts[-1].attempt == 3
    assert story.end("a", "failed") == ["disable a: failed"]


def test_a_retry_survives_a_restart() -> None:
    task = make_task(rule="1 hour", retries=retries(3, 600))
    story = Story(task)
    story.tick()
    story.end("a", "failed")
    again = Story(task, now="12:05:00", states=story.states)
    assert again.until("12:10:00") == ["12:10:00 a for 12:00:00 (retry)"]


def test_retries_can_be_given_up() -> None:
    story = Story(make_task(rule="1 hour", retries=retries(3, 600)))
    story.tick()
    story.end("a", "failed")
    story.request("a")
    story.end("a", "failed")
    story.scheduler.by_hand.forgo("a", 1, story.now)
    story.tick()
    assert [item.request_id for item in story.state().pending] == [None], "the slot's retry is not the request's"
    story.scheduler.by_hand.forgo("a", None, story.now)
    assert story.until("12:59:59") == []
    assert story.until("13:00:00") == ["13:00:00 a"]


def test_retry_raised_by_the_procedure() -> None:
    story = Story(make_task(rule="1 hour"))
    story.tick()
    assert story.end("a", "failed", retry_wanted=True, retry_after=timedelta(seconds=30)) == []
    assert story.until("12:00:30") == ["12:00:30 a for 12:00:00 (retry)"]


def test_probation_enables_after_a_success() -> None:
    story = Story(make_task(rule="1 hour", retry_disabled_after=timedelta(minutes=5)))
    story.tick()
    story.end("a", "failed")
    assert story.until("12:05:00") == ["12:05:00 a (probation)"]
    assert story.end("a", "failed") == ["disable a: failed (2 times in a row)"]
    assert story.until("12:10:00") == ["12:10:00 a (probation)"]
    assert story.end("a") == ["enable a: its probation run succeeded"]
    assert story.until("13:00:00") == ["13:00:00 a"]


def test_rerun_of_a_lost_run_is_a_new_attempt() -> None:
    story = Story(make_task(rule="1 hour", on_lost=OnLost.RERUN))
    story.tick()
    story.end("a", "lost")
    assert story.until("12:00:10") == ["12:00:10 a for 12:00:00 (rerun)"]
    assert story.starts[-1].attempt == 2


# --- people --------------------------------------------------------------------------------------


def test_disabling_for_a_while() -> None:
    story = Story(make_task())
    story.tick()
    story.end("a")
    story.scheduler.by_hand.disable("a", "by hand", story.now, at("12:00:25"), story.now)
    assert story.until("12:00:30") == ["-disabled a 12:00:10..12:00:20 x2", "enable a: its time was over", "12:00:30 a"]


def test_reset_makes_it_as_if_never_run() -> None:
    story = Story(make_task(rule="1 hour"))
    story.tick()
    story.end("a")
    story.now = at("12:20:00")
    story.scheduler.by_hand.reset("a", story.now)
    assert story.tick() == ["12:20:00 a"]
    story.end("a")
    assert story.until("13:20:00") == ["13:20:00 a"]


# --- another config ------------------------------------------------------------------------------


def test_replace_keeps_what_runs_and_what_waits() -> None:
    tasks = [make_task("a", "1 hour", 1), make_task("b", "1 hour", 2)]
    story = Story(*tasks, max_parallel=1)
    story.tick()
    story.request("b")
    story.scheduler.replace(tasks[::-1], {}, max_parallel=1, limits={}, now=story.now)
    assert story.tick() == []
    assert story.end("a") == ["12:00:00 b (request)"]
    assert story.end("b") == ["12:00:00 b"]


def test_replace_lets_the_runs_of_a_removed_task_end() -> None:
    story = Story(make_task("a"), make_task("b", "1 hour", 2))
    story.tick()
    story.scheduler.replace([make_task("b", "1 hour", 1)], {}, max_parallel=10, limits={}, now=story.now)
    assert story.until("12:01:00") == []
    assert story.end("a") == []
    assert story.until("12:02:00") == []


# --- requests under each overlap rule ------------------------------------------------------------


@pytest.mark.parametrize(
    ("overlap", "when_requested", "when_ended"),
    [
        ("skip", [], ["12:00:05 a (request)"]),
        ("queue_one", [], ["12:00:05 a (request)"]),
        ("queue_all", [], ["12:00:05 a (request)"]),
        ("cancel", ["stop"], ["12:00:05 a (request)"]),
        ("allow", ["12:00:05 a (request)"], []),
    ],
)
def test_a_request_while_the_task_runs(overlap: str, when_requested: list[str], when_ended: list[str]) -> None:
    story = Story(make_task(rule="1 hour", overlap=overlap))
    story.tick()
    story.now = at("12:00:05")
    assert story.request("a") == when_requested
    assert story.end("a") == when_ended


@pytest.mark.parametrize("overlap", ["skip", "queue_one", "queue_all", "cancel", "allow"])
def test_no_request_is_dropped(overlap: str) -> None:
    story = Story(make_task(rule="never", overlap=overlap))
    for _ in range(3):
        story.request("a")
    while story.running["a"]:
        story.end("a")
    assert [start.request_id for start in story.starts] == [1, 2, 3]


def test_requests_go_before_slots_of_the_same_task() -> None:
    story = Story(make_task(overlap="queue_all"))
    story.until("12:00:15")
    story.request("a")
    assert story.end("a") == ["12:00:15 a (request)"]
    assert story.end("a") == ["12:00:15 a for 12:00:10"]


def test_a_request_waits_for_room_like_a_slot() -> None:
    story = Story(make_task("a", "1 hour", 1), make_task("b", "never", 2), max_parallel=1)
    story.tick()
    assert story.request("b") == []
    assert story.end("a") == ["12:00:00 b (request)"]


# --- counts and pauses ---------------------------------------------------------------------------


def test_skips_do_not_use_up_the_count() -> None:
    story = Story(make_task(rule={"every": "10 seconds", "count": 2}))
    assert story.until("12:00:35") == [
        "12:00:00 a",
        "-overlap a 12:00:10",
        "-overlap a 12:00:20",
        "-overlap a 12:00:30",
    ]
    story.end("a")
    assert story.until("12:00:40") == ["12:00:40 a"]
    story.end("a")
    assert story.until("13:00:00") == []


def test_a_slot_that_waited_while_the_count_was_used_up_says_so() -> None:
    story = Story(make_task(rule={"every": "10 seconds", "max_events": 2}, overlap="queue_all"))
    story.until("12:00:25")
    assert story.end("a") == ["12:00:25 a for 12:00:10"]
    assert story.end("a") == ["-count_reached a 12:00:20"]


def test_after_finish_measures_from_the_end() -> None:
    story = Story(make_task(rule={"every": "10 seconds", "after": "finish"}))
    assert story.tick() == ["12:00:00 a"]
    assert story.until("12:00:37") == []
    assert story.end("a") == []
    assert story.until("12:00:47") == ["12:00:47 a"]


def test_after_finish_owes_one_run_after_an_absence() -> None:
    task = make_task(rule={"every": "10 seconds", "after": "finish"})
    story = Story(task)
    story.tick()
    story.end("a")
    again = Story(task, now="15:00:00", states=story.states, absence=("12:00:01", "15:00:00"))
    assert again.tick() == ["15:00:00 a for 12:00:10 (catch_up)"]
    again.end("a")
    assert again.until("15:00:10") == ["15:00:10 a"]


# --- piles after downtime ------------------------------------------------------------------------


def test_what_piled_up_starts_in_order_and_within_max_parallel() -> None:
    tasks = [make_task(f"t{number}", "1 hour", number) for number in range(1, 6)]
    states = {
        task.name: TaskState(
            task.name,
            first_seen=NOON,
            anchor=NOON + timedelta(minutes=5 - task.number),
            settled=at("12:10:00"),
            last_slot=NOON,
            recurrence=task.recurrence.text,
        )
        for task in tasks
    }
    story = Story(*tasks, now="13:30:00", states=states, max_parallel=2, absence=("12:10:00", "13:30:00"))
    started = [words.split()[1] for words in story.tick()]
    while any(story.running.values()):
        task = next(name for name, runs in story.running.items() if runs)
        started += [words.split()[1] for words in story.end(task)]
    assert started == ["t5", "t4", "t3", "t2", "t1"], "the oldest slot first"


# --- corners -------------------------------------------------------------------------------------


def test_retry_without_a_time_takes_the_tasks_own_pause() -> None:
    story = Story(make_task(rule="1 hour", retries=retries(1, 20)))
    story.tick()
    story.end("a", "failed", retry_wanted=True)
    assert story.until("12:00:20") == ["12:00:20 a for 12:00:00 (retry)"]


@pytest.mark.parametrize("pause", [timedelta(0), timedelta(days=999_999_999)])
def test_pauses_are_kept_within_bounds(pause: timedelta) -> None:
    story = Story(make_task(rule="1 hour", retry_disabled_after=pause))
    story.tick()
    story.end("a", "failed", retry_wanted=True, retry_after=pause)
    [waiting] = story.state().pending
    assert waiting.due is not None
    assert timedelta(seconds=1) <= waiting.due - NOON <= timedelta(days=3650)


@pytest.mark.parametrize("outcome", ["lost", "cancelled", "skipped"])
@pytest.mark.parametrize("on_lost", list(OnLost))
def test_a_probation_run_that_proves_nothing_is_followed_by_another(outcome: str, on_lost: OnLost) -> None:
    story = Story(make_task(rule="1 hour", retry_disabled_after=timedelta(minutes=5), on_lost=on_lost))
    story.tick()
    story.end("a", "failed")
    story.until("12:05:00")
    assert story.end("a", outcome) == []
    assert story.until("12:10:00") == ["12:10:00 a (probation)"]


def test_a_waiting_request_that_is_told_twice_runs_once() -> None:
    story = Story(make_task(rule="never"))
    story.request("a")
    story.request("a")
    story.requests -= 1
    story.request("a")
    story.end("a")
    story.end("a")
    assert story.running["a"] == []
    assert len(story.starts) == 2


def test_what_waits_for_a_removed_task_is_recorded_and_nothing_is_owed_if_it_comes_back() -> None:
    a, b = make_task("a", "10 seconds", 1, overlap="queue_all"), make_task("b", "1 hour", 2)
    story = Story(a, b)
    story.until("12:00:25")
    story.scheduler.replace([b], {}, max_parallel=10, limits={}, now=story.now)
    assert story.tick() == ["-superseded a 12:00:10..12:00:20 x2"]
    assert story.end("a") == []
    story.now = at("12:10:00")
    story.scheduler.replace([a, b], story.states, max_parallel=10, limits={}, now=story.now)
    assert story.tick() == []
    assert story.until("12:10:10") == ["12:10:10 a"]


def test_a_task_that_was_removed_while_no_runner_was_alive_is_told_the_same() -> None:
    a, b = make_task("a", "10 seconds", 1, overlap="queue_all"), make_task("b", "1 hour", 2)
    before = Story(a, b)
    before.until("12:00:25")
    without = Story(b, now="12:01:00", states=before.states, absence=("12:00:25", "12:01:00"))
    assert without.tick() == ["-superseded a 12:00:10..12:00:20 x2"]
    states = {**before.states, **without.states}
    assert Story(b, now="12:02:00", states=states, absence=("12:01:00", "12:02:00")).tick() == [], "it is told once"
    back = Story(a, b, now="12:10:00", states=states, absence=("12:01:00", "12:10:00"))
    assert back.tick() == []
    assert back.until("12:10:10") == ["12:10:10 a"]


def test_a_span_beyond_the_count_is_one_skip() -> None:
    task = make_task(rule={"every": "1 second", "count": 2}, missed="all")
    state = replace(known(), recurrence=task.recurrence.text)
    story = Story(task, now="13:00:00", states={"a": state}, absence=("12:00:00", "13:00:00"))
    story.tick()
    story.end("a")
    assert story.end("a") == ["-count_reached a 12:00:03..13:00:00 x3598"]


def test_a_refused_start_leaves_no_trace_and_gives_its_room_back() -> None:
    story = Story(make_task("a", "1 hour", 1), make_task("b", "1 hour", 2), max_parallel=1)
    story.tick()
    [run] = story.running["a"]
    story.scheduler.refused(run.ticket, story.now)
    assert story.tick() == ["12:00:00 b"]
    assert (story.state("a").last_slot, story.state("a").used, story.state("a").last_outcome) == (None, 0, None)


# --- nothing lost, nothing owed twice ------------------------------------------------------------


def test_an_owed_slot_starts_beside_a_running_one_where_overlap_allows_it() -> None:
    story = Story(make_task(rule="1 hour", overlap="allow"))
    story.tick()
    assert story.jump("13:30:00") == ["13:30:00 a for 13:00:00 (catch_up)"], "the noon run goes on"


def test_a_reset_records_the_slots_that_waited() -> None:
    story = Story(make_task(overlap="queue_all"))
    story.until("12:00:25")
    story.now = at("12:00:30")
    story.scheduler.by_hand.reset("a", story.now)
    assert story.tick() == ["-superseded a 12:00:10..12:00:30 x3"]
    assert story.end("a") == ["12:00:30 a"]


def test_a_slot_that_waits_while_the_declaration_disables_its_task_is_recorded() -> None:
    story = Story(make_task(overlap="queue_all"))
    story.until("12:00:25")
    story.now = at("12:00:30")
    disabled = make_task(overlap="queue_all", disabled="declared")
    story.scheduler.replace([disabled], {}, max_parallel=10, limits={}, now=story.now)
    assert story.tick() == ["-disabled a 12:00:10..12:00:30 x3"]
    assert story.end("a") == []


def test_nothing_is_owed_for_the_time_under_a_declaration_that_disabled_the_task() -> None:
    story = Story(make_task(disabled="declared"))
    assert story.until("12:00:05") == ["-disabled a 12:00:00"]
    story.now = at("12:00:15")
    story.scheduler.replace([make_task()], {}, max_parallel=10, limits={}, now=story.now)
    assert story.tick() == ["-disabled a 12:00:10"]
    assert story.until("12:00:20") == ["12:00:20 a"]


def test_a_declaration_that_disables_a_task_holds_back_its_probation() -> None:
    story = Story(make_task(rule="1 hour", retry_disabled_after=timedelta(minutes=5)))
    story.tick()
    story.end("a", "failed")
    disabled = make_task(rule="1 hour", retry_disabled_after=timedelta(minutes=5), disabled="declared")
    story.scheduler.replace([disabled], {}, max_parallel=10, limits={}, now=story.now)
    assert story.until("12:10:00") == []


def test_slots_that_wait_under_an_edited_rule_are_counted_by_the_old_one() -> None:
    story = Story(make_task(overlap="queue_all"))
    story.until("12:00:35")
    story.scheduler.replace([make_task(rule="1 hour")], {}, max_parallel=10, limits={}, now=story.now)
    assert story.tick() == ["-superseded a 12:00:10..12:00:30 x3"]


def test_the_same_when_the_rule_was_edited_while_no_runner_was_alive() -> None:
    story = Story(make_task(overlap="queue_all"))
    story.until("12:00:35")
    later = Story(make_task(rule="1 hour"), now="13:30:00", states=story.states)
    assert later.tick() == ["-superseded a 12:00:10..12:00:30 x3"]
    assert later.until("14:00:00") == ["14:00:00 a"]


def test_run_after_waits_along_a_chain() -> None:
    tasks = [make_task("a", "1 hour", 1, run_after=("b",)), make_task("b", "1 hour", 2, run_after=("c",)),
             make_task("c", "1 hour", 3)]  # fmt: skip
    story = Story(*tasks)
    assert story.tick() == ["12:00:00 c"]
    assert story.end("c") == ["12:00:00 b"]
    assert story.end("b") == ["12:00:00 a"]


def test_run_after_waits_for_the_retries_of_the_other() -> None:
    tasks = [make_task("a", "1 hour", 1, run_after=("b",)), make_task("b", "1 hour", 2, retries=retries(2, 30))]
    story = Story(*tasks)
    story.tick()
    assert story.end("b", "failed") == []
    assert story.until("12:00:30") == ["12:00:30 b for 12:00:00 (retry)"]
    assert story.end("b") == ["12:00:30 a for 12:00:00"]


def test_run_after_does_not_wait_for_a_disabled_or_a_removed_task() -> None:
    a, b = make_task("a", "1 hour", 1, run_after=("b",)), make_task("b", "1 hour", 2)
    assert "12:00:00 a" in Story(a, make_task("b", "1 hour", 2, disabled="declared")).tick()
    story = Story(a, b)
    story.tick()
    story.scheduler.replace([a], {}, max_parallel=10, limits={}, now=story.now)
    assert story.tick() == [], "the removed task's run goes on"
    assert story.end("b") == ["12:00:00 a"]


def test_a_request_for_a_disabled_task_holds_back_what_runs_after_it() -> None:
    a, b = make_task("a", "1 hour", 1, run_after=("b",)), make_task("b", "1 hour", 2, disabled="declared")
    story = Story(a, b)
    story.scheduler.by_hand.request(Request(1, "b", story.now), story.now)
    assert story.tick() == ["-disabled b 12:00:00", "12:00:00 b (request)"]
    assert story.end("b") == ["12:00:00 a"]


# --- what is coming ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("until", "room", "names"),
    [
        ("12:00:09", 10, ""),
        ("12:00:10", 10, "a"),
        ("12:00:30", 10, "a b c d"),
        ("12:00:30", 2, "2 of them"),
    ],
)
def test_what_is_coming_is_known_ahead(until: str, room: int, names: str) -> None:
    tasks = [make_task(name, f"{10 * place} seconds", place) for place, name in enumerate("abc", 1)]
    more = [make_task("d", "30 seconds", 4), make_task("off", "5 seconds", 5, disabled="not here")]
    seen = {task.name: known(task.name, recurrence=task.recurrence.text) for task in (*tasks, *more)}
    story = Story(*tasks, *more, states=seen, max_parallel=room)
    coming = sorted(task.name for task in story.scheduler.outlook.coming(at(until)))
    assert (f"{len(coming)} of them" if room == 2 else " ".join(coming)) == names


def test_what_runs_is_not_expected_to_start() -> None:
    story = Story(make_task())
    story.tick()
    assert story.scheduler.outlook.coming(at("12:01:00")) == []
    story.end("a")
    story.tick()
    assert [task.name for task in story.scheduler.outlook.coming(at("12:01:00"))] == ["a"]
