"""A site in a folder of its own, asked from this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from chronicle import Chronicle

from linodctl.operations.site import Site
from linodctl.testing import FakeClock

Begin = Callable[..., Chronicle]

NOW = datetime(2026, 3, 2, 10, 0, tzinfo=UTC)
"""A Monday."""

JOBS = """
import threading


def fine(ar, n=0):
    ar.memory["n"] = ar.memory.get("n", 0) + n
    ar.info("n is %s", ar.memory["n"])
    return "all done"


def fails():
    raise ValueError("on purpose")


def retries():
    from linodctl import Retry

    raise Retry(after=1)
"""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def make_site(tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Site]:
    """Makes a site out of a config; a second call changes the config of the same site."""
    monkeypatch.delenv("XDG_CACHE_HOME", raising=False)
    (tmp_path / "jobs.py").write_text(JOBS)

    def make(config: str) -> Site:
        path = tmp_path / "linodctl.yaml"
        path.write_text(config)
        return Site([str(path)], clock=clock)

    return make


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
