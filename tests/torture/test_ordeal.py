"""A short ordeal in every test run, and a long one on request (`pytest -m soak`)."""

from __future__ import annotations

from pathlib import Path

import pytest

from .mischief import Mischief
from .ordeal import Ordeal


@pytest.mark.timeout(300)  # a busy machine makes each of its dozen restarts slow
def test_a_short_ordeal(tmp_path: Path) -> None:
    report = Ordeal(tmp_path, seed=7).undergo(lambda mischief: _kills(mischief) >= 12, hurry=4)
    assert not report.discrepancies, report.text()
    assert report.killed >= 12
    assert report.evidence.told("start"), "something was carried out in between"


@pytest.mark.soak
@pytest.mark.timeout(3600)
@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_long_ordeal(seed: int, tmp_path: Path) -> None:
    report = Ordeal(tmp_path, seed).undergo(lambda mischief: _kills(mischief) >= 100)
    assert not report.discrepancies, report.text()


def _kills(mischief: Mischief) -> int:
    return sum(mischief.kills.values())
