"""What a value looks like in a column: instants as ISO 8601 UTC text, mappings as JSON, text without poison."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from linodctl.domain import Pending, Trigger

LARGEST_MEMORY = 64 * 1024
"""Characters of JSON that a task's memory may take: it is a cursor or a watermark, not a database."""

_POISON = "[\x00\ud800-\udfff]"


def text_of(instant: datetime) -> str:
    """An aware instant as text whose alphabetical order is the order of time. ValueError for a naive one."""
    return _spelled(instant if instant.tzinfo is UTC else _in_utc(instant))


def texts_of(instants: Iterable[datetime]) -> Iterator[str]:
    """The same, for masses of instants: mostly one is of the same second as the one before, which spares two thirds of
    the time."""
    second, spelled = datetime.min.replace(tzinfo=UTC), ""
    for instant in instants:
        if instant.tzinfo is not UTC:
            instant = _in_utc(instant)
        since = instant - second
        if since.seconds or since.days:
            second = instant.replace(microsecond=0)
            spelled = second.isoformat().removesuffix("+00:00")
        yield f"{spelled}.{instant.microsecond:06d}+00:00"


def _in_utc(instant: datetime) -> datetime:
    if instant.tzinfo is None:
        raise ValueError(f"{instant} has no time zone")
    return instant if instant.tzinfo is UTC else instant.astimezone(UTC)


@lru_cache(maxsize=4096)
def _spelled(instant: datetime) -> str:
    """A tick writes few instants many times. (In UTC alone are those that compare equal the same.)"""
    return instant.isoformat(timespec="microseconds")


def text_or_none(instant: datetime | None) -> str | None:
    if instant is None:
        return None
    return _spelled(instant) if instant.tzinfo is UTC else text_of(instant)


@lru_cache(maxsize=256)
def instant_of(text: str) -> datetime:
    """ValueError for what is no instant, or one too far away to be told in every zone.

    The states of many tasks name the same instants; they share them.
    """
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None or not 1 < instant.year < 9999:
        raise ValueError(f"{text!r} is no instant")
    return instant


def instant_or_none(text: str | None) -> datetime | None:
    return None if text is None else instant_of(text)


def json_of(value: Any) -> str:
    """JSON in ASCII, so that not even a lone surrogate keeps it out; what JSON doesn't know becomes text."""
    if isinstance(value, dict) and not value:
        return "{}"
    return _encode(value)


_encode = json.JSONEncoder(default=str, separators=(",", ":")).encode
_encode_strictly = json.JSONEncoder(separators=(",", ":")).encode


def mapping_of(text: str) -> dict[str, Any]:
    """ValueError for what is no JSON mapping."""
    if text == "{}":
        return {}
    value = json.loads(text)
    if not isinstance(value, dict):
        raise ValueError(f"{text!r:.40} is no JSON mapping")
    return value


def clean(text: str) -> str:
    """`text` with U+FFFD for what a file can't hold (lone surrogates) or SQLite tools stop at (NUL)."""
    if text.isascii() and "\0" not in text:  # most are
        return text
    return re.sub(_POISON, "\ufffd", text)


def clean_or_none(text: str | None) -> str | None:
    return None if text is None else clean(text)


def memory_of(memory: Mapping[str, Any]) -> str | None:
    """A task's memory as JSON; None if it doesn't fit (`memory_complaint` says why)."""
    if not memory:
        return "{}"
    return None if memory_complaint(memory) else json_of(dict(memory))


def memory_complaint(memory: Mapping[str, Any]) -> str | None:
    """Why this memory can't be kept, in one sentence; None if it can."""
    if not memory:
        return None
    try:
        size = len(_encode_strictly(dict(memory)))
    except (TypeError, ValueError, RecursionError) as error:
        return f"the memory was not kept, since it is not JSON ({error}); the one before stays"
    if size > LARGEST_MEMORY:
        return (
            f"the memory was not kept: {size} characters of JSON, {LARGEST_MEMORY} is the limit; the one before stays"
        )
    return None


def pending_json(items: Collection[Pending]) -> str:
    if not items:
        return "[]"
    return _encode_strictly([_pending_shape(item) for item in items])


def pending_of(text: str) -> tuple[Pending, ...]:
    if text == "[]":
        return ()
    return tuple(
        Pending(
            slot=instant_of(item["slot"]),
            attempt=item.get("attempt", 1),
            trigger=Trigger(item["trigger"]),
            due=instant_or_none(item.get("due")),
            until=instant_or_none(item.get("until")),
            request_id=item.get("request_id"),
        )
        for item in json.loads(text)
    )


def _pending_shape(item: Pending) -> dict[str, Any]:
    shape = {
        "slot": text_of(item.slot),
        "attempt": item.attempt,
        "trigger": item.trigger.value,
        "due": text_or_none(item.due),
        "until": text_or_none(item.until),
        "request_id": item.request_id,
    }
    return {key: value for key, value in shape.items() if value is not None}
