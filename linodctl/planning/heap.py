"""Lanes in order of a key: the agenda (by instant) and the queue for room (by place)."""

from __future__ import annotations

import heapq
from collections.abc import Iterator
from typing import Any, Generic, TypeVar

from linodctl.planning.lane import Lane

K = TypeVar("K")


class LaneHeap(Generic[K]):
    """A heap in which a lane can be moved: the key that counts is the one in its attribute, older entries are stale.

    Cheaper than taking entries out of the middle, at the price of sweeping stale ones away when they come up.
    """

    def __init__(self, attribute: str) -> None:
        self._attribute = attribute
        self._entries: list[tuple[Any, int, Lane]] = []
        self._count = 0

    def put(self, lane: Lane, key: K | None) -> None:
        """Move the lane to `key`, or out of the heap."""
        if key == getattr(lane, self._attribute):
            return
        setattr(lane, self._attribute, key)
        if key is not None:
            self._count += 1  # breaks ties, so that lanes are never compared
            heapq.heappush(self._entries, (key, self._count, lane))

    def first(self) -> K | None:
        """The smallest key; None if there is no lane."""
        while self._entries and self._is_stale():
            heapq.heappop(self._entries)
        return self._entries[0][0] if self._entries else None

    def until(self, limit: K) -> Iterator[Lane]:
        """The lanes whose key is not above `limit`, each once, in no special order; looks at these and few others."""
        places, told = [0], set[Lane]()
        while places:
            place = places.pop()
            if place < len(self._entries) and self._entries[place][0] <= limit:
                key, _, lane = self._entries[place]
                if getattr(lane, self._attribute) == key and lane not in told:  # one that came back has two entries
                    told.add(lane)
                    yield lane
                places += (2 * place + 1, 2 * place + 2)  # in a heap, what follows from an entry is not below it

    def pop(self) -> Lane:
        """Take the lane with the smallest key out. IndexError if there is none."""
        self.first()
        lane = heapq.heappop(self._entries)[2]
        setattr(lane, self._attribute, None)
        return lane

    def clear(self) -> None:
        self._entries.clear()

    def _is_stale(self) -> bool:
        key, _, lane = self._entries[0]
        return bool(getattr(lane, self._attribute) != key)
