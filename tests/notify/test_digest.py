"""What is told of a task: one message per change of state, none twice, none lost; as stories and as properties."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from cases import DAY, HOUR, MINUTE, NOON, SECOND, Life
from hypothesis import given
from hypothesis import strategies as st

from linodctl.notify.digest import LONGEST_WINDOW, MOST_AN_HOUR, WINDOW, Digest, News, Told
from linodctl.notify.standing import Standing, Trouble
from linodctl.values import replace


class Reporter:
    """Looks after each step of a life and writes down what is told."""

    def __init__(self, life: Life) -> None:
        self.life = life
        self.digest = Digest()
        self.told: list[str] = []

    def look(self) -> None:
        for change in self.digest.look({"a": self.life.standing}, self.life.now):
            self.told.append("+".join(change.news))


STEPS = {
    "ok": lambda life: life.run("succeeded"),
    "warned": lambda life: life.run("warned"),
    "skip": lambda life: life.run("skipped"),
    "fail": lambda life: life.run("failed"),
    "slow": lambda life: life.run("timed_out"),
    "lost": lambda life: life.run("lost"),
    "cancel": lambda life: life.run("cancelled"),
    "enable": lambda life: life.enable(),
    "try-fail": lambda life: life.probation("failed"),
    "try-ok": lambda life: life.probation("succeeded"),
    "gone": lambda life: setattr(life, "unrunnable", True),
    "back": lambda life: setattr(life, "unrunnable", False),
}


def story(text: str, **policy: object) -> list[str]:
    reporter = Reporter(Life(**policy))
    for word in text.split():
        if word == "unseen":
            continue
        STEPS[word](reporter.life)
        if f"{word} unseen" not in text:
            reporter.look()
    return reporter.told


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ("ok ok ok", []),
        ("fail fail fail", ["failing"]),
        ("ok fail fail ok ok", ["failing", "recovered"]),
        ("slow ok slow warned", ["failing", "recovered", "failing", "recovered"]),
        ("fail skip cancel fail ok", ["failing", "recovered"]),
        ("lost lost ok", ["lost", "recovered"]),
        ("lost cancel lost ok", ["lost", "recovered"]),
        ("lost fail ok", ["lost", "failing", "recovered"]),
        ("fail lost ok", ["failing", "recovered"]),
        ("fail unseen ok fail unseen ok", []),
        ("ok fail ok unseen fail enable", ["failing"]),
        ("fail enable fail ok", ["failing", "recovered"]),
        ("gone gone back ok", ["unrunnable", "runnable"]),
        ("fail gone back ok", ["failing", "unrunnable", "failing", "recovered"]),
    ],
)
def test_a_task_that_is_never_disabled(steps: str, told: list[str]) -> None:
    assert story(steps, disable_after=None) == told


@pytest.mark.parametrize(
    ("steps", "told"),
    [
        ("fail fail fail", ["failing", "disabled"]),
        ("fail fail ok", ["failing", "disabled"]),
        ("fail fail enable ok", ["failing", "disabled", "recovered"]),
        ("fail fail enable fail fail ok", ["failing", "disabled", "failing", "disabled"]),
        ("fail fail try-fail try-fail try-ok", ["failing", "disabled", "recovered"]),
        ("fail fail try-fail lost try-ok", ["failing", "disabled", "recovered"]),
        ("fail fail try-fail ok fail enable ok", ["failing", "disabled", "recovered"]),
    ],
)
def test_two_failures_disable_it(steps: str, told: list[str]) -> None:
    assert story(steps, disable_after=2, retry_disabled_after=HOUR) == told


@pytest.mark.parametrize("seen", ["", " unseen"])
def test_disabled_once_more_after_somebody_enabled_it_is_news(seen: str) -> None:
    assert story(f"fail enable{seen} fail") == ["disabled", "disabled"]
    assert story(f"fail try-fail try-fail enable{seen} fail", retry_disabled_after=HOUR) == ["disabled", "disabled"]


def test_overdue_and_its_end() -> None:
    life = Life(expect=HOUR)
    reporter = Reporter(life)
    for step in (lambda: life.run("succeeded"), lambda: setattr(life, "now", NOON + DAY), lambda: None):
        step()
        reporter.look()
    life.run("succeeded")
    reporter.look()
    assert reporter.told == ["overdue", "recovered"]


def test_overdue_while_failing_is_news_and_one_message_ends_both() -> None:
    life = Life(expect=HOUR, disable_after=None)
    reporter = Reporter(life)
    life.run("failed")
    reporter.look()
    life.now += HOUR
    reporter.look()
    life.run("failed")
    reporter.look()
    life.run("succeeded")
    reporter.look()
    assert reporter.told == ["failing", "overdue", "recovered"]


def test_both_at_once_are_one_message() -> None:
    life = Life(expect=HOUR)
    life.now += DAY
    reporter = Reporter(life.run("failed"))
    reporter.look()
    assert reporter.told == ["disabled+overdue"]


def test_what_somebody_disabled_is_no_longer_overdue_and_that_is_no_news() -> None:
    life = Life(expect=HOUR)
    life.now += DAY
    reporter = Reporter(life)
    reporter.look()
    life.state = replace(life.state, disabled=True, disabled_reason="by hand", disabled_at=life.now)
    reporter.look()
    assert reporter.told == ["overdue"]
    assert not reporter.digest.told["a"].is_bad


# --- rate ------------------------------------------------------------------------------------------


def test_a_task_that_goes_up_and_down_is_told_of_a_few_times_an_hour() -> None:
    life = Life(disable_after=None)
    reporter = Reporter(life)
    for _ in range(20):
        life.run("failed")
        reporter.look()
        life.run("succeeded")
        reporter.look()
    assert len(reporter.told) == MOST_AN_HOUR
    life.run("failed")
    reporter.look()
    until = reporter.digest.next_postponed()
    assert until is not None and until > life.now
    assert reporter.digest.postponed(until - SECOND) == set()
    assert reporter.digest.postponed(until) == {"a"}
    life.now = until
    reporter.look()
    assert reporter.told[-1] == "failing" and len(reporter.told) == MOST_AN_HOUR + 1


def test_the_window_grows_while_much_is_told_and_shrinks_again() -> None:
    digest = Digest()
    windows = []
    for number in range(8):
        windows.append(digest.window(NOON) / WINDOW)
        digest.look({f"task{number}": Standing(Trouble.FAILING)}, NOON)
    assert windows == [1, 2, 4, 8, 16, 30, 30, 30]
    assert digest.window(NOON) == LONGEST_WINDOW
    assert digest.window(NOON + 10 * MINUTE) == WINDOW


# --- properties ------------------------------------------------------------------------------------

NOT_BY_HAND = [step for step in STEPS if step != "enable"]
steps_and_looks = st.lists(st.tuples(st.sampled_from(NOT_BY_HAND), st.booleans(), st.booleans()), max_size=30)


@given(steps_and_looks, st.sampled_from([None, 1, 2]), st.sampled_from([None, 3 * MINUTE]))
def test_no_state_is_told_twice_in_a_row_and_a_restart_changes_nothing(
    steps: list[tuple[str, bool, bool]], disable_after: int | None, expect: object
) -> None:
    life = Life(disable_after=disable_after, expect=expect)
    reporter = Reporter(life)
    for step, looks, restarts in steps:
        STEPS[step](life)
        life.now += HOUR  # more often than the rate allows is another test's
        if restarts:
            reporter.digest = restarted(reporter.digest)
        if looks:
            reporter.look()
    states = [news for told in reporter.told for news in told.split("+")]
    troubles = [news for news in states if news != News.OVERDUE]
    assert all(first != second for first, second in pairwise(troubles))
    late = [news for news in states if news in (News.OVERDUE, News.RECOVERED, News.RUNNABLE)]
    assert all(not (first == second == News.OVERDUE) for first, second in pairwise(late)) or life.task.policy.expect


@given(steps_and_looks, st.sampled_from([None, 1, 2]))
def test_the_last_word_is_how_it_stands(steps: list[tuple[str, bool, bool]], disable_after: int | None) -> None:
    life = Life(disable_after=disable_after)
    reporter = Reporter(life)
    for step, looks, _ in steps:
        STEPS[step](life)
        life.now += HOUR
        if looks:
            reporter.look()
    reporter.look()
    last = reporter.told[-1] if reporter.told else "recovered"
    if life.standing.trouble is not None:
        assert last == life.standing.trouble.value
    else:
        assert last in ("recovered", "runnable") or life.state.last_outcome not in ("succeeded", "warned")


def restarted(digest: Digest) -> Digest:
    """What a new runner reads of what the old one noted."""
    notes = json.loads(json.dumps({name: told.to_json() for name, told in digest.told.items()}))
    return Digest({name: Told.from_json(shape) for name, shape in notes.items()})


def test_what_is_well_and_was_not_told_of_lately_is_not_remembered() -> None:
    life = Life(disable_after=None)
    reporter = Reporter(life)
    for outcome in ("failed", "succeeded", "succeeded"):
        life.run(outcome)
        reporter.look()
    assert set(reporter.digest.told) == {"a"}
    life.now += HOUR
    reporter.look()
    assert reporter.digest.told == {}
