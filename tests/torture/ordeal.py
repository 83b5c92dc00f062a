"""One ordeal from beginning to end: mischief for a while, then peace, an orderly stop, and the audit."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from linodctl.store import open_reader

from .arena import Arena
from .audit_leftovers import check_leftovers
from .audit_runs import check_runs
from .audit_slots import check_slots
from .evidence import Evidence
from .mischief import Mischief
from .report import Report

PEACE = 2.0
"""Seconds in which the site shows that it works again."""


class Ordeal:
    """Made in an empty folder. `until` says when there was enough mischief."""

    def __init__(self, folder: Path, seed: int) -> None:
        self.arena = Arena(folder)
        self.mischief = Mischief(self.arena, seed)
        self._seed = seed

    def undergo(self, enough: Callable[[Mischief], bool], *, hurry: float = 1.0) -> Report:
        """Do mischief until there was `enough`; `hurry` shortens the pauses between. Broken if the site gives up."""
        begin = time.monotonic()
        try:
            self.arena.start_and_wait()
            while not enough(self.mischief):
                self.mischief.do_something()
                self.mischief.pause(0.6 / hurry)
            minutes = (time.monotonic() - begin) / 60
            return self._report(minutes)
        finally:
            self.arena.kill_everybody()

    def _report(self, minutes: float) -> Report:
        self.mischief.make_up()
        time.sleep(PEACE)
        self.arena.wait_until(lambda: not self._requests(), "every request is started")
        evidence = Evidence.of(self.arena, self.arena.stop())
        discrepancies = [*check_runs(evidence), *check_slots(evidence), *check_leftovers(self.arena)]
        return Report(
            seed=self._seed,
            minutes=minutes,
            deeds=self.mischief.deeds,
            kills=self.mischief.kills,
            starts=self.arena.starts,
            evidence=evidence,
            discrepancies=discrepancies,
        )

    def _requests(self) -> int:
        with open_reader(self.arena.state) as reader:
            return len(reader.requests())
