"""A YAML document as a tree in which every key and every value knows its file, line and column.

Anchors may make it share branches; nothing in it is ever changed in place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from linodctl.config.problems import Place
from linodctl.values import Value, replace

Path = tuple[str | int, ...]


class Scalar(Value):
    """A word, number, boolean or nothing."""

    place: Place
    value: str | int | float | bool | None
    text: str
    """As written: `1.10` stays that."""


class Items(Value):
    """A list."""

    place: Place
    nodes: tuple[Node, ...]


class Entry(Value):
    """What a key leads to, and where the key stands."""

    place: Place
    node: Node


class Table(Value):
    """A mapping; keys are text, as written."""

    place: Place
    entries: dict[str, Entry]

    def get(self, key: str) -> Node | None:
        entry = self.entries.get(key)
        return entry.node if entry else None

    def table(self, key: str) -> Table:
        """The mapping under `key`; an empty one when there is none."""
        node = self.get(key)
        return node if isinstance(node, Table) else Table(self.place, {})

    def mapped(self, change: Callable[[str, Node], Node]) -> Table:
        """The same keys over changed nodes."""
        entries = {key: Entry(entry.place, change(key, entry.node)) for key, entry in self.entries.items()}
        return Table(self.place, entries)


Node = Scalar | Items | Table


def plain(node: Node) -> Any:
    """The tree as dicts, lists and values."""
    if isinstance(node, Table):
        return {key: plain(entry.node) for key, entry in node.entries.items()}
    if isinstance(node, Items):
        return [plain(item) for item in node.nodes]
    return node.value


def place_of_key(node: Node, path: Sequence[str | int]) -> Place:
    """Where the last key of `path` stands, or the nearest thing above it that exists."""
    place = node.place
    for part in path:
        if isinstance(node, Table) and part in node.entries:
            place, node = node.entries[str(part)].place, node.entries[str(part)].node
        elif isinstance(node, Items) and isinstance(part, int) and part < len(node.nodes):
            node = node.nodes[part]
            place = node.place
        else:
            break
    return place


def place_of_value(node: Node, path: Sequence[str | int]) -> Place:
    """Where the value at `path` begins, or the nearest thing above it that exists."""
    found, _ = deepest(node, path)
    return found.place


def deepest(node: Node, path: Sequence[str | int]) -> tuple[Node, Path]:
    """The last node on `path` that exists, and the part of the path that leads to it."""
    for depth, part in enumerate(path):
        if isinstance(node, Table) and part in node.entries:
            node = node.entries[str(part)].node
        elif isinstance(node, Items) and isinstance(part, int) and part < len(node.nodes):
            node = node.nodes[part]
        else:
            return node, tuple(path[:depth])
    return node, tuple(path)


def without(node: Node, path: Sequence[str | int]) -> Node:
    """The tree without what stands at `path`."""
    if isinstance(node, Table):
        entries = dict(node.entries)
        entry = entries.pop(str(path[0]))
        if len(path) > 1:
            entries = {  # rebuilt, so that the order of the keys stays
                key: Entry(entry.place, without(entry.node, path[1:])) if key == path[0] else old
                for key, old in node.entries.items()
            }
        return replace(node, entries=entries)
    assert isinstance(node, Items) and isinstance(path[0], int)
    kept = (without(node.nodes[path[0]], path[1:]),) if len(path) > 1 else ()
    return replace(node, nodes=node.nodes[: path[0]] + kept + node.nodes[path[0] + 1 :])


def from_plain(value: Any, place: Place) -> Node:
    """A tree out of dicts, lists and values that have one place in common: a decorator's options, a `set`."""
    if isinstance(value, dict):
        return Table(place, {str(key): Entry(place, from_plain(item, place)) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return Items(place, tuple(from_plain(item, place) for item in value))
    if value is None or isinstance(value, str | int | float):
        return Scalar(place, value, str(value))
    return Scalar(place, str(value), str(value))
