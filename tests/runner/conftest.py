from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from linodctl.store import open_store
from linodctl.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with open_store(tmp_path / "linodctl.db") as opened:
        yield opened


@pytest.fixture
def people(store: Store) -> Iterator[Store]:
    """The same file as people's commands open it."""
    with open_store(store.path) as opened:
        yield opened
