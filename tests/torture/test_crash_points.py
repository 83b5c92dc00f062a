"""Killed at each named step of a run, the site carries on: the slot is started once, and its row says what happened."""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from linodctl.domain import Outcome, Run
from linodctl.operations import wishes
from linodctl.store import open_reader

from .arena import Arena
from .audit_leftovers import check_leftovers
from .audit_runs import check_runs
from .crash import POINTS, arm
from .evidence import Evidence
from .processes import Process, workers_of, zygotes_of

SITE = """
setup: torture.crash_in_zygote.install
defaults: {retries: {delay: 1s}}
procedures:
  once: {func: torture.jobs.quick, every: once, on_lost: rerun}
"""

SUCCEEDED, LOST = Outcome.SUCCEEDED, Outcome.LOST
FIRST_RUN = {
    "claiming": (SUCCEEDED, 1),
    "claimed": (LOST, 0),
    "prepared": (LOST, 0),
    "ordered": (LOST, None),
    "forked": (LOST, None),
    "started": (LOST, None),
    "reported": (LOST, 1),
    "recording": (LOST, 1),
    "recorded": (SUCCEEDED, 1),
    "zygote_forked": (LOST, None),
    "zygote_reaped": (SUCCEEDED, 1),
    "worker_begins": (None, None),
    "worker_done": (LOST, 1),
    "worker_told": (SUCCEEDED, 1),
}
"""Where it was killed → how the slot's first attempt is on record, and how often it was really carried out; None where
that depends on who was quicker, or on whether the worker had been forked ahead: its order goes to another one, then."""


def test_every_point_has_its_expectation() -> None:
    assert set(FIRST_RUN) == set(POINTS)


@pytest.fixture(scope="module")
def arena(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Arena]:
    """One site for all points; at the end its runner stops and has left nothing."""
    arena = Arena(tmp_path_factory.mktemp("crash_points"), SITE)
    try:
        arena.start()
        arena.wait_until(lambda: _last(arena, set()) is SUCCEEDED, "its first slot is over")
        yield arena
        evidence = Evidence.of(arena, arena.stop())
        assert [*check_runs(evidence), *check_leftovers(arena)] == []
    finally:
        arena.kill_everybody()


@pytest.mark.parametrize("point", POINTS)
def test_killed_at(point: str, arena: Arena) -> None:
    arena.wait_until(lambda: arena.answers() and not _workers(arena), "a runner is there and has looked at the code")
    known = {run.run_id for run in _runs(arena)}
    arm(arena.folder, point)
    wishes.reset(arena.site, ["once"])  # it has a slot, now
    arena.wait_until(lambda: arena.revive() or arena.crashes()[-1:] == [point], f"somebody dies at '{point}'")
    arena.wait_until(lambda: _last(arena, known) is SUCCEEDED, "the slot's last attempt succeeds")

    outcome, carried_out = FIRST_RUN[point]
    runs = [run for run in _runs(arena) if run.run_id not in known]
    starts = Counter(note.run for note in arena.journal.entries() if note.what == "start")
    first = runs[0].outcome
    assert outcome in (None, first)
    assert carried_out is None or starts[runs[0].run_id] == carried_out
    assert max(starts.values()) == 1
    assert [run.attempt for run in runs] == ([1, 2] if first is LOST else [1])
    assert len({run.slot for run in runs}) == 1


LINGERING = """
defaults: {retries: {delay: 1s}}
procedures:
  lingering: {func: torture.jobs.lingering, every: never, args: {seconds: 600}, on_lost: rerun}
"""


def test_a_worker_on_nobodys_record_has_ended_before_its_run_is_tried_again(tmp_path: Path) -> None:
    arena = Arena(tmp_path, LINGERING)

    def attempts() -> list[int]:
        notes = arena.journal.entries()
        return [note.attempt for note in notes if note.what == "start" and note.task == "lingering"]

    try:
        runner = arena.start()
        arena.wait_until(
            lambda: arena.answers() and not _workers(arena), "a runner is there and has looked at the code"
        )
        [zygote] = zygotes_of(runner.pid, arena.processes())
        arm(arena.folder, "ordered")
        wishes.trigger(arena.site, ["lingering"])
        arena.wait_until(arena.crashes, "the runner can't note the worker's pid any more")
        os.kill(zygote.pid, signal.SIGSTOP)  # nor can the zygote end it
        arena.wait_until(lambda: not arena.revive() and attempts() == [1, 2], "the second attempt starts")
        assert not [note for note in arena.journal.entries() if note.what == "overlap"]
        assert zygote.pid not in [process.pid for process in arena.processes()]
    finally:
        arena.kill_everybody()


def _workers(arena: Arena) -> list[Process]:
    assert arena.runner is not None
    return workers_of(arena.runner.pid, arena.processes())


def _runs(arena: Arena) -> list[Run]:
    """Oldest first."""
    with open_reader(arena.state) as reader:
        runs = [run for run in reader.history() if isinstance(run, Run) and run.task == "once"]
    return sorted(runs, key=lambda run: run.run_id)


def _last(arena: Arena, known: set[int]) -> Outcome | None:
    arena.revive()
    runs = [run for run in _runs(arena) if run.run_id not in known]
    return runs[-1].outcome if runs else None
