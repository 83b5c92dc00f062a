from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from a_past import filled

from linodctl.store import open_store
from linodctl.store.store import Store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Of a site with a past."""
    with open_store(tmp_path / "linodctl.db") as store:
        filled(store)
        yield store
