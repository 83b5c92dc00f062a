"""What to do about a task that its declaration disables: `enable` can't."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linodctl.domain import Task
    from linodctl.operations.site import Site


def still_disabled(site: Site, task: Task, like: Callable[[str], str]) -> str:
    """That it stays disabled, why, and what would help; `like` makes a command for the site."""
    return f"stays disabled by its declaration ({task.disabled}); {_remedy(site, task, like)}"


def _remedy(site: Site, task: Task, like: Callable[[str], str]) -> str:
    """Where it is said; a function that can't be found is named under `func`."""
    source = site.loaded.source
    said = source(task.name, "disabled")
    if said.startswith("set by "):
        return f"'{like(f'unset {task.name} disabled')}' takes that back"
    return f"change {said if said != 'default' else source(task.name, 'func')}"
