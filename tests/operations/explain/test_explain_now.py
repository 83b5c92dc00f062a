"""Why isn't it running now? One case per thing that can stand in the way."""

from __future__ import annotations

from collections.abc import Callable

from chronicle import Chronicle, moment

Begin = Callable[..., Chronicle]


def test_it_is_running(begin: Begin) -> None:
    site = begin(a="every: 1 hour")
    site.until("12:05")
    assert site.told("a") == ("running", "schedule", "12:00:00", 1)
    assert site.text("a") == "It is running: run 1, for the slot 12:00:00, since 12:00:00 (5 minutes so far)."


def test_progress_and_the_wish_to_stop_it_are_told(begin: Begin) -> None:
    site = begin(a="every: 1 hour")
    with site.store.transaction() as ledger:
        ledger.progress(1, 3, 10, "mails")
    site.people.cancel_run(1, moment("12:01"), "ann")
    assert "It says of its progress: 3 of 10, mails. It was asked to stop by ann." in site.text("a")


def test_it_is_not_due(begin: Begin) -> None:
    site = begin(a="every: 1 hour")
    site.end("a", "12:00:05")
    site.until("12:30")
    assert site.told("a") == ("not_due", "not_scheduled", "13:00:00", None)
    assert site.text("a") == (
        "It is not due until 13:00:00 (in 30 minutes). It last ran at 12:00:00: run 1 succeeded after 5 seconds."
    )


def test_the_next_instant_is_taken_out(begin: Begin) -> None:
    site = begin(a="every: day at 13:00, except: 2026-03-02")
    assert site.told("a") == ("not_due", "holiday", "13:00:00", None)
    assert "13:00:00 is no slot (holiday): 'except' takes out 2026-03-02." in site.text("a")


def test_disabled_by_a_failure_with_a_probation_to_come(begin: Begin) -> None:
    site = begin(a="every: 1 hour, retry_disabled_after: 30m")
    site.end("a", "12:00:05", "failed", error="ValueError: no")
    assert site.told("a") == ("not_due", "disabled", None, None)
    assert site.text("a").startswith(
        "It is disabled since run 1 failed at 12:00:05 (ValueError: no). A probation run starts at 12:30:05. 'linodctl "
        "enable a' enables it."
    )


def test_disabled_by_a_person_before_any_runner_has_heard_of_it(begin: Begin) -> None:
    site = begin(a="every: 1 hour")
    site.end("a", "12:00:05")
    site.clock.set(moment("12:10"))
    site.people.disable(["a"], "maintenance", moment("12:10"), moment("14:00"), "bob")
    assert site.told("a")[:2] == ("not_due", "disabled")
    assert "It is disabled since 12:10:00 until 14:00:00 by bob (maintenance)." in site.text("a")


def test_disabled_by_its_declaration(begin: Begin) -> None:
    site = begin(a="every: 1 hour, disabled: waiting for the move")
    assert "It is disabled by its declaration (waiting for the move (" in site.text("a")
    assert "enables it" not in site.text("a")


def test_requested_and_waiting_for_room(begin: Begin) -> None:
    site = begin(a="every: 1 hour, use: [db]", b="every: never, use: [db]", site="limits: {db: 1}")
    site.people.request("b", moment("12:05"), "ann")
    site.until("12:06")
    assert site.told("b") == ("waiting", "limit", None, None)
    assert site.text("b") == (
        "ann asked for a run at 12:05:00; it has not started yet. The limit 'db' (1) is full: run 1 of a since "
        "12:00:00."
    )


def test_due_and_waiting_for_room_under_max_parallel(begin: Begin) -> None:
    site = begin(a="every: 1 hour", b="every: 1 hour", site="max_parallel: 1")
    site.until("12:06")
    assert site.told("b") == ("waiting", "limit", "12:00:00", None)
    assert "max_parallel (1) is full: run 1 of a since 12:00:00." in site.text("b")


