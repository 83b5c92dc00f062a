"""What the config is completed with: options set at run time, and the decorated functions that were found.

Rare writes of whole rows, done with sqlite-utils' table methods inside the caller's transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from linodctl.store import wishes
from linodctl.store.columns import clean, json_of, text_of
from linodctl.store.rows import Discovered, DiscoveredLike

if TYPE_CHECKING:
    from sqlite_utils import Database


def set_override(tables: Database, task: str, options: Mapping[str, Any], at: datetime, who: str) -> None:
    made = {"task": task, "who": clean(who), "at": text_of(at)}
    tables.table("overrides").upsert_all(
        [{**made, "option": option, "value": json_of(value)} for option, value in options.items()],
        pk=("task", "option"),
    )
    wishes.edit(tables.conn, at, who, task, "set", dict(options))


def unset_override(tables: Database, task: str, options: Iterable[str], at: datetime, who: str) -> None:
    options = list(options)
    for option in options:
        tables.table("overrides").delete_where("task = ? and option = ?", [task, option])
    wishes.edit(tables.conn, at, who, task, "unset", {"options": options})


def put_discovered(tables: Database, found: Iterable[DiscoveredLike]) -> None:
    tables.table("discovered").delete_where()
    tables.table("discovered").insert_all(
        {"id": number, "module": item.module, "name": item.name, "func": item.func, "options": json_of(item.options)}
        for number, item in enumerate(found, start=1)
    )


def is_known(stored: Sequence[Discovered], found: Sequence[DiscoveredLike]) -> bool:
    """Whether the same functions are stored, in the same order and with the same options."""
    return [_shape(item) for item in stored] == [_shape(item) for item in found]


def _shape(item: DiscoveredLike) -> tuple[str, str, str, str]:
    return item.module, item.name, item.func, json_of(item.options)
