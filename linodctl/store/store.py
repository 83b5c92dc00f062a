"""The state file for writing: the runner's transactions, people's wishes, and the runner's own traces."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linodctl.domain import LogLevel, Outcome, Request, Result
from linodctl.errors import StateError
from linodctl.store import pruning, rescue, settings, wishes
from linodctl.store.columns import text_of
from linodctl.store.errors import StateGone, in_words
from linodctl.store.footing import Footing
from linodctl.store.ledger import Ledger
from linodctl.store.opening import empty_view
from linodctl.store.preparing import connect_writing
from linodctl.store.reading import Reader
from linodctl.store.rows import DiscoveredLike

if TYPE_CHECKING:
    from sqlite_utils import Database


class Store(Reader):
    """Writes the state file; `open_store` makes one. To be used in the thread that opened it.

    Every method is a transaction of its own; a wish also leaves an `Edit` with who and when, by which the runner hears
    of it. All may raise StateError: StateBusy and StateFull pass, and then nothing was written.
    """

    def __init__(self, path: Path, patience: float) -> None:
        super().__init__(connect_writing(path, patience), path)
        self._patience = patience
        self._rescued: Path | None = None
        self._told: object = None
        """The connection that knows how durable its transactions are to be."""
        self._durable = True
        self._footing = self._stand()

    def close(self) -> None:
        super().close()
        self._footing.close()

    def check(self) -> None:
        """StateGone if the file was deleted, moved or replaced since it was opened. Every transaction looks first."""
        if self._rescued is not None:
            raise StateGone(f"the state file {self.path} is being put back", mendable=True)
        self._footing.check()

    def put_back(self) -> None:
        """Write the file again where it was deleted, from what is still open of it. StateError if that can't be done
        now: nothing is lost by it, and it can be tried again."""
        if self._rescued is None:
            self._rescued = rescue.copy_beside(self._connection, self.path)
            self._connection.close()  # SQLite deletes the log at the old name now: later it would be the new file's
            self._connection = empty_view()
            self.__dict__.pop("tables", None)
        rescue.put_in_place(self._rescued, self.path)
        self._connection = connect_writing(self.path, self._patience)
        self._rescued = None
        self._footing.close()
        self._footing = self._stand()

    def _stand(self) -> Footing:
        try:
            return Footing(self.path)
        except OSError as error:
            self._connection.close()
            raise StateError(f"the state file {self.path} can't be opened: {error.strerror}") from error

    @contextmanager
    def transaction(self, durable: bool = True) -> Iterator[Ledger]:
        """All or nothing: committed at the end of the block, rolled back if it raises.

        It holds the write lock from the beginning, so that what is read inside stays true until the commit. When the
        block is left, what it wrote survives a power cut; with `durable=False` (log, progress, heartbeats: no claims)
        only the death of any process, which spares waiting for the disk.
        """
        self.check()
        with in_words(self.path):
            self._wait_for_the_disk(durable)
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield Ledger(self._connection, self.path)
                self._connection.execute("COMMIT")
            except BaseException:
                if self._connection.in_transaction:  # a full disk has ended it already
                    self._connection.execute("ROLLBACK")
                raise

    def _wait_for_the_disk(self, durable: bool) -> None:
        """Whether the next commit does. Said only when it changes, for each tick would say it."""
        if self._connection is not self._told or durable is not self._durable:
            self._connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'NORMAL'}")
            self._told, self._durable = self._connection, durable

    @cached_property
    def tables(self) -> Database:
        """The same connection for sqlite-utils, whose table methods serve the rare writes; imported at first use."""
        from sqlite_utils import Database

        return Database(self._connection, recursive_triggers=False, execute_plugins=False)

    # --- people's wishes ------------------------------------------------------------------------

    def request(
        self,
        task: str,
        at: datetime,
        who: str,
        args: Mapping[str, Any] | None = None,
        log_level: LogLevel | None = None,
        as_of: datetime | None = None,
    ) -> Request:
        """Ask for a run of the task as soon as possible."""
        with self.transaction():
            return wishes.request(self._connection, task, at, who, dict(args or {}), log_level, as_of)

    def withdraw(self, target: int | str, at: datetime, who: str) -> int:
        """Take back one request, or all that wait for a task; how many had not started yet."""
        with self.transaction() as ledger:
            return wishes.withdraw(self._connection, ledger.requests(), target, at, who)

    def cancel_run(self, run_id: int, at: datetime, who: str) -> bool:
        """Ask to stop a run; whether it still ran."""
        with self.transaction() as ledger:
            run = ledger.run(run_id)
            if run is None or run.end_time is not None:
                return False
            wishes.cancel_run(self._connection, run, at, who)
            return True

    def forgo(self, task: str, at: datetime, who: str, request_id: int | None = None) -> int:
        """Give up the further attempts that wait to be made, of one request or of the whole task; how many."""
        with self.transaction() as ledger:
            state = ledger.states([task]).get(task)
            waiting = state.further_attempts(request_id) if state else ()
            if waiting:
                wishes.edit(self._connection, at, who, task, "forgo", {"request_id": request_id})
            return len(waiting)

    def enable(self, names: Iterable[str], at: datetime, who: str) -> None:
        """Clear the flag of each task and its count of failures."""
        with self.transaction():
            wishes.enable(self._connection, names, at, who)

    def disable(self, names: Iterable[str], reason: str, at: datetime, until: datetime | None, who: str) -> None:
        """Set the flag of each task, until `until` or for good."""
        with self.transaction():
            wishes.disable(self._connection, names, reason, at, until, who)

    def reset(self, names: Iterable[str], at: datetime, who: str) -> None:
        """Forget last start, end, slot and anchor of each task. Its history, its flag and its memory stay."""
        with self.transaction():
            wishes.reset(self._connection, names, at, who)

    def set_override(
        self, task: str, options: Mapping[str, Any], at: datetime, who: str, *, replacing: Sequence[str] = ()
    ) -> None:
        """Override options of a task, with values as YAML would give them, `replacing` others that were set earlier."""
        with self.transaction():
            if replacing:
                settings.unset_override(self.tables, task, replacing, at, who)
            settings.set_override(self.tables, task, options, at, who)

    def unset_override(self, task: str, options: Iterable[str], at: datetime, who: str) -> None:
        """Take overrides back; options that have none are left alone."""
        with self.transaction():
            settings.unset_override(self.tables, task, options, at, who)

    # --- the runner's traces --------------------------------------------------------------------

    def put_discovered(self, found: Iterable[DiscoveredLike]) -> bool:
        """Remember the decorated functions that there are now, in this order; whether that is news."""
        found = list(found)
        if settings.is_known(self.discovered(), found):
            return False
        with self.transaction():
            settings.put_discovered(self.tables, found)
        return True

    def put_note(self, key: str, value: Any) -> None:
        """Keep a JSON value for `note`."""
        with self.transaction() as ledger:
            ledger.put_note(key, value)

    def runner_started(self, *, site: str, version: str, at: datetime) -> int:
        """This process is the site's runner from now on; the id of its row."""
        with self.transaction() as ledger:
            return ledger.runner_started(site=site, version=version, at=at)

    def heartbeat(self, runner_id: int, at: datetime) -> None:
        """The runner is alive."""
        with self.transaction(durable=False):
            self._connection.execute("UPDATE runners SET heartbeat = ? WHERE id = ?", (text_of(at), runner_id))

    def runner_stopped(self, runner_id: int, at: datetime) -> None:
        """The runner ends, and says so."""
        with self.transaction():
            self._connection.execute(
                "UPDATE runners SET heartbeat = ?, stopped = ? WHERE id = ?", (text_of(at), text_of(at), runner_id)
            )

    def mark_lost(self, run_ids: Iterable[int], at: datetime, why: str) -> int:
        """Close runs whose worker or runner died under them; how many were open."""
        result = Result(Outcome.LOST, reason=why)
        with self.transaction() as ledger:
            return sum(ledger.end(run_id, result, at) for run_id in run_ids)

    def prune(self, keep: int | None, for_: timedelta | None, now: datetime, dry_run: bool = False) -> pruning.Counts:
        """Keep each task's newest `keep` rows and none older than `for_`; how many went (or would go) by table."""
        if dry_run:
            with self.snapshot():
                return pruning.total(pruning.would_go(self._connection, pruning.Limits(keep, for_, now)))
        return pruning.total(self.prune_steps(keep, for_, now))

    def prune_steps(self, keep: int | None, for_: timedelta | None, now: datetime) -> Iterator[pruning.Counts]:
        """As `prune`, one short transaction for each step of the iterator, so that a loop can do other work between."""
        limits = pruning.Limits(keep, for_, now)
        with in_words(self.path):
            yield from pruning.steps(self._connection, partial(self.transaction, durable=False), limits)
