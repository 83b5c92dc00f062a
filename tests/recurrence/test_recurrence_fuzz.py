"""Any text for any kind of rule: a rule that can be asked, or one clear sentence; nothing else, and not for long."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import islice
from typing import Any

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from rules_under_test import forward, rule

from linodctl.errors import LinodctlError, RecurrenceError
from linodctl.recurrence.options import LONGEST
from linodctl.recurrence.problem import EXAMPLES

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)

GOOD = {
    "every": EXAMPLES,
    "cron": ["0 3 * * sun", "H 3 * * *", "@daily", "*/15 8-18 * * 1-5", "0 0 L * *", "0 0 * * 5#2", "*/5 * * * * *"],
    "rrule": ["FREQ=MONTHLY;BYDAY=-1FR", "FREQ=DAILY;COUNT=3", "FREQ=WEEKLY;BYDAY=MO,WE;UNTIL=20271231T000000Z",
              "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=29", "RRULE:FREQ=HOURLY;INTERVAL=5"],
    "between": ["08:00-18:00", "22:00-06:00", "00:00-24:00"],
    "except": ["2026-12-24", "2026-12-24..2027-01-02", "closed", "monday"],
    "on": ["monday", "mon-fri", "weekdays"],
    "from": ["2026-01-06", "2026-01-06 10:00", "2026-01-06T10:00:00+02:00"],
    "until": ["2026-12-31", "2026-12-31T10:00Z"],
    "spread": ["10m", "PT5M"],
    "positions": ["1 -1", "2"],
    "start_time": ["08:00"],
    "start_date": ["2026-01-01"],
}  # fmt: skip
SIGNS = [*" \t\n\0*/,-#:;=.?@+LHW(){}[]$%0123456789abzAZ", "٣", "\u202e", "\x1b", "🙂", "99999999999", "-1", "FREQ="]


@st.composite
def mistyped(draw: st.DrawFn, good: list[str]) -> str:
    """A good text with a few signs put in, left out or doubled."""
    text = draw(st.sampled_from(good))
    for _ in range(draw(st.integers(0, 4))):
        at = draw(st.integers(0, len(text)))
        text = text[:at] + draw(st.sampled_from([*SIGNS, ""])) + text[at + draw(st.integers(0, 3)) :]
    return text


def is_a_rule_or_a_sentence(options: Any) -> None:
    try:
        found = rule(options)
        slots = list(islice(forward(found, NOW, NOW), 3))
    except LinodctlError as error:
        assert isinstance(error, RecurrenceError), error
        assert str(error).strip() and "\n" not in str(error)
    else:
        assert slots == sorted(slots)


@pytest.mark.parametrize("key", GOOD)
@examples(120)
@given(data=st.data())
def test_a_text_near_a_good_one(key: str, data: st.DataObject) -> None:
    text = data.draw(mistyped(list(GOOD[key])))
    alone = key in ("every", "cron", "rrule")
    is_a_rule_or_a_sentence({key: text} if alone else {"every": "day", key: text})


@examples(200)
@given(st.sampled_from(list(GOOD)), st.text(max_size=40))
def test_any_text(key: str, text: str) -> None:
    is_a_rule_or_a_sentence({key: text} if key in ("every", "cron", "rrule") else {"every": "day", key: text})


@pytest.mark.parametrize("key", ["every", "cron", "rrule", "between", "except", "on", "from", "spread"])
@pytest.mark.parametrize("piece", ["1", "day ", "* ", "(", "-", "FREQ=DAILY;", "08:00-", ",", "\0", "MO,"])
def test_a_very_long_text(key: str, piece: str) -> None:
    """As long as may be, and longer."""
    for text in (piece * (LONGEST // len(piece)), piece * 20_000):
        is_a_rule_or_a_sentence({key: text} if key in ("every", "cron", "rrule") else {"every": "day", key: text})
