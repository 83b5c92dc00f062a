"""The history limits, applied a little at a time between two ticks, so that a large backlog makes nobody late."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from datetime import datetime

from linodctl import events
from linodctl.config import History
from linodctl.errors import StateError
from linodctl.runner.loader import Tell
from linodctl.store.store import Store

STEPS = 5
"""How many short transactions fit between two ticks."""


class Cleaning:
    """One round after the other."""

    def __init__(self, store: Store, tell: Tell) -> None:
        self._store = store
        self._tell = tell
        self._round: Iterator[object] | None = None

    @property
    def is_under_way(self) -> bool:
        return self._round is not None

    def begin(self, limits: History, now: datetime) -> None:
        """A new round; it counts ages from `now`."""
        self._round = self._store.prune_steps(limits.keep, limits.for_, now)

    def go_on(self) -> None:
        """A few steps of the round, if there is one."""
        try:
            if self._round is not None and not list(itertools.islice(self._round, STEPS)):
                self._round = None
        except StateError as error:
            self._round = None
            self._tell(events.Trouble(f"history was not pruned: {error}"))
