"""Which columns the table of tasks has, and how wide each is: pure arithmetic of a terminal's width."""

from __future__ import annotations

from linodctl.values import Value

GAP = 2
"""Blanks between two columns."""


class Column(Value):
    """A column of the table."""

    title: str
    least: int
    most: int
    from_width: int = 0
    """Left out where the table is narrower."""
    right: bool = False


COLUMNS = (
    Column("No.", 4, 4, from_width=100, right=True),
    Column("task", 14, 60),
    Column("recurrence", 18, 40, from_width=190),
    Column("status", 20, 72),
    Column("last run", 20, 36, from_width=64),
    Column("took", 24, 30, from_width=110),
    Column("trend", 10, 10, from_width=78),
)

GROWING = ("task", "status", "last run", "recurrence", "took")
"""Who gets room first, and gives it away last: a name that is cut can't be told from its neighbours, and after that
the status has the most to say."""


def fit(width: int, longest_name: int) -> list[tuple[Column, int]]:
    """The columns of a table of that width, each with its own; `longest_name` is how wide `task` can use to be."""
    chosen = [column for column in COLUMNS if width >= column.from_width]
    widths = {column.title: column.least for column in chosen}
    spare = width - GAP * (len(chosen) - 1) - sum(widths.values())
    for title in GROWING if spare > 0 else reversed(GROWING):
        column = next((column for column in chosen if column.title == title), None)
        if column is not None:
            most = max(column.least, min(column.most, longest_name)) if title == "task" else column.most
            more = max(-widths[title] + 1, min(spare, most - widths[title]))
            widths[title] += more
            spare -= more
    return [(column, widths[column.title]) for column in chosen]
