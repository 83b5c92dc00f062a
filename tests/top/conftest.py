"""A site at rest with six tasks and a past."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from top_bench import NOW, end, log, start

from linodctl.domain import Outcome, Result
from linodctl.operations.site import Site
from linodctl.store import open_store
from linodctl.testing import FakeClock
from linodctl.top import lookout

CONFIG = """
site: demo
timezone: Europe/Tallinn
defaults: {log_level: INFO}
procedures:
  mail: {func: jobs.fine, every: 1 hour, tags: [nightly], description: Sends what waits}
  rates: {func: jobs.fine, every: 1 hour}
  import: {func: jobs.fine, every: 1 hour}
  report: {func: jobs.fine, every: never}
  off: {func: jobs.fine, every: 1 hour, disabled: true}
  zebra: {func: jobs.fine, every: "day at 10:30", tags: [nightly]}
"""


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture
def make_site(tmp_path: Path, clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Site]:
    """Makes a site out of a config; its view looks often."""
    monkeypatch.setattr(lookout, "PAUSE", 0.05)
    (tmp_path / "jobs.py").write_text("def fine():\n    pass\n")

    def make(config: str = CONFIG) -> Site:
        path = tmp_path / "linodctl.yaml"
        path.write_text(config)
        return Site([str(path)], clock=clock)

    return make


@pytest.fixture
def site(make_site: Callable[..., Site]) -> Site:
    """`rates` failed two minutes ago, `import` runs since 100 s and is half done, `mail` succeeded."""
    site = make_site()
    with open_store(site.state) as store:
        end(site, store, "mail", start(site, store, "mail", 600), 590, Result(Outcome.SUCCEEDED))
        run_id = start(site, store, "rates", 130)
        log(store, run_id, "asking the bank")
        end(site, store, "rates", run_id, 120, Result(Outcome.FAILED, error="Traceback\nValueError: no rates"))
        running = start(site, store, "import", 100)
        with store.transaction() as ledger:
            ledger.progress(running, 5, 10, "file 5")
    return site
