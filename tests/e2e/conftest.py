from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from sites import SiteFolder


@pytest.fixture
def make_site(tmp_path: Path) -> Callable[[str], SiteFolder]:
    """A function that makes a site of a config text in a folder of its own."""
    return lambda config: SiteFolder(tmp_path, config)
