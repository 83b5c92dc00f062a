"""Every mistake in a phrase or option: a sentence, the column of the first wrong word, two valid examples."""

from __future__ import annotations

from typing import Any

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st
from rules_under_test import rule

from linodctl.errors import LinodctlError, RecurrenceError
from linodctl.recurrence.options import AROUND, FORMS
from linodctl.recurrence.problem import EXAMPLES, RuleError

# the phrase with a caret under the first wrong word, and words of the message
POINTED = [
    ("last fridday of the month", "     ^", "did you mean 'friday'"),
    ("10 secnds", "   ^", "did you mean 'seconds'"),
    ("wenesday", "^", "did you mean 'wednesday'"),
    ("daily", "^", "not understood"),
    ("day at 25:00", "       ^", "not a time of day"),
    ("day at 24:00", "       ^", "the next day's 00:00"),
    ("hour between 24:00-06:00", "             ^", "the next day's 00:00"),
    ("month on first fridday", "               ^", "did you mean 'friday'"),
    ("the 32nd of the month", "    ^", "no month has more than 31 days"),
    ("mon-fri-sun at 09:00", "^", "not understood"),
    ("day except monday", "           ^", "only on tuesday-sunday"),
    ("day at noon", "       ^", "not a time of day"),
    ("day at", "      ^", "missing at the end"),
    ("hour at 10:70", "        ^", "':30' for half past"),
    ("minute at 10", "          ^", "':17'"),
    ("10 seconds at :30", "           ^", "can't have an 'at'"),
    ("day on monday", "    ^", "only on monday"),
    ("monday at 10:30 Europe/Berln", "                ^", "did you mean 'Europe/Berlin'"),
    ("day at 10:30 in europe/berlin", "                ^", "did you mean 'Europe/Berlin'"),
    ("day at 10:30 at 11:30", "             ^", "twice"),
    ("day from 2026-01-01 from 2026-01-02", "                    ^", "twice"),
    ("10 to 5 seconds", "        ^", "goes backwards"),
    ("5 to 10 months", "        ^", "only seconds to weeks"),
    ("0 seconds", "^", "not between 1"),
    ("month on day 32", "             ^", "no month has a day 32"),
    ("month on tuesday", "         ^", "not understood"),
    ("year on february 30", "        ^", "no such date"),
    ("200 days after easter", "    ^", "at most 180"),
    ("once at 18:00", "        ^", "not a moment"),
    ("once at 2026-13-01", "        ^", "not a date"),
    ("hour between 08:00", "                  ^", "'and' or 'to' or '-' is missing"),
    ("hour between 8-18", "             ^", "not a time of day"),
    ("hour only on mon, xyz", "                  ^", "not understood"),
    ("hour except nextyear", "            ^", "no calendar"),
    ("hour spread soon", "            ^", "not a duration"),
    ("hour after work", "           ^", "'finish' is missing"),
    ("hour or", "       ^", "ends too early"),
    ("hour until 2026-12-31 or day", "                      ^", "needs brackets"),
    ("(hour until 2026-12-31", "                      ^", "')' is missing"),
    ("(hour 5 times) or day", "             ^", "whole recurrence"),
    ("cron 61 0 * * *", "     ^", "minute field '61'"),
    ("cron ( 0 5 * *", "     ^", "not understood"),
    ("cron", "    ^", "five fields"),
    ("rrule", "     ^", "ends too early"),
    ("rrule FREQ=DAYLY", "      ^", "DAILY"),
    ("day at 09:00 please", "             ^", "not understood"),
]


@pytest.mark.parametrize(("phrase", "caret", "words"), POINTED)
def test_a_phrase_is_pointed_at(phrase: str, caret: str, words: str) -> None:
    with pytest.raises(RuleError) as caught:
        rule(phrase)
    error = caught.value
    assert words in str(error)
    lines = error.pointed().splitlines()
    assert lines[:2] == [phrase, caret]
    assert len(lines) == 4
    assert error.key == "every"
    assert error.phrase == phrase
    assert len(error.examples) == 2


