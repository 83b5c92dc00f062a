"""`text` parses back to an equal recurrence, whatever was asked for, and is one line."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from linodctl.recurrence import Recurrence, parse_recurrence
from linodctl.recurrence.points import YearDays
from linodctl.recurrence.words import MONTHS, UNITS, WEEKDAYS, ordinal, read_ordinal

CALENDARS = {"closed": ["2026-12-24..2027-01-02"], "stock-taking": ["2026-06-30"]}

# --- what people write -------------------------------------------------------------------------------

numbers = st.integers(1, 500)
times = st.builds(time, st.integers(0, 23), st.integers(0, 59), st.sampled_from([0, 0, 0, 7, 59]))
at = st.lists(times, min_size=1, max_size=3).map(lambda found: " at " + ", ".join(each.isoformat() for each in found))
maybe_at = st.one_of(st.just(""), at)
weekday_words = st.lists(st.sampled_from([*WEEKDAYS, "weekday", "weekend", "fri-mon"]), min_size=1, max_size=3).map(
    " and ".join
)
groups = st.one_of(
    st.sampled_from([*WEEKDAYS, "weekday", "day"]),
    st.lists(st.sampled_from(WEEKDAYS), min_size=2, max_size=3).map("/".join),
)
places = st.lists(st.sampled_from([1, 2, 3, 4, 5, 12, 21, -1, -2, -7]), min_size=1, max_size=3).map(
    lambda found: " and ".join(map(ordinal, found))
)
month_days = st.lists(st.one_of(st.integers(1, 31).map(str), st.just("last day")), min_size=1, max_size=3)
dates_of_year = st.lists(
    st.builds(lambda month, day: f"{month} {day}", st.sampled_from(MONTHS), st.integers(1, 28)), min_size=1, max_size=3
)
easters = st.builds(
    lambda days, way: f"{days} days {way} easter", st.integers(1, 180), st.sampled_from(["after", "before"])
)


days_of_year = st.one_of(dates_of_year.map(" and ".join), easters)
named_groups = groups.filter(lambda group: group != "day")
days_by_number = month_days.map(sorted).filter(lambda days: days[0] != "last day").map(", ".join)
some_units, long_units = st.sampled_from(UNITS[:5]), st.sampled_from(UNITS[3:])
minutes = st.integers(0, 59).map("{:02}".format)


def _words(template: str, *parts: st.SearchStrategy[Any]) -> st.SearchStrategy[str]:
    """A phrase with something drawn for each `{}`."""
    return st.tuples(*parts).map(lambda drawn: template.format(*drawn))


ranges = st.tuples(numbers, st.integers(0, 9)).map(lambda pair: f"{pair[0]} to {sum(pair)}")

cores = st.one_of(
    _words("{} {}s", numbers, st.sampled_from(UNITS)),
    _words("{} {}s", ranges, some_units),
    _words("{} days{}", ranges, at),
    _words("{} hours at :{}", numbers, minutes),
    _words("hour at {}:{}", minutes, minutes),
    _words("{} minutes at :{}", numbers, minutes),
    _words("{} {}s{}", numbers, long_units, at),
    _words("{}{}", weekday_words, maybe_at),
    _words("{} weeks on {}{}", numbers, weekday_words, maybe_at),
    _words("{} months on day {}{}", numbers, days_by_number, maybe_at),
    _words("{} {} of the {}{}", places, groups, st.sampled_from(["month", "year"]), maybe_at),
    _words("{} months on {} {}{}", numbers, places, groups, maybe_at),
    _words("{} years on {}{}", numbers, days_of_year, maybe_at),
    _words("month on first {} since day {}{}", named_groups, st.integers(1, 31), maybe_at),
    _words("year on first {} since december 24{}", named_groups, maybe_at),
    _words("{}{}", easters, maybe_at),
    st.sampled_from(["never", "startup", "once", "easter"]),
    st.sampled_from(["once at 2026-12-24 18:00", "once at 2026-12-24T18:00:00+05:30"]),
    st.sampled_from(["cron 0 5 * * mon", "cron H H(2-4) * * *", "cron @daily", "cron 1,2 3-4/2 * * 5L"]),
    st.sampled_from(
        ["cron */10 0 5 L * fri#1", "rrule FREQ=DAILY;COUNT=3", "rrule FREQ=YEARLY;UNTIL=20301231T000000Z"]
    ),
    st.just("rrule FREQ=MONTHLY;BYDAY=MO,-1FR;BYSETPOS=-1"),
    st.just("rrule FREQ=DAILY;EXDATE=20260101T090000,20260102T090000Z"),
    _words("the {} of the month{}", st.integers(1, 31).map(ordinal).filter(lambda word: word != "second"), maybe_at),
)

seconds = st.datetimes(datetime(2000, 1, 1), datetime(2090, 1, 1)).map(lambda moment: moment.replace(microsecond=0))
moments = st.one_of(
    st.dates(date(2000, 1, 1), date(2090, 1, 1)).map(str),
    seconds.map(str),
    seconds.map(lambda moment: moment.isoformat() + "-03:00"),
)
clock = times.map(lambda found: found.isoformat("minutes"))
windows = st.lists(st.tuples(clock, clock).map(" and ".join), min_size=1, max_size=2).map(", ".join)
days_off = st.lists(
    st.sampled_from(["2026-12-24", "2026-12-24..2027-01-02", "closed", "stock-taking", "holidays EE"]),
    min_size=1,
    max_size=3,
).map(", ".join)
modifiers = st.fixed_dictionaries(
    {},
    optional={
        "in": st.sampled_from(["Europe/Tallinn", "UTC", "America/Argentina/Buenos_Aires", "Etc/GMT+5"]),
        "from": moments,
        "until": moments,
        "between": windows,
        "only on": weekday_words,
        "except": days_off,
        "spread": st.sampled_from(["10m", "2h30m", "1d", "90s"]),
    },
).map(lambda found: " ".join(f"{word} {value}" for word, value in found.items()))
phrases = st.builds(lambda core, around: f"{core} {around}".strip(), cores, modifiers)


def _parse(options: dict[str, Any], zone: str = "Europe/Berlin") -> Recurrence:
    return parse_recurrence(options, name="some.task", zone=zone, calendars=CALENDARS)


def _assert_round_trip(found: Recurrence) -> None:
    assert "\n" not in found.text
    again = _parse({"every": found.text})
    assert again == found
    assert again.text == found.text
    assert hash(again) == hash(found)


@examples(500)
@given(phrases)
def test_a_phrase_survives_being_printed(phrase: str) -> None:
    _assert_round_trip(_parse({"every": phrase}))


@examples(100)
@given(st.lists(phrases, min_size=2, max_size=4), modifiers, st.one_of(st.none(), st.integers(1, 99)))
def test_a_list_of_rules_survives_being_printed(items: list[str], around: str, count: int | None) -> None:
    _assert_round_trip(_parse({"every": items, "count": count}))
    text = " or ".join(f"({item})" for item in items) + " " + around
    _assert_round_trip(_parse({"every": text, "count": count}))


lino = st.fixed_dictionaries(
    {
        "every_unit": st.sampled_from(
            ["secondly", "minutely", "hourly", "daily", "weekly", "monthly", "yearly", "easter"]
        )
    },
    optional={
        "every": numbers,
        "start_date": st.dates(date(2020, 3, 1), date(2020, 6, 30)),
        "end_date": st.dates(date(2027, 1, 1), date(2030, 1, 1)),
        "start_time": times,
        "end_time": times.map(lambda found: found.isoformat("minutes")),
        "max_events": numbers,
        "timezone": st.just("Asia/Kathmandu"),
        **{day: st.booleans() for day in WEEKDAYS},
    },
)


@examples(300)
@given(lino, st.lists(st.integers(-31, 31).filter(bool), max_size=3).map(lambda found: " ".join(map(str, found))))
def test_linos_fields_survive_being_printed(fields: dict[str, Any], positions: str) -> None:
    if fields["every_unit"] in ("monthly", "yearly"):
        fields["positions"] = positions or None
    _assert_round_trip(_parse(fields))


@examples(50)
@given(phrases)
def test_options_say_the_same_as_words(phrase: str) -> None:
    """`from` and the others mean the same as an option and as a word of the phrase."""
    core, word, rest = phrase.partition(" from ")
    if word and " " not in rest:
        assert _parse({"every": core, "from": rest}) == _parse({"every": phrase})


def test_ordinals() -> None:
    for position in [*range(1, 367), *range(-366, 0)]:
        words = ordinal(position).split()
        number = read_ordinal(words[0])
        assert number is not None
        assert (-number if len(words) == 2 else number) == position


def test_a_pause_is_written_without_spaces() -> None:
    found = _parse({"every": "hour", "spread": timedelta(hours=2, minutes=30, seconds=1)})
    assert found.text == "1 hour spread 2h30m1s"


def test_dates_of_the_year_are_checked_against_leap_years() -> None:
    assert YearDays(((2, 29),)).dates(2027) == ()
    assert YearDays(((2, 29),)).dates(2028) == (date(2028, 2, 29),)
