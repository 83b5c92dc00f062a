"""Where the parts meet: which clock, store, listeners and executor a runner gets, and what `open_site` returns.

An optional part is one line here.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from importlib import import_module
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from linodctl import __version__, events
from linodctl.operations.site import Site

if TYPE_CHECKING:
    from linodctl.operations.handles import OpenSite
    from linodctl.store.store import Store


PATIENCE = 0.5
"""Seconds for which a tick waits for another program's lock on the state file; then it is tried again later."""


@contextmanager
def listeners(site: Site, store: Store, *, quiet: bool, color: bool) -> Iterator[list[events.Listener]]:
    """Who hears of what happens: the site's log, in which other processes log, too, and those who are to be alerted."""
    from linodctl.logserver.serving import serving
    from linodctl.metrics.serving import serving_metrics
    from linodctl.notify.alerting import alerting
    from linodctl.runner.narrator import Narrator

    zone = ZoneInfo(site.loaded.timezone)
    with ExitStack() as parts:
        log = parts.enter_context(serving(site.state, site.loaded.log, zone, quiet=quiet, color=color))
        heard_by: list[events.Listener] = [Narrator(log, zone)]
        heard_by.append(parts.enter_context(alerting(store, site.clock, tuple(heard_by))))
        heard_by.append(parts.enter_context(serving_metrics(store.path, site.clock, tuple(heard_by))))
        yield heard_by


def import_for_run() -> None:
    """Import what `run_site` will: worth doing early, while something else is waited for."""
    for module in ("logserver.serving", "metrics.serving", "notify.alerting", "runner.session", "store.store"):
        import_module(f"linodctl.{module}")


def run_site(
    site: Site, *, once: bool = False, lasting: timedelta | None = None, quiet: bool = False, color: bool = False
) -> int:
    """Run the site in the foreground until it is stopped; the exit code.

    SiteHeld if another runner has it, ConfigError or StateError if it can't begin.
    """
    from linodctl.execution.newborn import newborn
    from linodctl.operations.trust import CarefulLoader
    from linodctl.store import open_store
    from linodctl.store.lock import SiteLock
    from linodctl.supervision.first_process import stand_in_for_init
    from linodctl.supervision.supervised import supervised

    below_init = stand_in_for_init()
    signal.signal(signal.SIGHUP, signal.SIG_IGN)  # what it asks for, reading the config, is about to be done
    loader = CarefulLoader(site)
    site.loaded = loader.load()  # all problems are told before anything is touched
    with (
        supervised(site.clock, os.environ, below_init=below_init) as host,
        SiteLock(site.state, since=site.now(), version=__version__) as lock,
        newborn(site.loaded.folder, site.loaded.env) as first_zygote,
        open_store(site.state, PATIENCE) as store,
        listeners(site, store, quiet=quiet, color=color) as heard_by,
    ):
        from linodctl.runner.session import (
            session,
        )  # much is imported by it: the zygote's process does its own meanwhile

        heard_by.append(host)
        lives = session(
            loader,
            lock,
            store,
            site.clock,
            heard_by,
            once=once,
            lasting=lasting,
            beat_every=host.beat_every,
            newborn=first_zygote,
        )
        return asyncio.run(lives)


def open_site(config: str | Sequence[str] = (), state: str | None = None) -> OpenSite:
    """The site of a config file, for scripts and web apps: what the commands have, as objects."""
    from linodctl.operations import handles

    return handles.OpenSite(Site([config] if isinstance(config, str) else list(config), state))
