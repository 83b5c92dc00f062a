"""Each key does what it says, in the state file, and says what came of it; driven through the application."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import pytest
from top_bench import View, log, start, view

from linodctl.operations.site import Site
from linodctl.operations.watching import Watch
from linodctl.store import open_store
from linodctl.store.lock import SiteLock
from linodctl.testing import FakeClock
from linodctl.top.app import TopApp
from linodctl.top.help_screen import HelpScreen
from linodctl.top.task_screen import TaskScreen

Story = Callable[[View], Coroutine[Any, Any, None]]


def live(site: Site, story: Story, size: tuple[int, int] = (120, 40)) -> int | None:
    """What happens in front of the view; its exit code."""

    async def told() -> int | None:
        async with view(site, size) as seen:
            await story(seen)
        return seen.app.return_value

    return asyncio.run(told())


async def choose(seen: View, task: str) -> None:
    table = seen.table.table
    while table.at_hand != task:
        before = table.at_hand
        await seen.press("down")
        assert table.at_hand != before, f"{task} is not in the table"


def test_trigger_asks_and_makes_a_request(site: Site) -> None:
    async def story(seen: View) -> None:
        await choose(seen, "report")
        await seen.press("t", "n")
        await seen.until_said("nothing was done")
        await seen.press("t", "y")
        await seen.until_said("report: requested to run asap (request 1); no runner is alive")
        await seen.until_shown("report", "Requested to run asap")

    live(site, story)
    with site.reading() as reader:
        assert [request.task for request in reader.requests()] == ["report"]


def test_with_a_runner_it_does_not_say_that_there_is_none(site: Site) -> None:
    async def story(seen: View) -> None:
        await seen.press("t", "y")
        assert "no runner" not in await seen.until_said("mail: requested to run asap (request 1)")

    with SiteLock(site.state):
        live(site, story)


def test_keys_that_are_typed_very_fast_arrive_in_order(site: Site) -> None:
    async def story(seen: View) -> None:
        seen.type("t", "y", "t", "n", "t", "y", "slash", *"zebra", "enter", "t", "y")
        await seen.until_said("zebra: requested to run asap (request 3)")
        assert list(seen.table.table.names) == ["zebra"]

    live(site, story)
    with site.reading() as reader:
        assert [request.task for request in reader.requests()] == ["mail", "mail", "zebra"]


def test_only_y_is_yes(site: Site) -> None:
    async def story(seen: View) -> None:
        for key in ("t", "enter", "space", "escape", "q"):
            await seen.press("c", key)
            await seen.until_said("nothing was done")

    live(site, story)
    with site.reading() as reader:
        assert reader.edits() == []


def test_cancel_withdraws_and_stops(site: Site) -> None:
    async def story(seen: View) -> None:
        await choose(seen, "import")
        await seen.press("t", "y")
        await seen.until_said("request 1")
        await seen.press("c", "y")
        await seen.until_said("import: 1 request withdrawn, run 3 asked to stop")
        await seen.press("home", "c", "y")
        await seen.until_said("task 'mail' doesn't have a request, a run or a retry to cancel")

    live(site, story)
    with site.reading() as reader:
        assert reader.requests() == []
        [run] = reader.running()
        assert run.cancel_requested


def test_disable_takes_a_reason_and_enable_takes_it_back(site: Site) -> None:
    async def story(seen: View) -> None:
        await seen.press("d", "escape")
        await seen.until_said("mail: left as it was")
        await seen.press("d", *"moving", "enter")
        await seen.until_said("mail: disabled (moving)")
        await seen.until_shown("mail", "Disabled (moving)")
        await seen.press("e", "y")
        await seen.until_said("mail: enabled")
        await seen.until_shown("mail", "Scheduled to run at 2026-03-02 12:50:00+02:00 (in 50 minutes)")

    live(site, story, (200, 40))
    with site.reading() as reader:
        assert [edit.action for edit in reader.edits()] == ["disable", "enable"]


def test_what_the_declaration_disables_stays_so_and_the_line_to_change_is_named(site: Site) -> None:
    async def story(seen: View) -> None:
        await choose(seen, "off")
        await seen.press("e", "y")
        assert "linodctl.yaml:" in await seen.until_said("off: stays disabled by its declaration")

    live(site, story)


def test_the_filter_narrows_as_one_types_and_escape_shows_all_again(site: Site) -> None:
    async def story(seen: View) -> None:
        names = lambda: list(seen.table.table.names)  # noqa: E731 - a question to be asked anew
        await seen.press("slash", *"tag:n*")
        await seen.until(lambda: names() == ["mail", "zebra"], "those tagged nightly")
        await seen.press("enter")
        assert "2 tasks with 'tag:n*'" in seen.head
        await seen.press("end")
        assert seen.table.at_hand == "zebra"
        await seen.press("slash", "tab", "x")  # a tab leads nowhere
        await seen.until(lambda: not names(), "none of them")
        await seen.press("escape")
        await seen.until(lambda: len(names()) == 6, "all of them")
        assert seen.table.at_hand == "zebra"  # what was at hand stays so
        await seen.press("slash", *"failed", "enter", "t")
        assert "Run rates as soon as possible?" in seen.lines("question")
        await seen.press("n", "escape")
        assert len(names()) == 6

    live(site, story)


def test_sorting_keeps_the_task_at_hand(site: Site) -> None:
    async def story(seen: View) -> None:
        await seen.press("s")
        await seen.until_said("sorted by task")
        assert seen.table.at_hand == "import"  # nobody went to another one yet
        await choose(seen, "rates")
        assert list(seen.table.table.names) == ["import", "mail", "off", "rates", "report", "zebra"]
        await seen.press("r")
        await seen.until_said("sorted by task, reversed")
        assert seen.table.table.names[0] == "zebra" and seen.table.at_hand == "rates"
        await seen.press("s")
        await seen.until_said("sorted by status")
        assert seen.table.table.names[0] == "import"
        assert seen.table.at_hand == "rates"

    live(site, story)


def test_the_log_of_a_task_goes_on_while_one_reads(site: Site) -> None:
    async def story(seen: View) -> None:
        await choose(seen, "rates")
        await seen.press("enter")
        await seen.until(lambda: "asking the bank" in seen.page, "what was logged before")
        assert "run 2 of rates" in seen.page and "ValueError: no rates" in seen.head
        with open_store(site.state) as store:
            log(store, start(site, store, "rates", 0), "asking again", "two\nlines", level=30)
        await seen.until(lambda: "lines" in seen.page, "what is logged now")
        assert seen.page.splitlines()[-2].endswith("WARNING  two") and "run 4 of rates" in seen.page
        await seen.press("d", "enter")
        await seen.until_said("rates: disabled")
        await seen.press("escape")
        assert not isinstance(seen.app.screen, TaskScreen)

    live(site, story)


def test_a_log_keeps_still_while_one_reads_further_up(site: Site) -> None:
    async def story(seen: View) -> None:
        await choose(seen, "rates")
        await seen.press("enter")
        await seen.until(lambda: "asking the bank" in seen.page, "what was logged before")
        with open_store(site.state) as store:
            log(store, 2, *(f"line {number}" for number in range(100)))
            await seen.until(lambda: "line 99" in seen.page, "a long log")
            body = seen.app.screen.query_one("#body")
            await seen.until(lambda: body.scroll_offset.y == body.max_scroll_y > 0, "its end is in sight")
            await seen.press("g")
            await seen.until(lambda: body.scroll_offset.y == 0, "the first line is in sight")
            log(store, 2, "one more")
            await seen.until(lambda: "one more" in seen.page, "another line")
        assert body.scroll_offset.y == 0

    live(site, story)


def test_help_lists_the_keys(site: Site) -> None:
    async def story(seen: View) -> None:
        await seen.press("question_mark")
        await seen.until(lambda: isinstance(seen.app.screen, HelpScreen), "the page of help")
        assert "Trigger the task" in seen.page and "tag:TAG" in seen.page
        await seen.press("q")
        await seen.until(lambda: not isinstance(seen.app.screen, HelpScreen), "back again")

    live(site, story, (80, 24))


@pytest.mark.parametrize(("key", "code"), [("q", 0), ("ctrl+c", 130)])
def test_leaving(site: Site, key: str, code: int) -> None:
    async def story(seen: View) -> None:
        await seen.press(key)

    assert live(site, story) == code


def test_a_wish_that_fails_is_told_in_one_line(site: Site) -> None:
    async def story(seen: View) -> None:
        site.state.rename(site.state.with_name("elsewhere"))
        site.state.mkdir()
        await seen.press("t", "y")
        await seen.until_said("is a folder")
        await seen.until(lambda: "shown is what was read before" in seen.head, "the head tells it")
        site.state.rmdir()
        site.state.with_name("elsewhere").rename(site.state)
        await seen.until(lambda: "shown is what was read before" not in seen.head, "it is well again")

    live(site, story)


def test_a_mistake_of_ours_ends_the_view_and_is_kept_for_the_report(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def told() -> TopApp:
        async with view(site) as seen:
            monkeypatch.setattr(Watch, "look", lambda self: 1 / 0)
            await seen.until(lambda: seen.app.mistake, "the mistake is known")
        return seen.app

    assert isinstance(asyncio.run(told()).mistake, ZeroDivisionError)


def test_time_alone_changes_what_is_said(site: Site, clock: FakeClock) -> None:
    async def story(seen: View) -> None:
        await seen.until_shown("mail", "in 50 minutes")
        clock.advance(600)
        await seen.until_shown("mail", "in 40 minutes")
        clock.advance(3000)
        await seen.until_shown("mail", "Scheduled to run asap")
        assert "late" in seen.head

    live(site, story)
