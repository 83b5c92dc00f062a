"""What is wrong around the runner at present. Each trouble is told once when it begins and once when it is over,
however often it is met in between.
"""

from __future__ import annotations

from collections.abc import Sequence

from linodctl import events

STATE = "state"
"""The kind of trouble in which no run can be recorded, and so none is started."""
LOCK, SOCKET, DESCRIPTORS, ZYGOTE = "lock", "socket", "descriptors", "zygote"


class Troubles:
    """Stands before the listeners: passes every event on, but a trouble of a kind only if it is news."""

    def __init__(self, listeners: Sequence[events.Listener]) -> None:
        self._listeners = listeners
        self._present: dict[str, dict[str, None]] = {}

    @property
    def present(self) -> list[str]:
        """What is wrong now, a sentence each: the latest of its kind."""
        return [list(told)[-1] for told in self._present.values()]

    def of(self, kind: str) -> str | None:
        """What is wrong of this kind; None if nothing is."""
        return list(self._present[kind])[-1] if kind in self._present else None

    def __call__(self, event: events.Event) -> None:
        match event:
            case events.Trouble(what, kind) if kind:
                told = self._present.setdefault(kind, {})
                is_news = what not in told
                told.pop(what, None)
                told[what] = None
                if not is_news:
                    return
            case events.Mended(kind):
                if self._present.pop(kind, None) is None:
                    return
        for listener in self._listeners:
            listener(event)
