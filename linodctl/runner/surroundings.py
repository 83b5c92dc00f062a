"""What the runner stands on: the state file, the lock, the control socket. People and programs delete such files; what
can be put right is put right, and told.
"""

from __future__ import annotations

from collections.abc import Callable

from linodctl import events
from linodctl.errors import SiteHeld, StateError
from linodctl.runner.control import ControlServer
from linodctl.runner.loader import Tell
from linodctl.runner.troubles import LOCK, SOCKET
from linodctl.store import StateGone
from linodctl.store.lock import SiteLock
from linodctl.store.store import Store


class Surroundings:
    """`give_way` is called, with the reason, when another runner has taken the site over."""

    def __init__(
        self, lock: SiteLock, store: Store, control: ControlServer, tell: Tell, give_way: Callable[[str], None]
    ) -> None:
        self._lock = lock
        self._store = store
        self._control = control
        self._tell = tell
        self._give_way = give_way

    async def keep(self, seconds: int) -> None:
        """See to it that lock and socket are where others look for them; it costs two looks at the folder.

        Without a socket wishes are found every so many seconds.
        """
        self._keep_lock()
        if not self._control.is_reachable():
            await self._open_socket(seconds)

    def _keep_lock(self) -> None:
        """Whoever finds no lock file makes a new one: then two runners would hold the site."""
        try:
            if self._lock.keep():
                self._tell(events.Trouble(f"the lock file {self._lock.path} was deleted; there is a new one"))
        except SiteHeld as error:
            self._tell(events.Trouble(f"the lock file was deleted, and now {error}"))
            self._give_way("another runner holds this site")
        except StateError as error:
            self._tell(events.Trouble(f"{error}; a second runner could start", LOCK))
        else:
            self._tell(events.Mended(LOCK, f"the lock file {self._lock.path} is in its place again"))

    async def _open_socket(self, seconds: int) -> None:
        try:
            await self._control.open()
        except OSError as error:
            self._tell(events.Trouble(f"no control socket: {error}; wishes are found every {seconds} s", SOCKET))
        else:
            self._tell(events.Mended(SOCKET, "the control socket is in its place again"))

    def put_state_back(self, gone: StateGone) -> None:
        """See to it that the state file is at its place again. StateError if it can't be now."""
        if not gone.mendable:
            raise gone
        self._store.put_back()
        self._tell(
            events.Trouble(
                f"{gone}: it has been put back with all that it held; stop the runner before you delete anything of it"
            )
        )
