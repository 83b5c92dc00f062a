"""A state file for each test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from linodctl.store import open_store
from linodctl.store.store import Store


@pytest.fixture
def state(tmp_path: Path) -> Path:
    """Where the test's state file is, or will be."""
    return tmp_path / "linodctl.db"


@pytest.fixture
def store(state: Path) -> Iterator[Store]:
    with open_store(state) as opened:
        yield opened