def test_due_and_waiting_for_another_task(begin: Begin) -> None:
    site = begin(a="every: 1 hour", b="every: 1 hour, run_after: [a]")
    site.until("12:06")
    assert site.told("b") == ("waiting", "run_after", "12:00:00", None)
    assert "By 'run_after' it waits until a has run (run 1 of a since 12:00:00)." in site.text("b")


def test_waiting_for_its_retry(begin: Begin) -> None:
    site = begin(a="every: 1 hour, retries: {attempts: 2, delay: 5m}")
    site.end("a", "12:00:05", "failed", error="ValueError: no")
    assert site.told("a") == ("waiting", "retry", "12:00:00", 1)
    assert "It waits for its retry: attempt 2 starts at 12:05:05 (in 5 minutes)." in site.text("a")


def test_waiting_for_its_rerun(begin: Begin) -> None:
    site = begin(a="every: 1 hour, on_lost: rerun, retries: {delay: 1m}")
    site.crash("12:05")
    site.start("12:10")
    assert site.told("a") == ("waiting", "rerun", "12:00:00", 1)


def test_due_while_no_runner_is_alive(begin: Begin) -> None:
    site = begin(a="every: 1 hour")
    site.end("a", "12:00:05")
    site.stop("12:40")
    site.clock.set(moment("14:30"))
    assert site.told("a") == ("waiting", "runner_down", "13:00:00", None)
    assert "No runner is alive (the last sign of one was at 12:40:00); 'linodctl run' starts one." in site.text("a")


def test_a_run_that_died_with_its_runner_is_not_said_to_run(begin: Begin) -> None:
    site = begin(a="every: 1 hour")
    site.crash("12:40")
    assert site.told("a") == ("waiting", "runner_down", "12:00:00", 1)
    assert site.text("a").startswith("Run 1, for the slot 12:00:00, was cut off with its runner, as far as is known;")
    assert site.told("a", "12:00") == ("ran", "lost", "12:00:00", 1)


def test_not_due_and_nobody_there_to_start_it_later(begin: Begin) -> None:
    site = begin(a="every: 1 hour")
    site.end("a", "12:00:05")
    site.stop("12:40")
    assert site.told("a")[:2] == ("not_due", "not_scheduled")
    assert "No runner is alive" in site.text("a")


def test_a_task_that_the_runner_has_not_read_yet(begin: Begin) -> None:
    site = begin(a="every: 1 hour")
    site.rewrite("procedures: {a: {func: jobs.job, every: 1 hour}, b: {func: jobs.job, every: 1 hour}}")
    assert site.told("b")[:2] == ("waiting", "due")
    assert "The runner doesn't know the task yet: 'linodctl reload'" in site.text("b")
    assert site.told("b", "11:00")[:2] == ("unknown_task_then", "not_seen_yet")


def test_it_has_no_schedule(begin: Begin) -> None:
    site = begin(a="every: never", b="every: startup", c="every: 1 hour, count: 1", d="every: day, until: 2026-03-01")
    for task in "bc":
        site.end(task, "12:05")
    reasons = {task: site.told(task)[:2] for task in "abcd"}
    assert reasons == {
        "a": ("not_due", "not_scheduled"),
        "b": ("not_due", "startup"),
        "c": ("not_due", "count_reached"),
        "d": ("not_due", "window"),
    }


def test_every_task_in_every_state_has_an_answer_at_every_minute(begin: Begin) -> None:
    site = begin(
        a="every: 10 minutes, after: finish",
        b="every: 7 minutes, overlap: queue_all, retries: {attempts: 2, delay: 3m}",
        c="every: [startup, day at 12:20]",
        d="every: once",
        e="every: 5 to 10 minutes",
        f="every: 10 minutes, spread: 5m, between: '12:10-12:40'",
        site="max_parallel: 3",
    )
    site.end("a", "12:03")
    site.end("b", "12:15", "failed")
    site.stop("12:45")
    site.clock.set(moment("13:00"))
    for minute in range(-5, 90):
        for task in "abcdef":
            answer = site.explain(task, f"12:{minute}:00")
            assert answer.sentences and all(sentence.endswith(".") for sentence in answer.sentences)
