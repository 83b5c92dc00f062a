"""How a task has been doing of late, and what of that is worth a warning."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from stories import make_task

from linodctl.domain import Lately, Outcome
from linodctl.paint import good
from linodctl.planning.trends import NOTHING, SHOWN, Trend, is_far_over, trend_of, usual_of, warnings
from linodctl.words import MARKS, OUTCOMES, legend_of, marks_of

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
OK, BAD, WARNED, SKIPPED = Outcome.SUCCEEDED, Outcome.FAILED, Outcome.WARNED, Outcome.SKIPPED


def lately(*runs: tuple[Outcome, float]) -> Lately:
    """The newest first."""
    return Lately(tuple(outcome for outcome, _ in runs), tuple(seconds for _, seconds in runs))


def seconds(number: float) -> timedelta:
    return timedelta(seconds=number)


def test_the_trend_reads_from_old_to_new_and_ends_with_the_last_run() -> None:
    trend = trend_of(lately((BAD, 7), (OK, 1), (WARNED, 2)))
    assert trend == Trend((WARNED, OK, BAD), last=seconds(7), usual=None)
    assert trend_of(lately(*[(OK, 1)] * 15)).outcomes == (OK,) * SHOWN
    assert trend_of(NOTHING) == Trend()


def test_usual_is_the_middle_of_the_good_runs() -> None:
    runs = [(OK, 2), (WARNED, 3), (OK, 1), (OK, 500), (OK, 2.5), (BAD, 0.001), (SKIPPED, 0.001), (BAD, 9000)]
    assert usual_of(lately(*runs)) == seconds(2.5)
    assert usual_of(lately(*runs[1:])) is None, "four good runs are too few"
    assert usual_of(lately(*runs[1:]), enough=1) == seconds(2.75)
    assert usual_of(NOTHING, enough=1) is None


@pytest.mark.parametrize(
    ("taken", "usual", "far"),
    [
        (179, 60, False),
        (180, 60, True),
        (10, 0.01, False),
        (10.02, 0.01, True),
        (13.9, 4, False),
        (14, 4, True),
        (1e6, None, False),
    ],
)
def test_far_over_is_three_times_the_usual_and_ten_seconds_more(taken: float, usual: float | None, far: bool) -> None:
    assert is_far_over(seconds(taken), None if usual is None else seconds(usual)) is far


@pytest.mark.parametrize(
    ("rule", "options", "usual", "warning"),
    [
        ("10 minutes", {}, 479, None),
        ("10 minutes", {}, 480, "usually takes 80% of the 10 minutes between two slots"),
        ("10 minutes", {"overlap": "allow"}, 900, None),
        ("10 seconds", {}, 9, "usually takes 90% of the 10 seconds between two slots"),
        ({"cron": "*/2 9 * * *"}, {}, 110, "usually takes 92% of the 2 minutes between two slots"),
        ({"every": "1 minute", "after": "finish"}, {}, 3600, None),
        ("never", {}, 3600, None),
    ],
)
def test_a_usual_time_that_nears_the_interval(
    rule: object, options: dict[str, str], usual: float, warning: str
) -> None:
    task = make_task("a", rule, **options)  # type: ignore[arg-type]  # a table of both kinds of rule
    found = warnings(task, Trend(usual=seconds(usual)), None, NOW, NOW)
    assert found == (() if warning is None else (warning,))


def test_a_run_that_takes_far_longer_than_usual() -> None:
    task, trend = make_task("a", "1 day"), Trend(usual=seconds(60))
    assert warnings(task, trend, NOW - seconds(179), NOW, NOW) == ()
    assert warnings(task, trend, NOW - seconds(180), NOW, NOW) == ("takes far longer than usual (1 minute)",)
    assert warnings(task, Trend(usual=seconds(0.142)), NOW - seconds(11), NOW, NOW) == (
        "takes far longer than usual (0.14 seconds)",
    )
    assert warnings(task, Trend(), NOW - seconds(9999), NOW, NOW) == ()


def test_every_outcome_has_a_mark_of_its_own_in_every_encoding() -> None:
    assert MARKS.keys() == OUTCOMES.keys() == {outcome.value for outcome in Outcome}
    for encoding in ("utf-8", "latin-1", "ascii", None, "unheard-of"):
        marks = [marks_of([outcome], encoding) for outcome in MARKS]
        texts = [mark.text for mark in marks if not isinstance(mark, str)]
        assert len(set(texts)) == len(MARKS) and {len(text) for text in texts} == {1}
        if encoding in ("latin-1", "ascii"):
            assert all(text.encode(encoding) for text in texts)
    assert marks_of([], "utf-8") == ""
    assert marks_of(["failed", "succeeded"], "utf-8") == good("✗✓")
    assert legend_of(["failed", "succeeded"], "ascii") == "+ succeeded, x failed"
