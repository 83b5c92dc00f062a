"""The keys: what each does, for the line at the foot and for the page of help."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from linodctl.paint import Part, dim, strong


class Key(NamedTuple):
    """A key, a word for the foot of the screen (nothing, if it has no place there), and a sentence for the help."""

    key: str
    word: str
    help: str


TABLE = (
    Key("t", "trigger", "Trigger the task: run it as soon as possible. Asks first."),
    Key("c", "cancel", "Cancel: withdraw its requests, stop its runs, give up its retries. Asks first."),
    Key("e", "enable", "Enable it. Asks first."),
    Key("d", "disable", "Disable it, with a reason if you give one."),
    Key("⏎", "log", "Open the task with its log, which goes on as new lines come in. Also l."),
    Key("/", "find", "Filter as you type: words from name, tag, status, outcome; globs; tag:TAG. Esc shows all."),
    Key("s", "sort", "Sort by No., task, status (what needs a look first), next, last run; r reverses the order."),
    Key("?", "help", "This page."),
    Key("q", "quit", "Quit. The runner and its runs go on."),
    Key("↑ ↓", "", "Move, also with k and j, PgUp and PgDn, Home (g) and End (G)."),
)
LOG = (
    *TABLE[:4],
    Key("↑ ↓", "scroll", "In a log: scroll; at the end (G) it follows."),
    Key("q", "back", "In a log: back to the table. Also Esc."),
    Key("?", "help", "This page."),
)


def foot(keys: Sequence[Key], width: int) -> list[Part]:
    """As many of them as have room; how to get help and out of here always."""
    shown = [key for key in keys if key.word]
    while len(shown) > 2 and sum(len(key.key) + len(key.word) + 3 for key in shown) - 2 > width:
        shown.remove(next(key for key in reversed(shown) if key.key not in "?q"))
    parts: list[Part] = []
    for key in shown:
        parts += [strong(key.key), " ", dim(key.word), "  "]
    return parts[:-1]


def page() -> list[list[Part]]:
    """All of them, each with its sentence, and what else must be known."""
    lines: list[list[Part]] = [[strong(f"  {key.key:<5}"), key.help] for key in (*TABLE, *LOG[4:6])]
    return [
        [strong("Keys")],
        *lines,
        [],
        [strong("The table")],
        ["  The status is told as 'linodctl list' tells it, and in fewer words where there is no room for all."],
        ["  (!) stands for a warning for which there is no room: Enter tells it."],
        ["  What is asked for is written to the state file: without a runner it waits for the next one."],
        [],
        [strong("Below it")],
        ["  What runs, and for how long; what comes next; what failed of late, and why."],
    ]
