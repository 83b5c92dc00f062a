"""What the view shows of a site that changes while it is open: its state file, its config, its runner."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from sites import SiteFolder
from top_bench import View, start, view

from linodctl.errors import StateError
from linodctl.operations.site import Site
from linodctl.operations.watching import CONFIG_PAUSE, COPY_PAUSE, Watch
from linodctl.store import open_store
from linodctl.store.lock import SiteLock
from linodctl.testing import FakeClock
from linodctl.top import lookout


def test_a_state_file_that_comes_later_is_seen(make_site: Callable[..., Site], clock: FakeClock) -> None:
    site = make_site()

    async def story() -> None:
        async with view(site, (200, 24)) as seen:
            assert "no runner is alive; there has never been one" in seen.head
            assert "start a runner with 'linodctl run'" in seen.head
            with open_store(site.state) as store:
                start(site, store, "mail", 5)
            clock.advance(COPY_PAUSE)
            await seen.until_shown("mail", "Running since 2026-03-02 11:59:55+02:00")

    asyncio.run(story())


def test_a_config_with_problems_is_told_and_a_changed_one_taken_over(
    site: Site, make_site: Callable[..., Site], clock: FakeClock
) -> None:
    async def story() -> None:
        async with view(site) as seen:
            make_site("site: demo\nprocedures: {mail: {func: jobs.fine, evry: 1 hour}}")
            clock.advance(CONFIG_PAUSE)
            await seen.until(lambda: "the config on disk has problems" in seen.head, "the head tells it")
            assert "evry: unknown option" in seen.head and seen.row("mail")
            make_site("site: demo\nprocedures: {other: {func: jobs.fine, every: 1 hour}}")
            clock.advance(60)
            await seen.until(lambda: "problems" not in seen.head, "it is well again")
            assert list(seen.table.table.names) == ["other"]
            await seen.press("enter")
            make_site("site: demo\nprocedures: {third: {func: jobs.fine, every: 1 hour}}")
            clock.advance(60)
            await seen.until(lambda: "doesn't declare it any more" in seen.head, "the task's page tells it")
            await seen.press("escape")
            await seen.until(lambda: list(seen.table.table.names) == ["third"], "the table has the new one")

    asyncio.run(story())


def test_no_transaction_is_held_between_looks(site: Site) -> None:
    """What is read must not keep the log of the state file from being taken over: it would grow for ever."""
    watch = Watch(site)
    watch.look()
    with open_store(site.state) as store:
        store.put_note("x", 1)
        busy, left, moved = store._all("PRAGMA wal_checkpoint(TRUNCATE)")[0]
    assert (busy, left, moved) == (0, 0, 0)
    watch.look()
    watch.close()


def test_what_has_not_changed_is_not_read_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    watch = Watch(site)
    first = watch.look()
    assert watch.look().running is first.running
    with open_store(site.state) as store:
        store.disable(["mail"], "why not", site.now(), None, "ann")
    second = watch.look()
    assert second.lines["mail"].status.text == "Disabled (why not)"
    assert second.lines["zebra"] is first.lines["zebra"]
    watch.close()


def test_another_state_file_in_its_place_is_read_afresh(site: Site) -> None:
    watch = Watch(site)
    assert watch.look().status.running
    for path in site.state.parent.glob(f"{site.state.name}*"):
        path.unlink()
    with open_store(site.state) as store:
        store.put_note("x", 1)
    glance = watch.look()
    assert glance.status.running == [] and glance.lines["mail"].state is None
    watch.close()


def test_a_state_file_that_cannot_be_read_is_an_error_and_read_again_later(site: Site) -> None:
    watch = Watch(site)
    content = site.state.read_bytes()
    site.state.write_bytes(b"no database at all, but some text that is long enough" * 100)
    watch.close()
    with pytest.raises(StateError):
        watch.look()
    site.state.write_bytes(content)
    assert watch.look().lines
    watch.close()


def test_a_runner_that_goes_and_another_one(site: Site) -> None:
    async def story() -> None:
        async with view(site) as seen:
            assert "no runner is alive" in seen.head
            for _ in range(2):
                with SiteLock(site.state, since=site.now()):
                    await seen.until(lambda: "the runner is alive" in seen.head, "it has come")
                    assert f"pid {os.getpid()}" in seen.head
                await seen.until(lambda: "no runner is alive" in seen.head, "it has gone")

    asyncio.run(story())


REAL = """
site: real
drain: 1s
procedures:
  waits: {func: jobs.until_cancelled, every: never}
  talks: {func: jobs.waits_a_moment, every: never, log_level: DEBUG}
"""


def test_with_a_real_runner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookout, "PAUSE", 0.05)
    folder = SiteFolder(tmp_path, REAL)
    site = Site([str(folder.config)])

    async def story() -> None:
        async with view(site) as seen:
            assert "there has never been one" in seen.head
            with folder.runner():
                await seen.until(lambda: "the runner is alive" in seen.head, "the runner has come")
                await trigger_and_cancel(seen)
                await read_along(seen)
            await seen.until(lambda: "no runner is alive" in seen.head, "the runner was killed")

    async def trigger_and_cancel(seen: View) -> None:
        await seen.press("t", "y")
        await seen.until_shown("waits", "Running")
        await seen.press("c", "y")
        await seen.until_said("asked to stop")
        await seen.until_shown("waits", "cancelled")

    async def read_along(seen: View) -> None:
        await seen.press("down", "enter", "t", "y")
        await seen.until(lambda: "logged 42" in seen.page and "printed" in seen.page, "what the run says")
        await seen.press("q")
        await seen.until_shown("talks", "succeeded")

    asyncio.run(story())
    assert [row["outcome"] for row in folder.history()] == ["succeeded", "cancelled"]


def test_only_rows_in_sight_are_worked_out(make_site: Callable[..., Site]) -> None:
    """So thousands cost what fifty do; counted, since time can't be relied on."""
    names = ", ".join(f"task_{number:03}: {{func: jobs.fine, every: 1 hour}}" for number in range(300))
    site = make_site(f"procedures: {{{names}}}")

    async def story() -> None:
        async with view(site, (80, 24)) as seen:
            drawn: list[str] = []
            table = seen.table.table
            draw = table._draw
            table._draw = lambda name, width: drawn.append(name) or draw(name, width)  # type: ignore[func-returns-value]
            await seen.press("end")
            assert table.at_hand == "task_299"
            await seen.press("up", "pageup")
            assert len(set(drawn)) < 100
            await seen.press("slash", *"task_27", "enter")
            assert len(table.names) == 10

    asyncio.run(story())
