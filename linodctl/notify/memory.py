"""What the state file keeps of alerts: what was told of each task, of dead runners, and the letters under way."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any

from linodctl.errors import StateError
from linodctl.notify.deaths import Deaths
from linodctl.notify.digest import Digest, Told
from linodctl.notify.outbox import Letter, Outbox
from linodctl.store.store import Store

TOLD = "alerts_told"
"""The note of what was told."""
OUTBOX = "alerts_outbox"
"""The note of the letters that have not arrived yet, and of how many were given up."""


class Memory:
    """Empty until `restore` has read what an earlier runner left; nothing is kept before."""

    def __init__(self, store: Store) -> None:
        self.digest = Digest()
        self.deaths = Deaths()
        self.outbox = Outbox()
        self._store = store
        self._restored = False
        self._kept: Mapping[str, Any] = {}

    def restore(self) -> bool:
        """Read it, once; whether that was done now. StateError if it can't be read now.

        What has another shape than it should counts as nothing: somebody may have meddled with it.
        """
        if self._restored:
            return False
        notes = {TOLD: self._store.note(TOLD), OUTBOX: self._store.note(OUTBOX)}
        with contextlib.suppress(KeyError, TypeError, ValueError, AttributeError):
            told, outbox = notes[TOLD] or {}, notes[OUTBOX] or {}
            digest = Digest({name: Told.from_json(shape) for name, shape in told.get("tasks", {}).items()})
            deaths = Deaths.from_json(told.get("deaths", {}))
            letters = Outbox(map(Letter.from_json, outbox.get("letters", [])), int(outbox.get("given_up", 0)))
            self.digest, self.deaths, self.outbox = digest, deaths.and_then(self.deaths), letters
        self._kept = notes
        self._restored = True
        return True

    def keep(self) -> None:
        """Note what has changed, in one transaction; with the next change if that can't be done now."""
        if not self._restored:
            return
        notes: Mapping[str, Any] = {
            TOLD: {
                "tasks": {name: told.to_json() for name, told in self.digest.told.items()},
                "deaths": self.deaths.to_json(),
            },
            OUTBOX: {
                "letters": [letter.to_json() for letter in self.outbox.letters.values()],
                "given_up": self.outbox.given_up,
            },
        }
        changed = {key: value for key, value in notes.items() if value != self._kept.get(key)}
        if not changed:
            return
        with contextlib.suppress(StateError), self._store.transaction() as ledger:
            for key, value in changed.items():
                ledger.put_note(key, value)
            self._kept = notes
