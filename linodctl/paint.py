"""Text with meaning: parts of a line that are good, bad or dim; and the one door through which text gets printed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import click

from linodctl.texts import printable
from linodctl.values import Value

STYLES: dict[str, dict[str, Any]] = {
    "": {},
    "strong": {"bold": True},
    "dim": {"dim": True},
    "good": {"fg": "green"},
    "warn": {"fg": "yellow"},
    "bad": {"fg": "red"},
    "busy": {"fg": "cyan"},
}
"""What `click.style` makes of each; `rich` understands the same words."""


class Painted(Value):
    """Text with a style of `STYLES`."""

    text: str
    style: str


Part = str | Painted


def good(text: str) -> Painted:
    return Painted(text, "good")


def bad(text: str) -> Painted:
    return Painted(text, "bad")


def warn(text: str) -> Painted:
    return Painted(text, "warn")


def dim(text: str) -> Painted:
    return Painted(text, "dim")


def strong(text: str) -> Painted:
    return Painted(text, "strong")


def text_of(part: Part) -> str:
    """The part's text with anything that could drive a terminal written as an escape."""
    return printable(part.text if isinstance(part, Painted) else part)


def style_of(part: Part) -> str:
    return part.style if isinstance(part, Painted) else ""


def line_of(parts: Iterable[Part], color: bool) -> str:
    """One line out of its parts."""
    return "".join(painted(text_of(part), style_of(part), color) for part in parts)


def painted(text: str, style: str, color: bool) -> str:
    """Text that is fit to print already, in colour if wanted."""
    return click.style(text, **STYLES[style]) if color and style else text
