"""What an alert says: whole samples, and that nothing in it can hurt."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from cases import HOUR, MINUTE, NOON, SECOND, make_task

import linodctl
from linodctl.domain import LogLevel, Outcome, Run, TaskState, Trigger
from linodctl.masking import known
from linodctl.notify.case import Case
from linodctl.notify.deaths import Unclean
from linodctl.notify.digest import Change, News, Told
from linodctl.notify.message import LISTED, LONGEST_BODY, Message, Origin, Tone, compose
from linodctl.values import replace

ORIGIN = Origin("shop", "web1", "Europe/Tallinn", "/srv/shop/linodctl.yaml")
ERROR = 'Traceback (most recent call last):\n  File "jobs.py", line 21, in fetch\nValueError: no orders'


def run(**more: Any) -> Run:
    known = Run(7, "fetch", "fetch", Trigger.RETRY, NOON, 2, LogLevel.INFO, NOON, end_time=NOON + 12 * SECOND)
    ended = {"outcome": Outcome.FAILED, "reason": "ValueError: no orders", "error": ERROR}
    return replace(known, **ended | more)


def case(news: News = News.DISABLED, name: str = "fetch", **more: Any) -> Case:
    change = Change(name, (news,), Told(since=NOON - HOUR))
    state = TaskState(name, failures=2, last_success=NOON - HOUR, disabled=True)
    return Case(change, make_task(name), state, **{"run": run(), "log": ("14:00:01 asking north",), **more})


def compose_(*cases: Case, unclean: Unclean | None = None) -> Message:
    return compose(ORIGIN, cases, unclean, NOON + MINUTE)


def test_the_guide_shows_a_message_as_it_is() -> None:
    message = compose_(case())
    guide = (Path(linodctl.__file__).parent.parent / "docs" / "alerts.md").read_text()
    assert f"```text\n{message.title}\n\n{message.body}\n```" in guide


def test_a_task_that_failures_disabled() -> None:
    message = compose_(case())
    assert message.tone is Tone.FAILURE
    assert message.title == "[shop] fetch failed and is disabled"
    assert (
        message.body
        == """\
fetch failed and is disabled.
  reason     ValueError: no orders
  run        7 (retry, attempt 2), for 2026-03-02 14:00:00+02:00
  ended      2026-03-02 14:00:12+02:00, after 12 seconds
  failures   2 in a row
  success    last one 2026-03-02 13:00:00+02:00
  then type  linodctl show fetch
  then type  linodctl enable fetch   (when it is mended)

traceback:
  Traceback (most recent call last):
    File "jobs.py", line 21, in fetch
  ValueError: no orders

last lines of its log:
  14:00:01 asking north

(linodctl on web1, site shop, config /srv/shop/linodctl.yaml)"""
    )


@pytest.mark.parametrize(
    ("news", "title", "tone", "then"),
    [
        (News.FAILING, "[shop] fetch failed", Tone.FAILURE, "linodctl logs 7"),
        (News.LOST, "[shop] fetch lost a run: its process or the runner died", Tone.WARNING, "linodctl logs 7"),
        (News.UNRUNNABLE, "[shop] fetch can't run: its code is not found", Tone.FAILURE, "linodctl check"),
        (News.OVERDUE, "[shop] fetch is overdue", Tone.FAILURE, "linodctl explain fetch"),
        (News.RECOVERED, "[shop] fetch is well again", Tone.SUCCESS, "trouble    for 1 hour 1 minute"),
        (News.RUNNABLE, "[shop] fetch can run again: its code is found", Tone.SUCCESS, ""),
    ],
)
def test_each_kind_of_news(news: News, title: str, tone: Tone, then: str) -> None:
    message = compose_(case(news))
    assert (message.title, message.tone) == (title, tone)
    assert then in message.body
    assert ("traceback:" in message.body) is (news in (News.FAILING, News.LOST))


def test_it_says_what_was_expected() -> None:
    overdue = replace(case(News.OVERDUE), task=make_task("fetch", expect=25 * HOUR))
    assert compose_(overdue).title == "[shop] fetch is overdue: no success for 1 day 1 hour"


def test_many_at_once_are_one_message_with_a_list_the_worst_first() -> None:
    cases = [case(News.RECOVERED, "well"), *(case(News.FAILING, f"task{number}") for number in range(50))]
    message = compose_(*cases, case(News.DISABLED, "dead"))
    assert message.title == "[shop] dead failed and disabled; 50 tasks failed; well well again"
    lines = message.body.splitlines()
    assert lines[0] == "  dead failed and is disabled: ValueError: no orders"
    assert lines[1].startswith("  task0 failed: ")
    assert lines[LISTED] == "  … and 22 more: linodctl status"
    assert len(message.body) <= LONGEST_BODY
    assert message.body.endswith("(linodctl on web1, site shop, config /srv/shop/linodctl.yaml)")


def test_a_runner_that_died_with_what_it_lost() -> None:
    unclean = Unclean(NOON, NOON - MINUTE, times=3)
    message = compose_(case(News.LOST), unclean=unclean)
    assert message.title == "[shop] the runner had died; fetch lost a run"
    assert "last seen alive 2026-03-02 13:59:00+02:00" in message.body
    assert "3 times within the last hour" in message.body
    assert compose_(unclean=unclean).title == "[shop] the runner had died, and is back"


def test_no_text_of_a_run_can_drive_a_terminal_or_forge_a_header() -> None:
    nasty = run(reason=None, error="x\n\x1b[31mred\x07\u202e\r\nBcc: all")
    message = compose_(case(run=nasty, log=("\x1b]0;title\x07", "a\tb\x00")))
    assert all(char.isprintable() or char == "\n" for char in message.body)
    assert message.title.isprintable()
    assert "\\x1b[31mred" in message.body


def test_what_is_long_is_cut_but_says_what_to_type() -> None:
    long = run(error="\n".join(f"line {number} " + "x" * 1000 for number in range(500)))
    message = compose_(case(run=long, log=tuple("y" * 1000 for _ in range(500))))
    assert len(message.body) <= LONGEST_BODY
    assert "linodctl enable fetch" in message.body
    assert "… 480 lines before" in message.body
    assert "… and more" in message.body


def test_known_secrets_are_masked() -> None:
    known.learn(["hunter2hunter2"])
    try:
        leaky = run(reason="login as hunter2hunter2 failed", error="url = mysql://me:pw@db\nhunter2hunter2")
        message = compose_(case(run=leaky, log=("token=abc123",)))
    finally:
        known.forget()
    for secret in ("hunter2", "pw@db", "abc123"):
        assert secret not in message.body + message.title
