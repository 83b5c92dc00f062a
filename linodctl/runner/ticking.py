"""The tick: decide, record, act; or, where nothing can be recorded, tell that, start nothing, and try again later.

What is certain to start is decided and recorded a little before its slot (`lead`), so that nothing is left but to let
it begin (`beginning`).
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from linodctl import events
from linodctl.clock import Clock
from linodctl.errors import StateError
from linodctl.execution.executor import Executor
from linodctl.runner.beginning import Beginning, Moment
from linodctl.runner.books import Books, Work
from linodctl.runner.changes import Changes
from linodctl.runner.flushing import Flushing
from linodctl.runner.inbox import Inbox
from linodctl.runner.lead import Lead
from linodctl.runner.surroundings import Surroundings
from linodctl.runner.troubles import STATE, Troubles
from linodctl.store import StateGone
from linodctl.store.store import Store


class Ticker:
    """All that the runner writes to the state file while it works goes through here."""

    def __init__(
        self,
        *,
        store: Store,
        books: Books,
        executor: Executor,
        changes: Changes,
        inbox: Inbox,
        clock: Clock,
        surroundings: Surroundings,
        troubles: Troubles,
    ) -> None:
        self._store = store
        self._books = books
        self._executor = executor
        self._changes = changes
        self._inbox = inbox
        self._clock = clock
        self._surroundings = surroundings
        self._tell = self._troubles = troubles
        self._lead = Lead(books.scheduler)
        self._beginning = Beginning(store, executor, inbox, clock, troubles, self._lead)
        self._flushing = Flushing(store.path)
        self._last = clock.now()
        """When the last tick was."""
        self._wrote = False
        """The state file was written since a pass was told of last."""

    @property
    def cannot_write(self) -> str | None:
        """Why nothing can be recorded at present."""
        return self._troubles.of(STATE)

    @property
    def next(self) -> datetime | None:
        """When the next tick should be, if nothing happens meanwhile."""
        return self._lead.next_tick(self._last)

    def tick(self, *, new_slots: bool = True, starts: bool = True, looks_ahead: bool = False) -> None:
        """One of them; the switches are `Scheduler.tick`'s."""
        work, this = None, Moment.of(self._clock)
        self._last = this.wall
        ahead = self._lead.looks_ahead_to(this.wall) if looks_ahead and not self.cannot_write else None
        with self._as_far_as_possible():
            if not self.cannot_write and self._books.is_quiet(ahead or this.wall):
                return
            work = self._books.tick(this.wall, new_slots=new_slots, starts=starts, ahead=ahead)
            if self.cannot_write:
                self._beat()  # a tick with nothing to write proves nothing
        if work is not None:
            self._wrote = True
            self._tell(events.Mended(STATE, "the state file can be written again; runs are started again"))
            self._act(work, this)

    def tell_of_the_pass(self) -> None:
        """All that the loop does is through; if some of that was recorded, it works."""
        if self._wrote and not self.cannot_write:
            self._wrote = False
            self._tell(events.PassRecorded(len(self._books.live), self._books.scheduler.next_wakeup()))

    def show_life(self) -> None:
        """Write down that the runner lives."""
        with self._as_far_as_possible():
            self._beat()

    def look_at_the_file(self) -> None:
        """It may have been deleted, moved or replaced."""
        with self._as_far_as_possible():
            self._store.check()

    def _beat(self) -> None:
        if self._books.runner_id is not None:
            self._store.heartbeat(self._books.runner_id, self._clock.now())
            self._wrote = True

    @contextmanager
    def _as_far_as_possible(self) -> Iterator[None]:
        try:
            yield
        except StateGone as gone:
            self._put_state_back(gone)
        except StateError as error:
            self._hold(error)

    def _put_state_back(self, gone: StateGone) -> None:
        try:
            self._surroundings.put_state_back(gone)
        except StateError as error:
            self._hold(error)
        else:
            self._books.look_anew()
            self._inbox.wake()

    def _hold(self, error: StateError) -> None:
        """Nothing is started that is not on record."""
        self._tell(events.Trouble(f"{error}; no run is started until this can be recorded", STATE))

    def _act(self, work: Work, this: Moment) -> None:
        if work.on_disk:
            self._beginning.now(work.starts, this, meanwhile=work.events)
        else:
            self._bring_to_disk(work, this)
            for event in work.events:
                self._tell(event)
        for run_id, why in work.stops:
            self._executor.cancel(run_id, why)
        if work.reload:
            self._changes.note_options()
            self._inbox.wake()

    def _bring_to_disk(self, work: Work, this: Moment) -> None:
        if work.starts:
            self._beginning.once_flushed(work.starts, this, self._flushing)
        elif work.would_be_missed:
            self._flushing.soon()
