"""Config and code read anew while the runner goes on: beside the ticks; what came of it is applied between two of them.

asked for ──► [read, probe, new zygote] ──ready──► accepted, or rejected: then the old config and zygote go on
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
from collections.abc import Callable, Coroutine
from functools import partial

from linodctl import events
from linodctl.clock import Clock
from linodctl.config import Loaded, drift
from linodctl.errors import HelperEnded, LinodctlError, StateError
from linodctl.execution.executor import Executor
from linodctl.runner.books import Books
from linodctl.runner.loader import Loader, Tell, in_force, with_code
from linodctl.runner.orders import execution_site
from linodctl.store.store import Store

CONFIG_ERROR = "config_error"
"""The note that holds the problems of the last reload, or null."""
RUNNING_CONFIG = "running_config"
"""The note that tells the files of the config in force, as `drift.footprint` gives them."""

Apply = Callable[[], None]
"""What is left to do between two ticks when a change has been prepared beside them."""


class Changes:
    """At most one change is under way; what is asked for meanwhile is one more after it."""

    def __init__(
        self,
        loaded: Loaded,
        loader: Loader,
        store: Store,
        books: Books,
        executor: Executor,
        clock: Clock,
        tell: Tell,
        wake: Callable[[], None],
    ) -> None:
        self.loaded = loaded
        """The config in force."""
        self._loader = loader
        self._store = store
        self._books = books
        self._executor = executor
        self._clock = clock
        self._tell = tell
        self._wake = wake
        self._reload_wanted = False
        self._options_changed = False
        self._zygote_stale = False
        self._change: asyncio.Future[Apply] | None = None

    def want_reload(self) -> None:
        """Somebody asked for it."""
        self._reload_wanted = True

    def note_options(self) -> None:
        """Somebody set or unset options at run time."""
        self._options_changed = True

    def note_stale_code(self) -> None:
        """What `setup` and `preload` imported has changed on disk."""
        self._zygote_stale = True

    def look_after(self) -> None:
        """Apply the change that has been prepared, begin the next one."""
        if self._change is not None and self._change.done():
            change, self._change = self._change, None
            change.result()()
            if not (self._options_changed or self._reload_wanted):
                self._books.options_settled()
        if self._change is None:
            work = self._next()
            if work is not None:
                self._change = asyncio.ensure_future(work)
                self._change.add_done_callback(lambda _: self._wake())

    def cancel(self) -> None:
        """The runner stops: no more changes."""
        if self._change is not None:
            self._change.cancel()

    def _next(self) -> Coroutine[None, None, Apply] | None:
        if self._reload_wanted:
            self._reload_wanted = self._options_changed = False
            self._tell(events.ConfigReloading())
            return self._reload(fresh_code=True)
        if self._options_changed:
            self._options_changed = False
            return self._reload(fresh_code=False)
        if self._zygote_stale:
            self._zygote_stale = False
            return self._refresh_zygote()
        return None

    async def _reload(self, *, fresh_code: bool) -> Apply:
        """The config as it is now on disk; if it has problems, the old one goes on, and so does its zygote."""
        replaced = False
        try:
            loaded = await asyncio.to_thread(self._loader.load)
            if fresh_code or execution_site(loaded) != execution_site(self.loaded):
                await self._executor.replace(execution_site(loaded))
                replaced = True
            loaded = await with_code(self._loader, loaded, self._executor, self._store, self._tell)
        except Exception as error:  # whatever a new config brings about, it must not end the runner
            if replaced:
                with contextlib.suppress(LinodctlError, OSError):
                    await self._executor.replace(execution_site(self.loaded))
            if isinstance(error, LinodctlError) and not isinstance(error, StateError | HelperEnded):
                return partial(self._reject, str(error))
            return partial(self._fail, error)
        return partial(self._accept, loaded)

    def _reject(self, problems: str) -> None:
        self._books.note(CONFIG_ERROR, problems)
        self._tell(events.ConfigRejected(problems))

    def _fail(self, error: Exception) -> None:
        """It is not the config's fault: the machine's, or ours."""
        why = str(error) if isinstance(error, LinodctlError | OSError) else f"{type(error).__name__}: {error}"
        self._tell(events.ReloadFailed(why))

    def _accept(self, loaded: Loaded) -> None:
        try:
            self._books.replace(loaded, self._clock.now())
        except StateError as error:
            self._fail(error)
            return
        old, self.loaded = self.loaded, loaded
        self._books.note(CONFIG_ERROR, None)
        self._books.note(RUNNING_CONFIG, drift.footprint(loaded))
        gc.freeze()
        self._tell(in_force(loaded))
        self._tell(events.ConfigReloaded(len(loaded.tasks)))
        fixed = [name for name in ("state", "log", "timezone") if getattr(loaded, name) != getattr(old, name)]
        if fixed:
            self._tell(events.Trouble(f"the new {' and '.join(fixed)} of the site takes effect at the next start"))

    async def _refresh_zygote(self) -> Apply:
        """New runs get the new code."""
        try:
            await self._executor.replace()
        except LinodctlError as error:
            return partial(self._tell, events.Trouble(f"changed code was not taken over, the old goes on: {error}"))
        return partial(self._tell, events.CodeRefreshed())
