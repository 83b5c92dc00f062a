"""`check --against`: which slots another config would add and remove, task by task."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from linodctl.operations.checks import checked
from linodctl.operations.shapes import stamp
from linodctl.operations.site import Site
from linodctl.planning.comparing import Change, compare
from linodctl.values import Value, replace

if TYPE_CHECKING:
    from linodctl.config import Loaded, Problem


class Comparison(Value):
    """Two configs of one site. With errors among the `problems` nothing is compared."""

    since: datetime
    until: datetime
    zone: str
    """In which the span is told: the site's."""
    problems: tuple[Problem, ...]
    changes: tuple[Change, ...] = ()

    @property
    def is_valid(self) -> bool:
        return not any(problem.severity == "error" for problem in self.problems)


def check_against(site: Site, other: Sequence[str], *, days: int, imports: bool = True) -> Comparison:
    """Check both configs, and compare the slots of the next `days`. ConfigError if there is no other config.

    What was set at run time, and what was decorated, has its say in both.
    """
    now = site.now()
    until = now + timedelta(days=days)
    before, after = checked(site, imports=imports), checked(site.with_config(other), imports=imports)
    problems = tuple(dict.fromkeys([*before.problems, *after.problems]))
    zone = before.loaded.timezone if before.loaded is not None else "UTC"
    found = Comparison(now, until, zone, problems)
    if not found.is_valid or before.loaded is None or after.loaded is None:
        return found
    return replace(found, changes=_changes(site, before.loaded, after.loaded, now, until))


def _changes(site: Site, before: Loaded, after: Loaded, now: datetime, until: datetime) -> tuple[Change, ...]:
    """In the order of the present config; what the other one adds comes last."""
    old, new = ({task.name: task for task in loaded.tasks} for loaded in (before, after))
    with site.reading() as reader:
        states = reader.states()
    return tuple(
        compare(old.get(name), new.get(name), states.get(name), now, until) for name in dict.fromkeys([*old, *new])
    )


def comparison_shape(found: Comparison) -> dict[str, Any]:
    """What `--json` prints."""
    zone = ZoneInfo(found.zone)
    return {
        "from": stamp(found.since, zone),
        "until": stamp(found.until, zone),
        "problems": [problem.to_json() for problem in found.problems],
        "tasks": [_change_shape(change) for change in found.changes],
    }


def _change_shape(change: Change) -> dict[str, Any]:
    zone = ZoneInfo(change.zone)
    return {
        "task": change.task,
        "change": change.kind.value,
        "before": change.before,
        "after": change.after,
        "slots_before": change.slots_before.count,
        "slots_after": change.slots_after.count,
        "added": change.added,
        "removed": change.removed,
        "first_added": [stamp(slot, zone) for slot in change.first_added],
        "first_removed": [stamp(slot, zone) for slot in change.first_removed],
        "timezone": change.zone,
    }
