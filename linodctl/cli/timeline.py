"""A simulation as a picture: one row per task, time across, a mark for what happens in each column."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import groupby
from zoneinfo import ZoneInfo

from linodctl.cli.axis import axis_of
from linodctl.config.durations import format_duration
from linodctl.paint import Painted, Part, dim, strong
from linodctl.planning.simulation import Report, Scenario
from linodctl.planning.simulation.report import TaskReport
from linodctl.words import when

Line = Sequence[Part]

ONE, FEW, MANY = "▂", "▅", "█"
SKIP, BOTH = "×", "!"
QUIET, TICK, DOWN = "·", "┊", "░"
_STYLES = {ONE: "good", FEW: "good", MANY: "good", SKIP: "bad", BOTH: "warn", QUIET: "dim", TICK: "dim", DOWN: "dim"}
ROWS = 40
"""Tasks shown unless they were named."""
LONGEST_NAME = 30
NUMBER = 8
"""Columns of a number at the end of a row, the space before it included."""
NARROWEST = 20
"""Columns of time below which lines rather get too long for the terminal."""


class Timeline:
    """How the time of a scenario fits into `width` columns of text."""

    def __init__(self, scenario: Scenario, zone: str, width: int) -> None:
        self._scenario = scenario
        self._zone = ZoneInfo(zone)
        longest = max((len(task.name) for task in scenario.tasks), default=0)
        self._name_width = min(max(longest, 4), LONGEST_NAME, max(12, width // 3))
        columns = max(width - self._name_width - 2 - 2 * NUMBER, NARROWEST)
        axis = axis_of(scenario.start, scenario.end, columns, self._zone)
        self.grid, self._length, self._labels = axis.grid, axis.length, axis.labels()

    def lines(self, report: Report, *, everything: bool) -> Iterator[Line]:
        """Title, axis, rows, and what the marks mean; of many tasks the most eventful, unless `everything`."""
        yield self._title()
        busy = [task for task in report.tasks.values() if task.runs or task.skips]
        shown = busy if everything else _most_eventful(busy, ROWS)
        if shown:
            yield ()
            yield self._axis()
            yield from map(self._row, shown)
            yield ()
            yield _legend([mark for task in shown for mark in self._marks(task)])
        rest = [task for task in busy if task not in shown]
        if rest:
            runs, skips = sum(task.runs for task in rest), sum(task.skips for task in rest)
            yield (dim(f"and {len(rest)} more tasks with {runs:,} runs and {skips:,} skips; name tasks to see them"),)
        quiet = [task.task.name for task in report.tasks.values() if not (task.runs or task.skips)]
        if quiet:
            yield (dim(f"no slot: {', '.join(quiet[:5])}{f' and {len(quiet) - 5} more' if len(quiet) > 5 else ''}"),)

    def _title(self) -> Line:
        start, end = (when(instant, self._zone) for instant in (self._scenario.start, self._scenario.end))
        length = format_duration(timedelta(seconds=round(self._length.total_seconds())))
        return (strong(f"{start} to {end}"), dim(f", {length} a column"))

    def _axis(self) -> Line:
        cells = [" "] * self.grid.count
        for column, text in self._labels.items():
            cells[column : column + len(text)] = text
        numbers = f"{'runs':>{NUMBER}}{'skips':>{NUMBER}}"
        return (strong("task".ljust(self._name_width)), "  ", "".join(cells), strong(numbers))

    def _row(self, task: TaskReport) -> Line:
        name = task.task.name
        if len(name) > self._name_width:
            name = name[: self._name_width - 1] + "…"
        skips = f"{task.skips:>{NUMBER},}"
        numbers = (f"{task.runs:>{NUMBER},}", Painted(skips, "bad") if task.skips else dim(skips))
        return (name.ljust(self._name_width), "  ", *_painted(self._marks(task)), *numbers)

    def _marks(self, task: TaskReport) -> list[str]:
        return [
            _mark(runs, skips) or self._background(column)
            for column, (runs, skips) in enumerate(zip(task.cells.runs, task.cells.skips, strict=True))
        ]

    def _background(self, column: int) -> str:
        left, right = self.grid.edges[column : column + 2]
        middle = left + (right - left) / 2
        if any(down.start <= middle < down.end for down in self._scenario.downs):
            return DOWN
        return TICK if column in self._labels else QUIET


def _mark(runs: int, skips: int) -> str:
    """What happened in a cell; nothing if nothing did."""
    if skips:
        return BOTH if runs else SKIP
    return "" if not runs else ONE if runs == 1 else FEW if runs < 10 else MANY


def _painted(marks: Iterable[str]) -> Iterator[Painted]:
    for style, run in groupby(marks, key=_STYLES.__getitem__):
        yield Painted("".join(run), style)


def _legend(marks: Iterable[str]) -> Line:
    """What the marks that were used mean."""
    used = set(marks)
    words = {
        ONE: "1 run",
        FEW: "2–9 runs",
        MANY: "10 or more",
        SKIP: "skipped",
        BOTH: "runs and skips",
        DOWN: "no runner",
    }
    line: list[Part] = []
    for mark, meaning in words.items():
        if mark in used:
            line += ["   " if line else "", Painted(mark, _STYLES[mark]), f" {meaning}"]
    return line


def _most_eventful(tasks: Sequence[TaskReport], most: int) -> list[TaskReport]:
    """The tasks with skips, then those that start late, then those with most runs; in the order of the config."""
    if len(tasks) <= most:
        return list(tasks)
    ranked = sorted(tasks, key=lambda task: (task.skips, task.worst_lateness, task.runs), reverse=True)
    return sorted(ranked[:most], key=lambda task: task.task.number)
