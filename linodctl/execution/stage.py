"""The procedure of a rehearsal, in a module of its own: it is imported each time, as a real one's module is."""

from __future__ import annotations

from linodctl.execution.context import RunContext


def nothing(context: RunContext) -> None:
    """Play."""
