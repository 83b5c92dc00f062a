"""Sites to be asked by the installed program: one at rest for each test, one with a runner for the whole session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_site import AT_REST, Site, with_home_of_its_own

ALIVE = """
site: alive
timezone: Europe/Tallinn
drain: 1s
procedures:
  quick: {func: jobs.quick, every: never}
  talks: {func: jobs.waits_a_moment, every: never, log_level: DEBUG}
  logs_on: {func: jobs.waits_a_moment, every: never}
  fails: {func: jobs.fail, every: never}
  fails_gently: {func: jobs.fail, every: never, disable_after: never}
  warns: {func: jobs.warns, every: never}
  waits: {func: jobs.until_cancelled, every: never}
  also_waits: {func: jobs.until_cancelled, every: never}
  asks: {func: jobs.until_cancelled, every: never}
  retries_slowly: {func: jobs.fail, every: never, retries: {attempts: 2, delay: 1h, max_delay: 1h}}
  often: {func: jobs.remembers, every: 1 hour}
"""


@pytest.fixture
def site(tmp_path: Path) -> Site:
    """A site without a runner and without a state file."""
    return with_home_of_its_own(Site(tmp_path, AT_REST))


@pytest.fixture(scope="session")
def alive(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """A site with a runner; its tests use tasks of their own."""
    site = with_home_of_its_own(Site(tmp_path_factory.mktemp("alive"), ALIVE))
    with site.runner():
        yield site
