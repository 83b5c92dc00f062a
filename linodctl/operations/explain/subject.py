"""Which task is meant: a declared one, or one that only the state file still knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linodctl.domain import Launch, Policy, Task
from linodctl.errors import UnknownName
from linodctl.operations.names import one
from linodctl.recurrence import NEVER
from linodctl.values import replace

if TYPE_CHECKING:
    from linodctl.operations.site import Site


def subject(site: Site, name: str) -> Task:
    """The task of this name or pattern. UnknownName if there is none, or more than one.

    Of a task that is no longer declared only the past is known: it runs never, and its zone is the site's.
    """
    try:
        return one(site.loaded.tasks, name)
    except UnknownName:
        with site.reading() as reader:
            if name not in reader.states([name]):
                raise
        return Task(0, name, name, replace(NEVER, zone=site.loaded.timezone), Policy(), Launch(""))
