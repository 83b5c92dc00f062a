"""One site as seen from outside its runner: the config, the state file, and who is asking."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from linodctl.clock import Clock, SystemClock
from linodctl.config import find_config
from linodctl.config.find import asked_for
from linodctl.errors import StateError
from linodctl.operations.declaration import Declaration
from linodctl.store import open_reader, open_store

if TYPE_CHECKING:
    from linodctl.config import Loaded
    from linodctl.domain import Task
    from linodctl.store.reading import Reader
    from linodctl.store.store import Store


class Site:
    """A site's config and state file. Reading never creates or changes the state file; wishing does both."""

    def __init__(
        self,
        config: Sequence[str] = (),
        state: str | None = None,
        *,
        environ: Mapping[str, str] | None = None,
        clock: Clock | None = None,
    ) -> None:
        """Find the config as CONTRACT's section 1 says. ConfigError if there is none."""
        environ = os.environ if environ is None else environ
        self._asked = tuple(config), state
        self.environ = environ
        self.clock = clock or SystemClock()
        self.declaration = Declaration(
            find_config(config, environ), environ, state or environ.get("LINODCTL_STATE") or None, self.clock
        )

    def with_config(self, config: Sequence[str]) -> Site:
        """The same state file under another config. ConfigError if there is none."""
        return Site(config, str(self.declaration.state()), environ=self.environ, clock=self.clock)

    def anew(self) -> Site:
        """The same site, its config to be read again. ConfigError if there is none any more."""
        config, state = self._asked
        return Site(config, state, environ=self.environ, clock=self.clock)

    def look_for_files(self) -> None:
        """A folder that was named as the config may hold other files by now. ConfigError if none is left.

        What was found in a usual place stays the config: another one must not take over when it is gone.
        """
        asked = asked_for(self._asked[0], self.environ)
        if asked:
            self.declaration.found(find_config(asked, self.environ))

    @cached_property
    def loaded(self) -> Loaded:
        """The config, read once. ConfigError with every problem of every file."""
        return self.declaration.load_as_running()

    @cached_property
    def state(self) -> Path:
        """The state file, whether it exists or not."""
        return self.declaration.state_path(self.loaded.state)

    @cached_property
    def by_name(self) -> dict[str, Task]:
        return {task.name: task for task in self.loaded.tasks}

    def zone_of(self, task: str) -> ZoneInfo:
        """The zone in which the task's times are told; the site's for one that is no longer declared."""
        found = self.by_name.get(task)
        return ZoneInfo(found.recurrence.zone if found else self.loaded.timezone)

    def now(self) -> datetime:
        """The present instant, aware UTC."""
        return self.clock.now()

    @contextmanager
    def reading(self) -> Iterator[Reader]:
        """The state file for questions; an empty one if no runner has made it yet. StateError if it can't be read."""
        with open_reader(self.state) as reader:
            yield reader

    @contextmanager
    def writing(self) -> Iterator[Store]:
        """The state file for wishes; made if need be. StateError if it can't be written."""
        from linodctl.store.lock import SiteLock

        if not self.state.exists() and SiteLock(self.state).holder() is not None:
            raise StateError(
                f"the state file {self.state} is gone under its runner; nothing can be asked for until it is back "
                "('linodctl status' tells more)"
            )
        with open_store(self.state) as store:
            yield store


def who() -> str:
    """Who makes a wish, for the record: the login name, or the number of a user without one."""
    import getpass

    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
