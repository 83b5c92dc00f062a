from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from linodctl.config.durations import format_duration, parse_duration
from linodctl.config.instants import parse_instant
from linodctl.config.problems import BadValue
from linodctl.config.sizes import format_size, parse_size


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("10s", 10),
        ("5m", 300),
        ("2h 30m", 9000),
        ("2h30m", 9000),
        ("1d", 86400),
        ("1w", 7 * 86400),
        ("90 seconds", 90),
        ("1.5h", 5400),
        ("250ms", 0.25),
        (" 10 S ", 10),
        ("0s", 0),
        ("PT5M", 300),
        ("P1DT2H", 93600),
        ("pt0.5s", 0.5),
        ("P2W", 14 * 86400),
    ],
)
def test_durations(text: str, seconds: float) -> None:
    assert parse_duration(text) == timedelta(seconds=seconds)


@pytest.mark.parametrize(
    "text", ["", " ", "10", "s", "5 parsecs", "-5m", "5m 5m", "1 month", "P", "PT", "P1M", "PT5", "5m x", "٣s", "1e3s"]
)
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(ValueError, match="must be a duration such as 10s, 5m or 2h 30m"):
        parse_duration(text)


def test_a_number_alone_is_answered_with_what_was_probably_meant() -> None:
    with pytest.raises(ValueError, match="did you mean '30s'"):
        parse_duration("30")


def test_a_duration_too_long_for_a_calendar() -> None:
    with pytest.raises(ValueError, match="too long"):
        parse_duration("999999999999d")


@pytest.mark.parametrize(
    ("duration", "text"),
    [
        (timedelta(0), "0s"),
        (timedelta(hours=2, minutes=30), "2h 30m"),
        (timedelta(days=365), "365d"),
        (timedelta(seconds=0.5), "0.5s"),
        (timedelta(minutes=-5), "-5m"),
        (timedelta(seconds=60, microseconds=1), "1m 0.000001s"),
    ],
)
def test_durations_are_printed_short(duration: timedelta, text: str) -> None:
    assert format_duration(duration) == text


@given(st.timedeltas(min_value=timedelta(0)))
def test_a_printed_duration_reads_back(duration: timedelta) -> None:
    assert parse_duration(format_duration(duration)) == duration


@pytest.mark.parametrize(
    ("text", "size"),
    [("10MiB", 10 * 2**20), ("500kB", 500_000), ("1 GiB", 2**30), ("1.5kB", 1500), ("7", 7), (7, 7), ("0B", 0)],
)
def test_sizes(text: str | int, size: int) -> None:
    assert parse_size(text) == size


@pytest.mark.parametrize("text", ["", "tiny", "10M", "-1kB", True, "0.3B", "1e3"])
def test_what_is_no_size(text: str | int) -> None:
    with pytest.raises(ValueError, match=r"must be a size such as 10MiB or 500kB|whole number of bytes"):
        parse_size(text)


@given(st.integers(0, 10**18 - 1))
def test_a_printed_size_reads_back(size: int) -> None:
    assert parse_size(format_size(size)) == size


NOW = datetime(2026, 3, 28, 12, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("now", "2026-03-28T12:00:30"),
        ("in 5m", "2026-03-28T12:05:30"),
        ("5m ago", "2026-03-28T11:55:30"),
        ("2h 30m ago", "2026-03-28T09:30:30"),
        ("14:30", "2026-03-28T12:30"),
        ("8:05:09", "2026-03-28T06:05:09"),
        ("today", "2026-03-27T22:00"),
        ("Tomorrow 08:00", "2026-03-29T05:00"),
        ("yesterday 23:59", "2026-03-27T21:59"),
        ("2026-12-24", "2026-12-23T22:00"),
        ("2026-12-24 18:00", "2026-12-24T16:00"),
        ("2026-12-24T18:00:00Z", "2026-12-24T18:00"),
        ("2026-12-24T18:00+05:30", "2026-12-24T12:30"),
        ("2026-03-29 03:30", "2026-03-29T01:00"),  # skipped: the end of the gap
        ("2026-10-25 03:30", "2026-10-25T00:30"),  # twice: the first
    ],
)
def test_instants_in_tallinn(text: str, instant: str) -> None:
    assert parse_instant(text, "Europe/Tallinn", NOW) == datetime.fromisoformat(instant).replace(tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "25:00", "2026-13-01", "in", "ago", "tomorrow at 8", "14:30 14:30"])
def test_what_is_no_instant(text: str) -> None:
    with pytest.raises(ValueError, match="is not a time: write"):
        parse_instant(text, "UTC", NOW)


@pytest.mark.parametrize("text", ["0001-01-01", "in 9999999d", "9999-12-31T23:59:59-10:00"])
def test_instants_outside_the_calendar(text: str) -> None:
    with pytest.raises(ValueError, match="outside the calendar"):
        parse_instant(text, "Europe/Tallinn", NOW)


def test_a_bad_duration_in_an_instant_is_named() -> None:
    with pytest.raises(ValueError, match="must be a duration"):
        parse_instant("in 5 parsecs", "UTC", NOW)


# --- any text ------------------------------------------------------------------------------------

SIGNS = st.sampled_from(
    [*"0123456789.,:+-/ TZPDHMSdhmsw", "next ", "ago", "yesterday", "MiB", "kB", "٣", "\0", "\x1b", "9" * 30]
)
texts = st.one_of(st.text(max_size=30), st.lists(SIGNS, max_size=12).map("".join))


@examples(300)
@given(texts, st.sampled_from(["UTC", "Europe/Tallinn", "Pacific/Apia", "America/St_Johns"]))
def test_whatever_is_written_is_a_value_or_a_clear_sentence(text: str, zone: str) -> None:
    now = datetime(2026, 6, 1, 12, tzinfo=UTC)
    for read in (parse_duration, parse_size, lambda said: parse_instant(said, zone, now)):
        try:
            value = read(text)
        except BadValue as error:
            assert str(error).strip() and "\n" not in str(error)
        else:
            assert not isinstance(value, datetime) or value.tzinfo is not None


@pytest.mark.parametrize("piece", ["1", "1h ", "9.", "2026-", "now ", "P", " "])
def test_a_very_long_text(piece: str) -> None:
    for read in (parse_duration, parse_size, lambda said: parse_instant(said, "UTC", datetime(2026, 6, 1, tzinfo=UTC))):
        with pytest.raises(BadValue) as error:
            read(piece * 50_000)
        assert len(str(error.value)) < 500
