"""The detail of a skip names what was in the way, so that whoever asks later can be told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from stories import Story, at, make_task, retries

from linodctl.domain import Missed, TaskState


def limit() -> Story:
    tasks = [make_task("a", "1 hour", 1, use=("db",)), make_task("b", "10 seconds", 2, use=("db",))]
    return told(Story(*tasks, limits={"db": 1}), "12:00:10")


def site_limit() -> Story:
    tasks = [make_task(name, "1 hour", number) for number, name in enumerate("acdef", 1)]
    return told(Story(*tasks, make_task("b", "10 seconds", 9), max_parallel=5), "12:00:10")


def run_after() -> Story:
    return told(Story(make_task("a", "1 hour", 1), make_task("b", "10 seconds", 2, run_after=("a",))), "12:00:10")


def overlap() -> Story:
    return told(Story(make_task("b", "10 seconds")), "12:00:10")


def retry() -> Story:
    story = Story(make_task("b", "10 seconds", retries=retries(2, 60)))
    story.tick()
    story.end("b", "failed")
    return told(story, "12:00:10")


def missed() -> Story:
    story = Story(make_task("b", "1 hour", missed="skip"))
    story.tick()
    story.end("b")
    story.jump("14:30:00")
    return story


def too_old() -> Story:
    story = Story(make_task("b", "1 hour", missed_window=timedelta(minutes=10)))
    story.tick()
    story.end("b")
    story.jump("13:30:00")
    return story


def superseded() -> Story:
    story = Story(make_task("b", "1 hour"))
    story.tick()
    story.end("b")
    story.jump("14:30:00")
    return story


def runner_down() -> Story:
    task = make_task("b", "1 hour", missed=Missed.LATEST)
    known = TaskState("b", at("12:00:00"), at("12:00:00"), at("12:00:00"), recurrence=task.recurrence.text)
    return told(Story(task, now="14:30:00", states={"b": known}, absence=("12:10:00", "14:30:00")), "14:30:00")


def disabled() -> Story:
    story = Story(make_task("b", "10 seconds"))
    story.tick()
    story.end("b", "failed", error="Traceback\nValueError: no")
    return told(story, "12:00:20")


def count_reached() -> Story:
    story = Story(make_task("b", {"every": "10 seconds", "count": 2}, overlap="queue_all"))
    story.until("12:00:20")
    story.end("b")
    story.end("b")
    return story


def told(story: Story, until: str) -> Story:
    story.until(until)
    return story


@pytest.mark.parametrize(
    ("make", "reason", "detail"),
    [
        (overlap, "overlap", "the run started at 12:00:00Z was going on"),
        (retry, "overlap", "a failed run waited for its retry"),
        (limit, "limit", "the slot 12:00:00Z was still waiting; limit 'db' (1) was full: a since 12:00:00Z"),
        (
            site_limit,
            "limit",
            "the slot 12:00:00Z was still waiting; max_parallel (5) was full: a since 12:00:00Z, c since 12:00:00Z, "
            "d since 12:00:00Z, 2 more",
        ),
        (run_after, "limit", "the slot 12:00:00Z was still waiting; 'run_after' made it wait for a"),
        (missed, "missed", "'missed: skip' runs none that is more than 1m late"),
        (too_old, "missed", "it was older than 'missed_window' (10m)"),
        (superseded, "superseded", "'missed: latest' keeps only the slot 14:00:00Z after it"),
        (
            runner_down,
            "runner_down",
            "no runner was alive from 12:10:00Z to 14:30:00Z, and 'missed: latest' keeps only the slot 14:00:00Z "
            "after it",
        ),
        (disabled, "disabled", "failed: ValueError: no"),
        (count_reached, "count_reached", "2 runs were allowed"),
    ],
)
def test_a_skip_names_what_was_in_the_way(make: Callable[[], Story], reason: str, detail: str) -> None:
    [skip, *_] = make().skips
    short = skip.detail.replace("2026-03-02T", "").replace("+00:00", "Z")
    assert (skip.task, skip.reason.value, short) == ("b", reason, detail)


def test_a_task_that_is_edited_or_reset_keeps_the_instant_at_which_it_was_first_seen() -> None:
    story = Story(make_task("a", "day at 13:00"))
    story.tick()
    story.jump("12:10:00")
    edited = make_task("a", "day at 14:00")
    story.scheduler.replace([edited], {}, max_parallel=10, limits={}, now=story.now)
    story.scheduler.by_hand.reset("a", story.now)
    story.tick()
    assert (story.state().first_seen, story.state().anchor) == (at("12:00:00"), at("12:10:00"))
