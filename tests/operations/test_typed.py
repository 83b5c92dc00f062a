"""Values as people type them."""

from __future__ import annotations

from typing import Any

import pytest

from linodctl.errors import UsageError
from linodctl.operations.typed import pairs, value_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("5", 5),
        ("1.5", 1.5),
        ("true", True),
        ("no", "no"),
        ("09:30", "09:30"),
        ("null", None),
        ("", ""),
        ("10 seconds", "10 seconds"),
        ("'5'", "5"),
        ("{attempts: 3, delay: 10s}", {"attempts": 3, "delay": "10s"}),
        ("[a, b]", ["a", "b"]),
        ("*/5 * * * *", "*/5 * * * *"),
        ("@daily", "@daily"),
        ("%d", "%d"),
        ("*.log", "*.log"),
    ],
)
def test_values_are_read_as_yaml_reads_them(text: str, value: Any) -> None:
    found = value_of(text)
    assert (found, type(found)) == (value, type(value))


def test_pairs_split_at_the_first_equals_sign() -> None:
    assert pairs(["a=1", "b=x=y", "a=2"], "") == {"a": 2, "b": "x=y"}


@pytest.mark.parametrize("word", ["a", "=1", ""])
def test_what_is_no_pair(word: str) -> None:
    with pytest.raises(UsageError, match="is not KEY=VALUE; for example --arg n=1"):
        pairs([word], "--arg n=1")


def test_what_is_not_yaml() -> None:
    with pytest.raises(UsageError, match=r"the value '\{a: 1'"):
        value_of("{a: 1")
