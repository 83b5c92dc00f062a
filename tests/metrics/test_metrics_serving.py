"""The room as the runner gets it: it serves what the config in force wants served, and says what is in the way."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from a_past import FACTS, NOON, TASKS

from linodctl import events
from linodctl.metrics import exposition
from linodctl.metrics.serving import serving_metrics
from linodctl.store.store import Store
from linodctl.testing import FakeClock

HEARD = 20
"""Seconds within which something is there, or never."""


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


def in_force(port: int | None) -> events.ConfigInForce:
    address = None if port is None else ("127.0.0.1", port)
    return events.ConfigInForce(FACTS.site, "UTC", Path("x.yaml"), TASKS, {}, address)


def scrape(port: int) -> str:
    try:
        with urlopen(f"http://127.0.0.1:{port}/metrics", timeout=HEARD) as answer:
            return str(answer.read().decode())
    except OSError:  # refused, or closed while it was asked
        return ""


async def until(happened: Callable[[], object], what: str) -> None:
    """AssertionError if it never does."""
    async with asyncio.timeout(HEARD):
        while not await asyncio.to_thread(happened):
            await asyncio.sleep(0.01)


def test_it_goes_where_the_config_says(store: Store) -> None:
    heard: list[events.Event] = []

    async def story() -> None:
        first, second = free_port(), free_port()
        with serving_metrics(store.path, FakeClock(NOON), [heard.append]) as listener:
            listener(in_force(None))
            listener(in_force(first))
            await until(lambda: "linodctl_runner_up" in scrape(first), "it is served")
            listener(in_force(first))
            listener(in_force(second))
            await until(lambda: "linodctl_runner_up" in scrape(second) and not scrape(first), "it has moved")
            listener(in_force(None))
            await until(lambda: not scrape(second), "it is served no more")
            listener(in_force(first))
            await until(lambda: scrape(first), "it is served again")
        assert not scrape(first)

    asyncio.run(story())
    assert heard == []


def test_a_taken_port_is_a_trouble_until_it_is_free(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linodctl.metrics.server.BIND_AGAIN", 0.01)
    heard: list[events.Event] = []

    async def story() -> None:
        with serving_metrics(store.path, FakeClock(NOON), [heard.append]) as listener:
            with socket.create_server(("127.0.0.1", 0)) as taken:
                port = taken.getsockname()[1]
                listener(in_force(port))
                await until(lambda: heard, "the trouble is told")
            await until(lambda: len(heard) > 1, "its end is told")
            text = (
                f"the metrics can't be served at 127.0.0.1:{port}: Address already in use; it is tried again and again"
            )
            assert heard == [
                events.Trouble(text, "metrics"),
                events.Mended("metrics", f"the metrics are served at 127.0.0.1:{port} again"),
            ]

    asyncio.run(story())


def test_without_the_extra_the_runner_goes_on_and_says_what_to_install(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    heard: list[events.Event] = []

    async def story() -> None:
        with serving_metrics(store.path, FakeClock(NOON), [heard.append]) as listener:
            listener(in_force(free_port()))
            await until(lambda: heard, "the trouble is told")

    asyncio.run(story())
    (trouble,) = heard
    assert isinstance(trouble, events.Trouble) and exposition.MISSING in trouble.what


def test_a_state_file_that_can_not_be_read_is_told_to_the_scraper(tmp_path: Path) -> None:
    broken = tmp_path / "linodctl.db"
    broken.write_text("no database at all")

    async def story() -> None:
        port = free_port()
        with serving_metrics(broken, FakeClock(NOON), []) as listener:
            listener(in_force(port))
            with pytest.raises(URLError, match="503"):
                async with asyncio.timeout(HEARD):
                    while True:
                        await asyncio.sleep(0.01)
                        try:
                            await asyncio.to_thread(urlopen, f"http://127.0.0.1:{port}/metrics")
                        except URLError as error:
                            if "refused" not in str(error):
                                raise

    asyncio.run(story())
