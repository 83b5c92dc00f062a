"""What the benchmarks make of what they measured: lateness of each slot, medians, goals, the table."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from benchmarks import results, table
from benchmarks.everybody import CONTENDERS
from benchmarks.figure import Figure, Goal, Metric, ratio
from benchmarks.figures import FIGURES
from benchmarks.lateness import Stamps, last_of_each_second, lateness, percentile, read_stamps
from benchmarks.rounds import Entry


def _stamps(*times: float) -> Stamps:
    return {0: [(time, None) for time in times]}


def test_each_slot_is_served_by_the_first_run_at_or_after_it() -> None:
    late, missed = lateness(_stamps(100.01, 101.02, 102.03), 1, False, 99.9, 3)
    assert [one.slot for one in late] == [100, 101, 102]
    assert [one.by for one in late] == pytest.approx([0.01, 0.02, 0.03])
    assert missed == 0


def test_a_stall_counts_for_every_slot_that_it_kept_waiting() -> None:
    late, missed = lateness(_stamps(100.01, 103.5), 1, False, 99.9, 4)
    assert [one.by for one in late] == pytest.approx([0.01, 2.5, 1.5, 0.5])
    assert missed == 2, "of the three slots of the stall one has a run of its own"


def test_a_slot_that_nobody_served_is_missed_for_good() -> None:
    late, missed = lateness(_stamps(100.01), 1, False, 99.9, 2)
    assert [one.by for one in late] == [pytest.approx(0.01), math.inf]
    assert missed == 1


def test_spread_tasks_are_due_each_at_its_own_part_of_the_second() -> None:
    stamps: Stamps = {0: [(100.001, None)], 1: [(100.252, None)], 2: [(100.503, None)], 3: [(100.754, None)]}
    late, _ = lateness(stamps, 4, True, 99.9, 1)
    assert [one.by for one in late] == pytest.approx([0.001, 0.002, 0.003, 0.004])


def test_a_scheduler_that_drifts_tells_when_its_runs_were_due() -> None:
    late, missed = lateness({0: [(100.31, 100.3), (101.33, 101.31), (102.33, 102.33)]}, 1, False, 99.9, 2)
    assert [one.by for one in late] == pytest.approx([0.01, 0.02])
    assert missed == 0


def test_the_last_of_each_second_is_the_median_over_the_seconds() -> None:
    late, _ = lateness(
        {0: [(100.1, None), (101.1, None)], 1: [(100.2, None), (101.4, None)]}, 2, False, begin=99.9, seconds=2
    )
    assert last_of_each_second(late) == pytest.approx(0.3)
    assert percentile([3, 1, 2, 4], 0.5) == 2 and percentile(range(1, 101), 0.99) == 99


def test_stamps_are_read_in_the_order_of_time(tmp_path: Path) -> None:
    (tmp_path / "stamps").write_text("7 101.5 None\n7 100.5 100.25\n")
    assert read_stamps(tmp_path / "stamps") == {7: [(100.5, 100.25), (101.5, None)]}
    assert read_stamps(tmp_path / "none") == {}


def _document(monkeypatch: pytest.MonkeyPatch, ours: list[float], theirs: list[float | None]) -> dict[str, object]:
    goal = Goal("ours", "the other", ratio("ours", "theirs", "rate"), at_least=2)
    figure = Figure("speed", "how", {"rate": Metric("/s", True)}, lambda *_: {}, against="ours", goals=(goal,))
    monkeypatch.setitem(FIGURES, "speed", figure)
    entries = [
        Entry("speed", "ours", "linodctl", {}, samples=[{"rate": value} for value in ours]),
        Entry("speed", "theirs", "fork", {}, samples=[value and {"rate": value} for value in theirs], trouble="broke"),
    ]
    document = results.document(entries, {"small": False})
    json.dumps(document)  # it is what --json writes
    return document


def test_goals_are_judged_round_by_round(monkeypatch: pytest.MonkeyPatch) -> None:
    document = _document(monkeypatch, [100, 10, 300], [40, 5, 100])  # a slow minute hits both
    text = table.table(document)
    assert "≥ 2 × the other: 2.5 × (2 – 3) reached" in text
    assert "100/s (10 – 300)" in text and "0.40 ×" in text


def test_a_round_in_which_one_failed_judges_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    text = table.table(_document(monkeypatch, [100, 100], [100, None]))
    assert "1 × MISSED" in text
    text = table.table(_document(monkeypatch, [100], [None]))
    assert "not measured" in text and "broke" in text


def test_everybody_takes_part_in_figures_that_exist_under_labels_of_their_own() -> None:
    for figure in FIGURES:
        labels = [label for one in CONTENDERS.values() for label in one.TAKES_PART.get(figure, {})]
        assert labels and len(labels) == len(set(labels)), figure
        assert {goal.who for goal in FIGURES[figure].goals} <= set(labels), figure
        assert FIGURES[figure].against in labels, figure
    for name, one in CONTENDERS.items():
        assert set(one.TAKES_PART) <= set(FIGURES), name
