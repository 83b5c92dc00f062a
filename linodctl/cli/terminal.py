"""Tables as a terminal can show them. The only commands that import rich are those that print one there."""

from __future__ import annotations

import shutil
import sys

from rich.box import SIMPLE_HEAD
from rich.console import Console, JustifyMethod
from rich.table import Table as Drawing
from rich.text import Text

from linodctl.cli.table import Table
from linodctl.paint import Part, style_of, text_of

STYLES = {"strong": "bold", "dim": "dim", "good": "green", "warn": "yellow", "bad": "red", "busy": "cyan"}


def console(color: bool) -> Console:
    """stdout as rich sees it; what rich thinks of the environment's colour wishes has been decided before."""
    return Console(
        file=sys.stdout,
        width=shutil.get_terminal_size().columns,  # rich takes every dumb terminal for 80 wide
        no_color=not color,
        color_system="auto" if color else None,
        highlight=False,
        markup=False,
        emoji=False,
    )


def draw(table: Table, *, color: bool) -> None:
    """Fit the table to the terminal's width: long cells are folded, not cut, and columns that say nothing left out."""
    drawing = Drawing(box=SIMPLE_HEAD, header_style="bold", show_edge=False, pad_edge=False, collapse_padding=True)
    saying = [place for place in range(len(table.columns)) if any(text_of(row[place]) for row in table.rows)]
    for title in (table.columns[place] for place in saying):
        justify: JustifyMethod = "right" if title in table.right else "left"
        drawing.add_column(title, justify=justify, overflow="fold", no_wrap=title in table.whole)
    for row in table.rows:
        drawing.add_row(*(rich_text(row[place]) for place in saying))
    console(color).print(drawing)


def rich_text(part: Part) -> Text:
    """A part as rich's text: never as its markup."""
    return Text(text_of(part), style=STYLES.get(style_of(part), ""))