def test_the_message_is_one_sentence_with_two_examples_that_work() -> None:
    with pytest.raises(RuleError) as caught:
        rule("last fridday of the month")
    assert str(caught.value) == (
        "'last fridday of the month': 'fridday' is not understood here (did you mean 'friday'?);"
        " try 'last friday of the month' or 'last day of the month'"
    )
    for example in caught.value.examples:
        rule(example)


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({}, "every", "no rule is given"),
    ({"timezone": "UTC"}, "every", "no rule is given"),
    ({"every": ""}, "every", "the phrase is empty"),
    ({"every": []}, "every", "the list is empty"),
    ({"every": ["day", 5]}, "every", "5 has no unit"),
    ({"every": "*/5 * * * *"}, "every", "write it as cron"),
    ({"every": "@daily"}, "every", "write it as cron"),
    ({"every": "0 5 * jan mon"}, "every", "write it as cron"),
    ({"every_unit": "monthly", "positions": "32"}, "positions", "1 to 31"),
    ({"every_unit": "daily", "start_time": "24:00"}, "start_time", "the next day's 00:00"),
    ({"every": "day", "cron": "0 5 * * *"}, "cron", "can't both be given"),
    ({"cron": 5}, "cron", "not a text"),
    ({"rrule": ""}, "rrule", "not a text"),
    ({"every": "day", "timezone": "Mars/Base"}, "timezone", "not a known time zone"),
    ({"every": "day", "timezone": 2}, "timezone", "not a known time zone"),
    ({"every": "day", "from": "tomorrow"}, "from", "not a date"),
    ({"every": "day", "from": 20260101}, "from", "not a date"),
    ({"every": "day from 2026-01-01", "from": "2026-01-02"}, "from", "says again"),
    ({"every": "day", "until": "2026-01-01", "end_date": "2026-01-01"}, "end_date", "says again"),
    ({"every": "day", "count": 0}, "count", "whole number"),
    ({"every": "day", "count": True}, "count", "whole number"),
    ({"every": "day", "between": "08:00"}, "between", "is missing"),
    ({"every": "day", "between": 28800}, "between", "not a time of day"),
    ({"every": "day", "on": "fridday"}, "on", "did you mean 'friday'"),
    ({"every": "day", "on": True}, "on", "not understood"),
    ({"every": "day", "except": "closed"}, "except", "no calendar 'closed'"),
    ({"every": "day", "except": "2026-02-30"}, "except", "not a date"),
    ({"every": "day", "except": "2026-02-03..2026-02-01"}, "except", "ends before"),
    ({"every": "day", "except": {"country": 5}}, "except", "not a country"),
    ({"every": "day", "except": {"weekdays": "EE"}}, "except", "write holidays: EE"),
    ({"every": "day", "spread": 10}, "spread", "not a duration"),
    ({"every": "day", "after": "start"}, "after", "the only value is 'finish'"),
    ({"every": "monday", "after": "finish"}, "after", "no fixed length"),
    ({"every": ["day", "hour"], "after": "finish"}, "after", "no fixed length"),
    ({"every": ["day 5 times", "hour"]}, "every", "whole list"),
]


@pytest.mark.parametrize(("options", "key", "words"), WRONG)
def test_an_option_is_named(options: dict[str, Any], key: str, words: str) -> None:
    with pytest.raises(RecurrenceError) as caught:
        rule(options)
    assert words in str(caught.value)
    assert caught.value.key == key  # type: ignore[attr-defined]
    assert "\n" not in str(caught.value)


VOCABULARY = sorted(
    {word for example in EXAMPLES for word in example.split()} | {"(", ")", ",", "-1", "x", "٣", "99999999999"}
)


@examples(500)
@given(st.lists(st.sampled_from(VOCABULARY), max_size=7).map(" ".join))
def test_whatever_is_written_is_a_rule_or_a_clear_error(phrase: str) -> None:
    try:
        found = rule(phrase)
    except LinodctlError as error:
        assert "\n" not in str(error)
        assert not isinstance(error, RuleError) or error.position is None or 0 <= error.position <= len(phrase)
    else:
        assert rule(found.text) == found


OPTIONS = [*AROUND, *FORMS, "every_unit", "positions", "start_time", "end_time", "monday"]
short = st.text(max_size=5)
values = st.one_of(
    st.text(max_size=20),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.lists(short, max_size=3),
    st.dictionaries(short, short, max_size=2),
)


@examples(200)
@given(st.sampled_from(OPTIONS), values)
def test_no_value_of_any_option_makes_it_stumble(key: str, value: Any) -> None:
    try:
        rule({"every": "day", key: value})
    except LinodctlError as error:
        assert isinstance(error, RecurrenceError)
