"""The pure parts: frames, lines, the log's budget, the verdict on a run."""

from __future__ import annotations

import itertools
import os
import signal
import socket
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linodctl.domain import Outcome, Result
from linodctl.execution import stacks, wire
from linodctl.execution.budget import PER_LINE, LogBudget
from linodctl.execution.lines import LONGEST, Lines
from linodctl.execution.outcome import LONGEST_ERROR, one_line, raised, unfit_for_json
from linodctl.execution.reports import LogLine
from linodctl.execution.settle import Asked, Exit, settle, told
from linodctl.execution.stacks import Stacks

NOW = datetime(2026, 1, 1, tzinfo=UTC)

# --- frames --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [
        {"a": [1, 2.5, None, True, "ü\n"]},
        {"when": NOW, "day": date(2026, 1, 1), "at": time(3, 30), "long": timedelta(hours=1.5)},
        {"$date": "no date"},
        {"$date": "2026-01-01", "other": 1},
    ],
)
def test_values_come_back_as_they_were(value: Any) -> None:
    assert wire.unpack(wire.pack(value)) == value


def test_mappings_become_dicts_and_strangers_are_refused() -> None:
    assert wire.unpack(wire.pack(MappingProxyType({"a": 1}))) == {"a": 1}
    with pytest.raises(wire.Unsendable, match="a set can't be sent to another process"):
        wire.pack({"x": {1}})
    with pytest.raises(wire.BadFrame):
        wire.unpack(b"{")


@given(st.lists(st.text(), max_size=5), st.integers(1, 9))
def test_frames_survive_any_cut(texts: list[str], size: int) -> None:
    stream = b"".join(wire.pack(text) for text in texts)
    splitter = wire.Splitter()
    lines = [line for i in range(0, len(stream), size) for line in splitter.feed(stream[i : i + size])]
    assert wire.unpack_many(lines) == texts


def test_a_frame_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wire, "MAX_FRAME", 10)
    splitter = wire.Splitter()
    with pytest.raises(wire.BadFrame):
        splitter.feed(b"x" * 11)


def test_receiving_takes_exactly_one_frame() -> None:
    left, right = socket.socketpair()
    with left, right:
        left.sendall(b"one\ntwo\n")
        assert wire.receive_line(right) == b"one\n"
        assert right.recv(10) == b"two\n"
        left.close()
        assert wire.receive_line(right) is None


@given(st.binary(max_size=20), st.binary(max_size=20), st.integers(0, 60))
def test_a_measured_frame_is_taken_exactly_or_not_at_all(frame: bytes, after: bytes, cut: int) -> None:
    sent = (wire.measured(frame) + after)[:cut]
    ours, theirs = os.pipe()
    with open(ours, "rb", buffering=0) as reader:
        with open(theirs, "wb", buffering=0) as writer:
            writer.write(sent)
        if cut < len(wire.measured(frame)):
            assert wire.read_measured(ours) is None
        else:
            assert wire.read_measured(ours) == frame
            assert reader.read() == sent[len(wire.measured(frame)) :]


# --- lines ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("data", "texts"),
    [
        (b"one\ntwo\n", ["one", "two"]),
        (b"one\n\nlast", ["one", "", "last"]),
        (b"windows\r\n", ["windows"]),
        (b"10%\r50%\r100%\n", ["100%"]),
        (b"\xff\xfe\n", ["\ufffd\ufffd"]),
        (b"x" * (LONGEST + 1) + b"\n", ["x" * LONGEST, "x"]),
    ],
)
def test_lines(data: bytes, texts: list[str]) -> None:
    lines = Lines()
    assert lines.feed(data) + lines.finish() == texts


@given(st.text(alphabet="aé€😀", max_size=40), st.integers(1, 7))
def test_characters_survive_any_cut(text: str, size: int) -> None:
    lines = Lines()
    data = text.encode()
    found = [line for i in range(0, len(data), size) for line in lines.feed(data[i : i + size])]
    assert "".join(found + lines.finish()) == text


def test_an_endless_line_is_split_between_characters() -> None:
    lines = Lines()
    text = "a" + "€" * LONGEST
    data = text.encode()
    found = [line for i in range(0, len(data), 1000) for line in lines.feed(data[i : i + 1000])] + lines.finish()
    assert "".join(found) == text
    assert max(len(line.encode()) for line in found) <= LONGEST


# --- the budget ----------------------------------------------------------------------------------


def say(count: int, text: str = "x" * 60) -> list[LogLine]:
    return [LogLine(NOW, 20, "", f"{i:06d}{text}") for i in range(count)]


def test_a_log_within_its_budget_is_untouched() -> None:
    budget = LogBudget(10_000)
    lines = say(40)
    assert list(budget.admit(lines) + budget.rest()) == lines


def test_the_tail_counts_too() -> None:
    """A log of between half and all of the budget loses nothing, though its second half comes at the end."""
    budget = LogBudget((66 + PER_LINE) * 100)
    lines = say(100)
    assert len(budget.admit(lines)) == 50
    assert list(budget.rest()) == lines[50:]


