"""Why did it (not) run then? Real decisions on a test's clock, recorded in a real state file, told by `explain`."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from chronicle import Chronicle, moment

from linodctl.domain import Run, SkipRow
from linodctl.operations.explain import explain

Begin = Callable[..., Chronicle]

# --- every reason of a skip ----------------------------------------------------------------------


def test_overlap_names_the_run_that_went_on_and_when_it_ended(begin: Begin) -> None:
    site = begin(a="every: 1 hour")
    site.end("a", "13:20")
    assert site.told("a", "13:00") == ("skipped", "overlap", "13:00:00", 1)
    assert site.text("a", "13:00") == (
        "The slot 13:00:00 was skipped (overlap): the task was still busy with run 1, which had started at 12:00:00 "
        "and went on until 13:20:00 (succeeded). The next slot is 14:00:00 (in 40 minutes)."
    )


def test_overlap_with_a_retry_that_waits(begin: Begin) -> None:
    site = begin(a="every: 10 seconds, retries: {attempts: 2, delay: 1m}")
    site.end("a", "12:00:01", "failed", error="ValueError: no")
    site.until("12:00:15")
    assert site.told("a", "12:00:10") == ("skipped", "overlap", "12:00:10", None)
    assert "a failed run waited for its retry" in site.text("a", "12:00:10")


def test_missed_says_which_option_gave_the_slot_up(begin: Begin) -> None:
    site = begin(a="every: 1 hour, missed: skip")
    site.end("a", "12:00:05")
    site.sleep("13:30")
    assert site.told("a", "13:00") == ("skipped", "missed", "13:00:00", None)
    assert "'missed: skip' runs none that is more than 1m late" in site.text("a", "13:00")


def test_superseded_names_the_slot_that_was_kept(begin: Begin) -> None:
    site = begin(a="every: 1 hour")
    site.end("a", "12:00:05")
    site.sleep("14:30")
    assert site.told("a", "13:00") == ("skipped", "superseded", "13:00:00", None)
    assert "keeps only the slot 14:00:00 after it" in site.text("a", "13:00")
    assert site.told("a", "14:00") == ("running", "catch_up", "14:00:00", 2)
    assert "started 30 minutes late" in site.text("a", "14:00")
    assert "the machine slept or was busy" in site.text("a", "14:00")


def test_disabled_by_a_failure(begin: Begin) -> None:
    site = begin(a="every: 10 minutes")
    site.end("a", "12:00:05", "failed", error="Traceback\nValueError: no such table")
    site.until("12:35")
    assert site.told("a", "12:20") == ("skipped", "disabled", "12:20:00", None)
    assert site.text("a", "12:20") == (
        "The slot 12:20:00 was skipped (disabled): the task was disabled since run 1 failed at 12:00:05 (ValueError: "
        "no such table). It was one of 3 such slots, from 12:10:00 to 12:30:00. The next slot, 12:30:00, was skipped "
        "(disabled)."
    )


def test_disabled_by_a_person_also_after_it_was_enabled_again(begin: Begin) -> None:
    site = begin(a="every: 10 minutes")
    site.end("a", "12:00:05", "failed")
    site.people.enable(["a"], moment("12:05"), "ann")
    site.end("a", "12:10:05")
    site.people.disable(["a"], "maintenance", moment("12:15"), moment("14:00"), "bob")
    site.until("12:25")
    site.people.enable(["a"], moment("12:26"), "ann")
    site.until("12:28")
    assert site.told("a", "12:20") == ("skipped", "disabled", "12:20:00", None)
    assert "was disabled since 12:15:00 until 14:00:00 by bob (maintenance)" in site.text("a", "12:20")
    assert site.told("a", "12:10") == ("ran", "succeeded", "12:10:00", 2)


def test_disabled_though_it_is_not_written_down_yet(begin: Begin) -> None:
    site = begin(a="every: 1 hour")
    site.end("a", "12:00:05", "failed")
    site.stop("12:40")
    site.clock.set(moment("14:30"))
    assert site.told("a", "13:00") == ("skipped", "disabled", "13:00:00", None)
    assert "The next slot, 14:00:00, is skipped (disabled)." in site.text("a", "13:00")


def test_disabled_by_its_declaration(begin: Begin) -> None:
    site = begin(a="every: 10 minutes, disabled: waiting for the move")
    site.until("12:35")
    assert site.told("a", "12:20") == ("skipped", "disabled", "12:20:00", None)
    assert "by its declaration (waiting for the move (" in site.text("a", "12:20")


def test_window_and_holiday_are_named_though_they_are_no_slots(begin: Begin) -> None:
    site = begin(
        w="every: 1 hour, between: '08:00-13:00'",
        h="every: day at 12:30, except: closed",
        o="every: day at 12:30, on: [monday]",
        u="every: day at 12:30, until: 2026-03-02",
        f="every: day at 12:30, from: 2026-03-03",
        site="calendars: {closed: [2026-03-03]}",
    )
    for name in "wou":
        site.end(name, "13:00:10")
    site.until("1d 14:00")
    assert site.told("w", "14:00") == ("not_due", "window", "08:00:00", None)
    assert "14:00:00 is no slot (outside its window): the rule runs only between 08:00 and 13:00." in site.text(
        "w", "14:00"
    )
    assert site.told("w", "14:20") == ("not_due", "window", "08:00:00", None)
    assert site.told("h", "1d 12:30") == ("not_due", "holiday", "12:30:00", None)
    assert "is no slot (holiday): 'except' takes out the calendar 'closed'." in site.text("h", "1d 12:30")
    assert site.told("o", "1d 12:30")[:2] == ("not_due", "window")
    assert site.told("u", "1d 12:30") == ("not_due", "window", None, None)
    assert site.told("f", "12:30")[:2] == ("not_due", "window")
    assert "the rule runs from 2026-03-03" in site.text("f", "12:30")
    assert "until 2026-03-02. " in site.text("u", "1d 12:30")
    assert "No slot is to come after that." in site.text("u", "1d 12:30")


def test_limit_names_who_held_it(begin: Begin) -> None:
    site = begin(
        a="every: 1 hour, use: [db]",
        b="every: 10 minutes, use: [db]",
        site="limits: {db: 1}",
    )
    site.until("12:15")
    assert site.told("b", "12:10") == ("skipped", "limit", "12:10:00", None)
    assert site.text("b", "12:10") == (
        "The slot 12:10:00 was skipped (limit): the slot 12:00:00 was still waiting; limit 'db' (1) was full: run 1 of "
        "a since 12:00:00. The next slot is 12:20:00 (in 5 minutes)."
    )
    assert site.told("b", "12:00") == ("waiting", "limit", "12:00:00", None)
    site.end("a", "12:18")
    site.end("b", "12:19")
    assert site.told("b", "12:00") == ("ran", "succeeded", "12:00:00", 2)
    assert "started 18 minutes late" in site.text("b", "12:00")
    assert "It waited for room: there ran run 1 of a since 12:00:00." in site.text("b", "12:00")


def test_max_parallel_is_a_limit_too(begin: Begin) -> None:
    site = begin(a="every: 1 hour", b="every: 10 minutes", site="max_parallel: 1")
    site.until("12:15")
    assert site.told("b", "12:10")[:2] == ("skipped", "limit")
    assert "max_parallel (1) was full: run 1 of a since 12:00:00" in site.text("b", "12:10")


def test_count_reached(begin: Begin) -> None:
    site = begin(a="every: 10 minutes, count: 1, overlap: queue_all")
    site.end("a", "12:05")
    site.until("12:20")
    assert site.told("a", "12:15") == ("not_due", "count_reached", None, None)
    assert "Its runs are used up" in site.text("a", "12:15")


def test_count_reached_while_a_slot_waited(begin: Begin) -> None:
    site = begin(a="every: 10 minutes, count: 2, overlap: queue_all")
    site.until("12:25")
    site.end("a", "12:26")
    site.end("a", "12:27")
    assert site.told("a", "12:20") == ("skipped", "count_reached", "12:20:00", None)
    assert "2 runs were allowed" in site.text("a", "12:20")


@pytest.mark.parametrize("ends", ["stop", "crash"])
def test_runner_down_says_from_when_to_when(begin: Begin, ends: str) -> None:
    site = begin(a="every: 1 hour")
    site.end("a", "12:00:05")
    getattr(site, ends)("12:40")
    site.start("15:30")
    assert site.told("a", "14:00") == ("skipped", "runner_down", "14:00:00", None)
    assert "no runner was alive from 12:40:00 to 15:30:00" in site.text("a", "14:00")
    assert "It was one of 2 such slots, from 13:00:00 to 14:00:00." in site.text("a", "13:00")
    assert site.told("a", "15:00") == ("running", "catch_up", "15:00:00", 2)
    assert "No runner was alive from 12:40:00 to 15:30:00; it caught up at 15:30:00." in site.text("a", "15:00")
    assert site.told("a", "13:30")[:2] == ("not_due", "not_scheduled")
    assert "No runner was alive from 12:40:00 to 15:30:00." in site.text("a", "13:30")


def test_procedure(begin: Begin) -> None:
    site = begin(a="every: 1 hour")
    site.end("a", "12:00:05", "skipped", reason="nothing to do")
    assert site.told("a", "12:00") == ("skipped", "procedure", "12:00:00", 1)
    assert "was skipped by the procedure: run 1" in site.text("a", "12:00")
    assert "(nothing to do)" in site.text("a", "12:00")


# --- slots that ran ------------------------------------------------------------------------------


def test_retries_are_told_one_by_one(begin: Begin) -> None:
    site = begin(a="every: 1 hour, retries: {attempts: 3, delay: 30s}")
    site.end("a", "12:00:05", "failed", error="ValueError: no")
    assert "Attempt 2 is to come at 12:00:35." in site.text("a", "12:00")
    site.end("a", "12:00:40", "timed_out", reason="took too long")
    site.end("a", "12:01:20")
    assert site.told("a", "12:00") == ("ran", "succeeded", "12:00:00", 3)
    assert site.text("a", "12:00").startswith(
        "The slot 12:00:00 ran: run 1 started in time and failed after 5 seconds (ValueError: no). It was tried again: "
        "attempt 2, run 2 at 12:00:35, timed out after 5 seconds (took too long). It was tried again: attempt 3, run 3 "
        "at 12:01:10, succeeded after 10 seconds."
    )


def test_lost_and_run_again(begin: Begin) -> None:
    site = begin(a="every: 1 hour, on_lost: rerun")
    site.crash("12:05")
    site.start("12:10")
    site.end("a", "12:11")
    assert site.told("a", "12:00") == ("ran", "succeeded", "12:00:00", 2)
    assert "was lost after 10 minutes (the runner died under it). It was run again after that: attempt 2, run 2" in (
        site.text("a", "12:00")
    )


def test_a_warning(begin: Begin) -> None:
    site = begin(a="every: 1 hour")
    site.end("a", "12:00:05", "warned", reason="the feed is late")
    assert site.told("a", "12:00") == ("ran", "warned", "12:00:00", 1)
    assert "ended with a warning after 5 seconds (the feed is late)" in site.text("a", "12:00")


def test_a_queued_slot_waited_for_the_run_before_it(begin: Begin) -> None:
    site = begin(a="every: 10 minutes, overlap: queue_all")
    site.until("12:15")
    assert site.told("a", "12:10") == ("waiting", "due", "12:10:00", None)
    site.end("a", "12:16")
    site.end("a", "12:17")
    assert site.told("a", "12:10") == ("ran", "succeeded", "12:10:00", 2)
    assert "started 6 minutes late" in site.text("a", "12:10")
    assert "It waited for run 1, which had started at 12:00:00" in site.text("a", "12:10")


# --- moments that are no slots -------------------------------------------------------------------


def test_between_two_slots_it_was_not_due(begin: Begin) -> None:
    site = begin(a="every: 1 hour")
    site.end("a", "12:00:05")
    site.end("a", "13:00:05")
    site.until("13:10")
    assert site.told("a", "12:30") == ("not_due", "not_scheduled", "13:00:00", None)
    assert site.text("a", "12:30") == (
        "It was not due at 12:30:00. The slot before that, 12:00:00, ran: run 1 started in time and succeeded after 5 "
        "seconds. The next slot, 13:00:00, ran: run 2 succeeded after 5 seconds."
    )


@pytest.mark.parametrize("at", ["13:00", "13:00:00", "13:00:59"])
def test_a_moment_is_named_by_its_minute(begin: Begin, at: str) -> None:
    site = begin(a="cron: '30 0 * * * *'")
    site.until("13:10")
    assert site.told("a", at)[2] == "13:00:30"


def test_during_a_run_that_somebody_asked_for(begin: Begin) -> None:
    site = begin(a="every: never")
    site.people.request("a", moment("12:10"), "ann")
    site.until("12:10")
    site.until("12:20")
    assert site.told("a", "12:15") == ("running", "request", None, 1)
    site.end("a", "12:30")
    assert site.told("a", "12:15") == ("ran", "succeeded", None, 1)
    assert "Run 1, requested by ann, went on then" in site.text("a", "12:15")


def test_a_short_run_that_somebody_asked_for_is_found_by_its_minute(begin: Begin) -> None:
    site = begin(a="every: 1 hour")
    site.end("a", "12:00:05")
    site.until("12:10:30")
    site.people.request("a", moment("12:10:30"), "ann")
    site.end("a", "12:10:31")
    site.until("12:20")
    assert site.told("a", "12:10") == ("ran", "succeeded", None, 2)
    assert site.told("a", "12:11")[0] == "not_due"


def test_before_it_was_first_seen(begin: Begin) -> None:
    site = begin(a="every: day at 11:00")
    site.until("1d 11:10")
    assert site.told("a", "11:00") == ("unknown_task_then", "not_seen_yet", None, None)
    assert "the task was first seen at 12:00:00" in site.text("a", "11:00")
    assert site.told("a", "11:55")[0] == "unknown_task_then"
    assert site.told("a", "12:30")[0] == "not_due"


def test_when_the_history_is_pruned_it_says_so(begin: Begin) -> None:
    site = begin(a="every: 1 hour")
    site.end("a", "12:00:05")
    site.store.prune(0, None, moment("12:10"))
    site.until("12:10")
    assert site.told("a", "12:00") == ("unknown_task_then", "no_record", "12:00:00", None)
    assert "the limits of the history (1000 rows per task, 90d) have removed it" in site.text("a", "12:00")


def test_what_is_to_come(begin: Begin) -> None:
    site = begin(a="every: 1 hour", h="every: day at 13:00, except: 2026-03-03")
    site.end("a", "12:00:05")
    site.until("12:30")
    assert site.told("a", "15:00") == ("not_due", "to_come", "15:00:00", None)
    assert site.text("a", "15:00").startswith("It will be due at 15:00:00 (in 2 hours 30 minutes).")
    assert site.told("a", "15:30") == ("not_due", "not_scheduled", "16:00:00", None)
    assert site.told("h", "1d 13:00")[:2] == ("not_due", "holiday")
    site.people.disable(["a"], "by ann", moment("12:30"), None, "ann")
    site.until("12:31")
    assert "But the task is disabled since 12:30:00 by ann." in site.text("a", "15:00")
    site.stop("12:40")
    assert "No runner is alive (the last sign of one was at 12:40:00)" in site.text("a", "15:00")


def test_a_slot_that_came_due_while_no_runner_is_there_waits_for_one(begin: Begin) -> None:
    site = begin(a="every: 1 hour")
    site.end("a", "12:00:05")
    site.stop("12:40")
    site.clock.set(moment("14:30"))
    assert site.told("a", "13:00") == ("waiting", "runner_down", "13:00:00", None)


def test_times_are_told_in_the_task_s_zone(begin: Begin) -> None:
    site = begin(a="every: 1 hour, timezone: Asia/Kolkata, missed: skip")
    site.end("a", "12:00:05")
    site.sleep("14:40")
    assert "The slot 2026-03-02 16:30:00+05:30 was skipped (missed)" in site.explain("a", "13:00").text


def test_a_task_that_is_no_longer_declared_still_has_its_past(begin: Begin) -> None:
    site = begin(a="every: 1 hour", b="every: never")
    site.end("a", "12:00:05")
    site.stop("12:30")
    site.rewrite("procedures: {b: {func: jobs.a, every: never}}")
    site.start("12:40")
    assert site.told("a", "12:00")[:2] == ("ran", "succeeded")


def test_inside_a_streak_under_a_rule_that_was_edited_since(begin: Begin) -> None:
    site = begin(a="every: 10 minutes")
    site.end("a", "12:00:05", "failed")
    site.stop("12:45")
    site.rewrite("procedures: {a: {func: jobs.job, every: 7 minutes}}")
    site.start("12:50")
    assert site.told("a", "12:20") == ("skipped", "disabled", "12:20:00", None)
    assert site.told("a", "12:15")[:2] == ("not_due", "not_scheduled")


def test_whatever_is_on_record_is_what_explain_tells(begin: Begin) -> None:
    site = begin(
        a="every: 7 minutes",
        b="every: 5 minutes, overlap: queue_one",
        c="every: 4 minutes, use: [db]",
        d="every: [10 minutes, day at 12:33], use: [db], missed: skip",
        e="every: 3 minutes, retries: {attempts: 2, delay: 100s}",
        site="max_parallel: 4\nlimits: {db: 1}",
    )
    for task, at, outcome in (
        ("c", "12:09", "succeeded"),
        ("d", "12:22", "skipped"),
        ("e", "12:23", "failed"),
        ("a", "12:25", "warned"),
        ("e", "12:26", "failed"),
        ("b", "12:33", "succeeded"),
    ):
        site.end(task, at, outcome)
    site.crash("12:40")
    site.start("13:20")
    site.until("13:40")
    seen = set()
    for row in site.store.history():
        slots = [row.slot] if isinstance(row, Run) else [row.slot, row.last_slot]
        for slot in filter(None, slots):
            answer = explain(site.site, row.task, slot)
            seen.add(answer.reason)
            assert answer.slot == slot
            if isinstance(row, SkipRow):
                assert (answer.verdict, answer.reason) == ("skipped", row.reason)
            else:
                assert answer.verdict in ("ran", "running", "skipped")
    assert {"overlap", "limit", "disabled", "runner_down", "procedure", "warned", "failed", "lost"} <= seen
