"""From what a person typed to tasks: names, shell globs, `tag:TAG`, and the nearest names when nothing fits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from linodctl.errors import UnknownName
from linodctl.texts import word

if TYPE_CHECKING:
    from linodctl.domain import Task

TAG = "tag:"


def select(tasks: Sequence[Task], wanted: Iterable[str]) -> list[Task]:
    """The tasks that any of the names, globs or tags mean, in the order of the config; all if there is none of them.

    UnknownName for the first that means no task, with the nearest names.
    """
    patterns = list(dict.fromkeys(wanted))
    if not patterns:
        return list(tasks)
    chosen: set[str] = set()
    for pattern in patterns:
        found = [task.name for task in tasks if fits(pattern, task.name, task.tags)]
        if not found:
            raise UnknownName(_unknown(pattern, tasks))
        chosen.update(found)
    return [task for task in tasks if task.name in chosen]


def one(tasks: Sequence[Task], name: str) -> Task:
    """The one task of this name or pattern. UnknownName if there is none, or more than one."""
    found = select(tasks, [name])
    if len(found) > 1:
        raise UnknownName(f"'{word(name)}' means {len(found)} tasks ({_some(found)}); name one of them")
    return found[0]


def fits(pattern: str, name: str, tags: Sequence[str] = ()) -> bool:
    """Whether a name, glob or `tag:TAG` means the task of this name and these tags."""
    if pattern.startswith(TAG):
        return any(fnmatchcase(tag, pattern.removeprefix(TAG)) for tag in tags)
    return name == pattern or fnmatchcase(name, pattern)


def _unknown(pattern: str, tasks: Sequence[Task]) -> str:
    import difflib

    what, wanted, names = "task", pattern, [task.name for task in tasks]
    if pattern.startswith(TAG):
        what, wanted = "task tagged", pattern.removeprefix(TAG)
        names = sorted({tag for task in tasks for tag in task.tags})
    near = difflib.get_close_matches(wanted[:200], names, n=3, cutoff=0.5)
    if near:
        return f"no {what} '{word(wanted)}'; did you mean {' or '.join(repr(name) for name in near)}?"
    return f"no {what} '{word(wanted)}'; 'linodctl list' shows the tasks of this site"


def _some(tasks: Sequence[Task]) -> str:
    names = [task.name for task in tasks[:3]]
    return ", ".join(names) + (", …" if len(tasks) > 3 else "")