@given(st.lists(st.integers(0, 300), max_size=60), st.integers(100, 5000))
def test_never_more_than_the_budget_and_always_the_newest(sizes: list[int], log_bytes: int) -> None:
    lines = [LogLine(NOW, 20, "", "x" * size) for size in sizes]
    budget = LogBudget(log_bytes)
    head: tuple[LogLine, ...] = ()
    for line in lines:
        head += budget.admit([line])
    rest = budget.rest()
    marker = [line for line in rest if line.logger == "linodctl"]
    tail = [line for line in rest if line.logger != "linodctl"]
    assert [*head] == lines[: len(head)]
    assert tail == lines[len(lines) - len(tail) :]
    assert bool(marker) == (len(head) + len(tail) < len(lines))
    cost = sum(len(line.text) + PER_LINE for line in [*head, *tail])
    assert cost <= log_bytes or len(tail) == 1


# --- the verdict ---------------------------------------------------------------------------------


def account(outcome: str = "succeeded", **more: Any) -> Result:
    return told({"outcome": outcome, **more})


ASKED = Asked(Outcome.TIMED_OUT, "too long")


@pytest.mark.parametrize(
    ("ending", "end", "asked", "lost", "outcome", "reason"),
    [
        (account(), Exit(0), None, None, Outcome.SUCCEEDED, None),
        (account("warned", reason="half"), Exit(0), None, None, Outcome.WARNED, "half"),
        (account(), Exit(0), ASKED, None, Outcome.TIMED_OUT, "too long"),
        (account("failed", reason="KeyError"), Exit(1), ASKED, None, Outcome.TIMED_OUT, "too long"),
        (None, Exit(signal=signal.SIGKILL), ASKED, None, Outcome.TIMED_OUT, "too long"),
        (None, Exit(), ASKED, "the zygote died", Outcome.TIMED_OUT, "too long"),
        (account(), Exit(), None, "the zygote died", Outcome.SUCCEEDED, None),
        (None, Exit(), None, "the zygote died", Outcome.LOST, "the zygote died"),
        (None, Exit(signal=signal.SIGABRT), None, None, Outcome.FAILED, "the worker was killed by SIGABRT"),
        (None, Exit(signal=signal.SIGHUP), None, None, Outcome.LOST, "the worker was killed by SIGHUP"),
        (None, Exit(signal=40), None, None, Outcome.FAILED, "the worker was killed by signal 40"),
    ],
)
def test_settle(
    ending: Result | None, end: Exit, asked: Asked | None, lost: str | None, outcome: Outcome, reason: str
) -> None:
    result = settle(ending, end, asked, lost)
    assert (result.outcome, result.reason) == (outcome, reason)


@pytest.mark.parametrize("ending", [{}, {"outcome": "nonsense"}, {"outcome": "succeeded", "memory": [1]}])
def test_nonsense_is_no_account(ending: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"not a valid|no mapping"):
        told(ending)


def test_a_stopped_run_keeps_its_memory_and_asks_for_no_retry() -> None:
    result = settle(account("failed", memory={"a": 1}, retry_after=5, error="trace"), Exit(1), ASKED)
    assert (result.memory, result.retry_after, result.error) == ({"a": 1}, None, "trace")


# --- texts ---------------------------------------------------------------------------------------


class Unspeakable(Exception):
    def __str__(self) -> str:
        raise ValueError("no words")


def test_texts_that_can_not_be_made() -> None:
    assert one_line(Unspeakable()) == "<Unspeakable whose text can't be made: ValueError>"
    ending = raised(Unspeakable())
    assert ending.outcome == "failed"
    assert "Unspeakable" in (ending.error or "")


def test_a_huge_error_is_cut_in_the_middle() -> None:
    error = raised(ValueError("begin " + "x" * 10**6 + " end")).error or ""
    assert len(error) < LONGEST_ERROR + 100
    assert "begin" in error
    assert error.endswith(" end")


@pytest.mark.parametrize(
    ("value", "problem"),
    [
        ({"a": [1, None, {"b": "c"}], "d": 1.5}, None),
        ({"a": {1: 2}}, "memory['a'] has the key 1; keys must be text"),
        ({"a": [1, {2}]}, "memory['a'][1] is a set, which JSON can't hold"),
        ({"a": float("nan")}, "memory['a'] is nan, which JSON can't hold"),
    ],
)
def test_unfit_for_json(value: Any, problem: str | None) -> None:
    assert unfit_for_json(value, "memory") == problem


def test_what_holds_itself_is_unfit_for_json() -> None:
    value: dict[str, Any] = {}
    value["self"] = value
    assert "levels deep" in (unfit_for_json(value, "memory") or "")


# --- stacks --------------------------------------------------------------------------------------

WRITTEN = f"""\
Thread 0x00007f2dd7ba16c0 (most recent call first):
  File "/usr/lib/python3.11/threading.py", line 982 in run

Current thread 0x00007f2dd8be1b80 (most recent call first):
  File "/site/jobs.py", line 10 in work
  File "{Path(stacks.__file__).parent}/perform.py", line 50 in _call
  File "<string>", line 1 in <module>""".splitlines()


@given(st.lists(st.integers(0, len(WRITTEN)), max_size=4), st.text(max_size=5))
def test_stacks_are_picked_out_of_the_output_and_lose_our_own_frames(cuts: list[int], noise: str) -> None:
    found = Stacks()
    ends = [0, *sorted(cuts), len(WRITTEN)]
    told = [found.hear(["x" + noise, *WRITTEN[start:end]]) for start, end in itertools.pairwise(ends)]
    assert told.count(True) == 1
    assert not found.hear(WRITTEN)
    assert found.text.splitlines() == [stacks.HEADING, *WRITTEN[:5]]


def test_no_stacks_make_no_text() -> None:
    found = Stacks()
    assert not found.hear(["", "something else"])
    assert found.text == ""
