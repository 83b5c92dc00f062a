"""Sites with a past that the test dictates."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from chronicle import Chronicle

Begin = Callable[..., Chronicle]


@pytest.fixture
def begin(tmp_path: Path) -> Iterator[Begin]:
    """Makes a site whose runner starts at 12:00 on a Monday; tasks come by name: `begin(a="every: day")`."""
    opened: list[Chronicle] = []

    def make(*, site: str = "", **tasks: str) -> Chronicle:
        declared = "".join(f"  {name}: {{func: jobs.job, {options}}}\n" for name, options in tasks.items())
        opened.append(Chronicle(tmp_path, f"{site}\nprocedures:\n{declared}"))
        opened[-1].start()
        return opened[-1]

    yield make
    for chronicle in opened:
        chronicle.close()
