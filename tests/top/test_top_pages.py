"""What is to be shown, without a terminal: rows, the board, the head, columns, order."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from linodctl.domain import Outcome
from linodctl.operations import wishes
from linodctl.operations.site import Site
from linodctl.operations.watching import Glance, Watch
from linodctl.paint import Part, warn
from linodctl.planning.trends import Trend
from linodctl.testing import FakeClock
from linodctl.top.board import board, shares
from linodctl.top.columns import COLUMNS, GAP, fit
from linodctl.top.drawing import Pen, cut, folded
from linodctl.top.facts import facts
from linodctl.top.head import head
from linodctl.top.keys import TABLE, foot
from linodctl.top.order import ORDERS, Choice
from linodctl.top.rows import row
from linodctl.values import replace
from linodctl.words import last_run_of


@pytest.fixture
def glance(site: Site) -> Glance:
    watch = Watch(site)
    seen = watch.look()
    watch.close()
    return seen


def text(parts: Sequence[Part]) -> str:
    return "".join(part if isinstance(part, str) else part.text for part in parts)


@pytest.mark.parametrize("width", [20, 39, 40, 63, 79, 80, 100, 119, 160, 200, 300])
def test_columns_fill_a_width_and_never_more(width: int) -> None:
    chosen = fit(width, longest_name=30)
    taken = sum(size for _, size in chosen) + GAP * (len(chosen) - 1)
    assert taken <= max(width, 20)
    assert [column.title for column, _ in chosen][:2] != [] and all(size >= 1 for _, size in chosen)
    if width >= 36:
        assert taken >= min(width, 150)


def test_the_narrowest_have_name_and_status_the_widest_everything() -> None:
    assert {column.title: size for column, size in fit(30, 14)} == {"task": 14, "status": 14}  # nor names first
    assert [column.title for column, _ in fit(40, 30)] == ["task", "status"]
    assert [column.title for column, _ in fit(80, 30)] == ["task", "status", "last run", "trend"]
    assert [column for column, _ in fit(300, 30)] == list(COLUMNS)
    assert {column.title: size for column, size in fit(120, 30)}["task"] == 30  # names are not cut


@pytest.mark.parametrize(
    ("rows", "wanted", "given"),
    [
        (0, [3, 3], [0, 0]),
        (5, [3, 3], [3, 2]),
        (9, [1, 9, 2], [1, 6, 2]),
        (9, [0, 1, 2], [0, 1, 2]),
        (2, [5, 5, 5], [1, 1, 0]),
    ],
)
def test_shares(rows: int, wanted: list[int], given: list[int]) -> None:
    assert shares(rows, wanted) == given


def test_a_row_has_the_words_of_list_where_there_is_room(glance: Glance) -> None:
    status = dict(zip([column.title for column, _ in fit(220, 10)], row(glance, "mail", fit(220, 10)), strict=True))
    assert text([status["status"]]) == "Scheduled to run at 2026-03-02 12:50:00+02:00 (in 50 minutes)"
    assert text([status["last run"]]) == "2026-03-02 11:50:00+02:00 succeeded"
    narrow = row(glance, "mail", fit(79, 10))
    assert [text([cell]) for cell in narrow[:3]] == ["mail", "in 50 minutes", "succeeded 9 min ago"]
    assert text([row(glance, "import", fit(79, 10))[1]]) == "Running for 1 min 40 s"
    assert text([row(glance, "off", fit(79, 10))[1]]).startswith("Disabled (")


def test_trend_and_usual_time_are_those_of_list(glance: Glance) -> None:
    outcomes = (Outcome.FAILED, Outcome.SUCCEEDED, Outcome.LOST)
    trend = Trend(outcomes, timedelta(seconds=12), timedelta(seconds=10))
    lines = {name: replace(line, trend=trend) for name, line in glance.lines.items()}
    seen = replace(glance, lines=lines, status=replace(glance.status, usual={"import": timedelta(seconds=10)}))
    cells = dict(zip([column.title for column, _ in fit(220, 10)], row(seen, "mail", fit(220, 10)), strict=True))
    assert text([cells["trend"]]) == "✗✓?" and text([cells["took"]]) == "12 s (usually 10 s)"
    assert row(seen, "import", fit(220, 10))[3] == warn("(!) Running for 1 min 40 s, usually 10 s")
    alive = replace(seen, status=replace(seen.status, alive=True))
    assert "1 min 40 s, far longer than usual (10 s)" in text(board(alive, 1, 100)[0])


def test_a_run_that_goes_on_is_not_told_to_have_ended_as_the_one_before(glance: Glance) -> None:
    line = glance.lines["import"]
    assert line.state is not None
    before = replace(line.state, last_outcome=Outcome.FAILED, last_end_time=glance.now - timedelta(hours=1))
    assert last_run_of(replace(line, state=before), ZoneInfo("Europe/Tallinn")) == (
        "2026-03-02 11:58:20+02:00 (the one before: failed)"
    )


def test_the_board_tells_what_runs_comes_next_and_failed(glance: Glance) -> None:
    alive = replace(glance, status=replace(glance.status, alive=True))
    lines = [text(line) for line in board(alive, 7, 100)]
    assert lines[0].split() == [
        "running",
        "import",
        "██████░░░░░░",
        "50%",
        "5",
        "of",
        "10,",
        "1",
        "min",
        "40",
        "s",
        "file",
        "5",
    ]
    assert lines[1].split()[:5] == ["next", "mail", "in", "50", "minutes"]
    assert lines[-1].split(maxsplit=2)[:2] == ["failed", "rates"] and "2 min ago  ValueError: no rates" in lines[-1]
    assert len(board(alive, 3, 100)) == 3 and board(alive, 0, 100) == []


def test_the_page_of_a_task_tells_how_it_is(glance: Glance) -> None:
    lines = [text(line) for line in facts(glance, "import", None)]
    assert lines[:2] == ["import", "Running since 2026-03-02 11:58:20+02:00; no runner is alive"]
    alive = replace(glance, status=replace(glance.status, alive=True))
    assert [text(line) for line in facts(alive, "import", None)][2].endswith("50% 5 of 10, 1 min 40 s  file 5")
    assert "no runner" not in text(facts(alive, "import", None)[1])
    assert text(facts(alive, "mail", None)[0]) == "mail: Sends what waits"
    assert "ValueError: no rates" in text(facts(alive, "rates", None)[-1])
    assert "it is a folder; the log goes on" in text(facts(alive, "rates", "it is a folder")[1])


def test_requests_come_first_with_a_time_of_their_own_or_without(site: Site, clock: FakeClock) -> None:
    clock.advance(2 * 3600)  # others have been due for a long time
    for task in ("report", "mail"):
        wishes.trigger(site, [task])
        clock.advance(1)
    watch = Watch(site)
    lines = [text(line) for line in board(watch.look(), 20, 100) if text(line).startswith("next")]
    watch.close()
    assert [line.split()[1] for line in lines[:2]] == ["report", "mail"]
    assert all("Requested to run asap" in line for line in lines[:2])


def test_a_run_whose_runner_died_says_so(glance: Glance) -> None:
    dead = replace(
        glance, status=replace(glance.status, running=[replace(run, owner=None) for run in glance.status.running])
    )
    assert "its runner died; the next one marks it lost" in text(board(dead, 3, 100)[0])


def test_the_head_counts_and_tells_the_worst_first(glance: Glance) -> None:
    def lines(**changes: object) -> list[str]:
        changed = replace(glance, status=replace(glance.status, **changes))  # type: ignore[arg-type]
        return [text(line) for line in head(changed, Choice(), 6, None, lambda words: f"linodctl {words}")]

    assert lines()[:2] == ["demo: no runner is alive; there has never been one", "6 tasks, 1 running, 1 disabled"]
    assert lines(alive=True, since=glance.now, pid=7, troubles=[]) == [
        "demo: the runner is alive for 0 s, pid 7",
        "6 tasks, 1 running, 1 disabled",
    ]
    wrong = lines(alive=True, troubles=["the disk is full", "the log can't be written"], config_error="bad\nworse")
    assert wrong[-1] == "the disk is full (and 2 more: 'linodctl status' tells)"
    assert lines(alive=True, troubles=None)[-1].startswith("the runner doesn't answer")


def test_every_order_has_all_tasks(glance: Glance) -> None:
    lines, choice = list(glance.lines.values()), Choice()
    for _ in ORDERS:
        assert sorted(choice.names(lines)) == sorted(glance.lines)
        assert choice.names(lines) != replace(choice, reverse=True).names(lines)
        choice = choice.next_order()
    assert choice == Choice()


def test_what_is_sought(glance: Glance) -> None:
    for sought, found in {
        "": ["mail", "rates", "import", "report", "off", "zebra"],
        "MAI": ["mail"],
        "tag:night*": ["mail", "zebra"],
        "r*": ["rates", "report"],
        "running": ["import"],
        "failed": ["rates"],
        "tag:nightly minutes": ["mail", "zebra"],
        "tag:nightly hours": ["zebra"],
        "no such": [],
    }.items():
        assert Choice(sought).names(list(glance.lines.values())) == found, sought


def test_nothing_that_is_drawn_can_drive_the_terminal_or_be_wider() -> None:
    evil = "\x1b]0;owned\x07[red]x[/red]\u202e"
    strip = Pen(color=True).line([evil], 60)
    assert strip.cell_length == 60 and strip.text.rstrip() == "\\x1b]0;owned\\x07[red]x[/red]\\u202e"
    assert (
        Pen(color=False).line(["日本語日本語"], 5).text == "日本… "
        or Pen(color=False).line(["日本語"], 5).cell_length == 5
    )
    assert cut("abcdef", 4) == "abc…" and cut("abc", 0) == ""


def test_long_lines_are_folded_not_cut() -> None:
    lines = [text(line) for line in folded(["12:00 ", "INFO ", "x" * 25], 16)]
    assert lines == ["12:00 INFO " + "x" * 5, "x" * 16, "x" * 4]
    assert [text(line) for line in folded([], 10)] == [""]
    assert [text(line) for line in folded(["0123456789", "ab"], 10)] == ["0123456789", "ab"]


def test_without_colour_there_is_none() -> None:
    assert all(style.color is None for style in Pen(color=False).styles.values())
    assert any(style.color is not None for style in Pen(color=True).styles.values())


@pytest.mark.parametrize("width", [30, 40, 79, 80, 120])
def test_the_foot_fits_and_always_tells_how_to_get_help_and_out(width: int) -> None:
    shown = text(foot(TABLE, width))
    assert len(shown) <= width and "? help" in shown and "q quit" in shown
    assert ("t trigger" in shown) == (width >= 30)
