"""Keeps one zygote ready: starts it, replaces it, starts another one when it dies."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine

from linodctl.execution.link import SetupFailed, ZygoteKilled, ZygoteLink
from linodctl.execution.newborn import Newborn
from linodctl.execution.orders import ExecutionSite

PAUSES = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Seconds before each further start in a row; the last one for good."""
TRIES = 3
"""How often a zygote is started before somebody who kills it on its way has won."""
SETTLED = 10.0
"""Seconds of life after which a zygote's death is no longer counted as one in a row."""


class Keeper:
    """The current zygote, the retired ones until their workers have ended, and the next one."""

    def __init__(
        self,
        site: ExecutionSite,
        on_ready: Callable[[], None],
        on_death: Callable[[ZygoteLink, str], None],
        on_failure: Callable[[SetupFailed], None],
        newborn: Newborn | None = None,
    ) -> None:
        """A `newborn` that was started for this site becomes the first one."""
        self._link: ZygoteLink | None = None
        self.site = site
        self._on_ready = on_ready
        self._on_death = on_death
        self._on_failure = on_failure
        self._newborn = newborn
        self._failures = 0
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = False

    @property
    def link(self) -> ZygoteLink | None:
        """The zygote for new runs; None while there is none."""
        return self._link if self._link is not None and self._link.alive else None

    async def open(self) -> None:
        """Raises SetupFailed."""
        self._available = asyncio.Event()
        self._changing = asyncio.Lock()
        async with self._changing:
            self._take(await self._started(self.site))

    async def ready(self) -> ZygoteLink:
        """The current zygote, as soon as there is one."""
        while (link := self.link) is None:
            self._available.clear()
            await self._available.wait()
        return link

    async def replace(self, site: ExecutionSite) -> None:
        """Put a new zygote in the current one's place. Raises SetupFailed and leaves everything as it was."""
        async with self._changing:
            new = await self._started(site)
            self.site = site
            if self._link is not None:
                self._spawn(self._link.retire())
            self._take(new)

    async def close(self) -> None:
        """Let every zygote go, and wait until they have ended."""
        self._closing = True
        if self._link is not None:
            self._spawn(self._link.retire())
            self._link = None
        for task in list(self._tasks):
            if task.get_name() == "restart":
                task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _started(self, site: ExecutionSite) -> ZygoteLink:
        for left in reversed(range(TRIES)):
            link = ZygoteLink(site, self._died)
            try:
                await link.start(self._born_for(site))
                break
            except ZygoteKilled:
                if not left:
                    raise
        return link

    def _born_for(self, site: ExecutionSite) -> Newborn | None:
        """What was started ahead, once, if it was for this site; else it is ended."""
        ready, self._newborn = self._newborn, None
        if ready is not None and (ready.folder, ready.env) != (site.folder, site.env):
            ready.dismiss()
            return None
        return ready

    def _take(self, link: ZygoteLink) -> None:
        self._link = link
        self._born = asyncio.get_running_loop().time()
        self._available.set()
        self._on_ready()

    def _died(self, link: ZygoteLink, why: str) -> None:
        was_current = link is self._link
        if was_current:
            self._link = None
            if asyncio.get_running_loop().time() - self._born > SETTLED:
                self._failures = 0
        self._on_death(link, why)
        if was_current and not self._closing:
            self._spawn(self._restart(), "restart")

    async def _restart(self) -> None:
        """Until it works: a moment's trouble (memory, a half-written file of a deploy) must not need a person."""
        while self._link is None:
            await asyncio.sleep(PAUSES[min(self._failures, len(PAUSES) - 1)])
            self._failures += 1
            async with self._changing:
                if self._link is not None:
                    return  # `replace` was quicker
                try:
                    self._take(await self._started(self.site))
                except SetupFailed as error:
                    self._on_failure(error)

    def _spawn(self, work: Coroutine[None, None, None], name: str | None = None) -> None:
        task = asyncio.get_running_loop().create_task(work, name=name)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
