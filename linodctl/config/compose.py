"""Builds the tree of nodes out of YAML events, without recursion and without ever constructing an object.

Keeps what PyYAML's own composer forgets (where keys stand, that a key came twice) and bounds what it does not bound
(depth, and what aliases of aliases expand to).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple, NoReturn

import yaml

from linodctl.config.nodes import Entry, Items, Node, Scalar, Table
from linodctl.config.problems import Place, Problems, quoted
from linodctl.config.scalars import resolve

DEEPEST = 40
LARGEST_EXPANSION = 100_000
"""Values a document may stand for before it is asked whether aliases blow it up …"""
LARGEST_RATIO = 50
"""… which is when it stands for more than this many times what it holds."""

_TAG = "tag:yaml.org,2002:"
_MERGE = "<<"
_CONFIRMED_BY = {"null": ("NoneType",), "bool": ("bool",), "int": ("int",), "float": ("int", "float")}


class Refused(Exception):
    """The document can't be read any further; the problem has been noted."""


class _Key(NamedTuple):
    text: str
    place: Place
    merges: bool


class _Open:
    """A list or mapping whose end has not come yet."""

    __slots__ = ("anchor", "entries", "is_table", "key", "merged", "nodes", "place", "size")

    def __init__(self, place: Place, is_table: bool, anchor: str | None) -> None:
        self.place = place
        self.is_table = is_table
        self.anchor = anchor
        self.nodes: list[Node] = []
        self.entries: dict[str, Entry] = {}
        self.merged: list[Node] = []
        self.key: _Key | None = None
        """The key whose value comes next; None when a key comes next."""
        self.size = 1

    @property
    def wants_key(self) -> bool:
        return self.is_table and self.key is None


class Composer:
    """Takes events one by one; `root` is the tree when all have come."""

    def __init__(self, file: str, problems: Problems) -> None:
        self.root: Node | None = None
        self._file = file
        self._problems = problems
        self._stack: list[_Open] = []
        self._anchors: dict[str, tuple[Node, int]] = {}
        self._documents = 0
        self._distinct = 0
        self._steps: dict[type[yaml.Event], Callable[[Any, Place], None]] = {
            yaml.ScalarEvent: self._scalar,
            yaml.AliasEvent: self._alias,
            yaml.SequenceStartEvent: self._begin,
            yaml.MappingStartEvent: self._begin,
            yaml.SequenceEndEvent: self._end,
            yaml.MappingEndEvent: self._end,
            yaml.DocumentStartEvent: self._document,
        }

    def feed(self, event: yaml.Event) -> None:
        """Raises Refused when reading on makes no sense."""
        step = self._steps.get(type(event))
        if step:
            mark = event.start_mark
            step(event, Place(self._file, mark.line + 1, mark.column + 1) if mark else Place(self._file))

    # --- events ----------------------------------------------------------------------------------

    def _document(self, event: yaml.DocumentStartEvent, place: Place) -> None:
        self._documents += 1
        if self._documents > 1:
            self._refuse(place, "a second document begins here ('---'): put it in a file of its own")

    def _scalar(self, event: yaml.ScalarEvent, place: Place) -> None:
        if self._stack and self._stack[-1].wants_key:
            self._key(event, place)
            return
        node = Scalar(place, self._value(event, place), event.value)
        self._keep(node, 1, event.anchor)

    def _alias(self, event: yaml.AliasEvent, place: Place) -> None:
        if any(open_.anchor == event.anchor for open_ in self._stack):
            self._refuse(place, f"*{event.anchor} stands inside itself")
        anchored = self._anchors.get(event.anchor or "")
        if anchored is None:
            self._refuse(place, f"*{event.anchor} has no anchor &{event.anchor} before it")
        node, size = anchored
        if self._stack and self._stack[-1].wants_key:
            if not isinstance(node, Scalar):
                self._refuse(place, "a key must be a word, not a list or mapping")
            self._take_key(_Key(node.text, place, merges=False))
            return
        self._keep(node, size, None)

    def _begin(self, event: yaml.CollectionStartEvent, place: Place) -> None:
        if self._stack and self._stack[-1].wants_key:
            self._refuse(place, "a key must be a word, not a list or mapping (quote a value that begins with { or [)")
        if len(self._stack) >= DEEPEST:
            self._refuse(place, f"nested deeper than {DEEPEST} levels")
        is_table = isinstance(event, yaml.MappingStartEvent)
        if event.tag not in (None, "!", _TAG + ("map" if is_table else "seq")):
            self._problems.error(place, self._path(), f"the tag {quoted(event.tag)} has no meaning here: leave it out")
        self._stack.append(_Open(place, is_table, event.anchor))

    def _end(self, event: yaml.CollectionEndEvent, place: Place) -> None:
        done = self._stack.pop()
        node: Node
        if done.is_table:
            node = Table(done.place, self._merge(done) if done.merged else done.entries)
        else:
            node = Items(done.place, tuple(done.nodes))
        self._keep(node, done.size, done.anchor)

    # --- parts -----------------------------------------------------------------------------------

    def _keep(self, node: Node, size: int, anchor: str | None) -> None:
        """Put a finished node where it belongs."""
        self._distinct += 1
        if size > LARGEST_EXPANSION and size > LARGEST_RATIO * self._distinct:
            self._refuse(node.place, "aliases make this stand for too many values: write them out, or use fewer")
        if anchor is not None:
            self._anchors[anchor] = (node, size)
        if not self._stack:
            self.root = node
            return
        parent = self._stack[-1]
        parent.size += size
        key, parent.key = parent.key, None
        if key is None:
            parent.nodes.append(node)
        elif key.merges:
            parent.merged.append(node)
        else:
            parent.entries[key.text] = Entry(key.place, node)

    def _key(self, event: yaml.ScalarEvent, place: Place) -> None:
        self._no_nul(event.value, place)
        if event.anchor is not None:
            self._anchors[event.anchor] = (Scalar(place, event.value, event.value), 1)
        self._take_key(_Key(event.value, place, merges=event.value == _MERGE and not event.style))

    def _take_key(self, key: _Key) -> None:
        table = self._stack[-1]
        first = table.entries.get(key.text)
        if first:
            path = self._path(key.text)
            self._problems.error(key.place, path, f"this key is already given in line {first.place.line}")
        table.key = key

    def _value(self, event: yaml.ScalarEvent, place: Place) -> Any:
        text = event.value
        self._no_nul(text, place)
        if event.tag in (None, "!"):
            if event.style or event.tag:
                return text
            try:
                return resolve(text)
            except ValueError as error:
                self._problems.error(place, self._path(), str(error))
                return text
        return self._tagged(text, event.tag, place)

    def _tagged(self, text: str, tag: str, place: Place) -> Any:
        """`!!str 010` is text; the other standard tags only confirm what the word says already."""
        if tag == _TAG + "str":
            return text
        try:
            value = resolve(text)
        except ValueError:
            value = text
        if not tag.startswith(_TAG) or type(value).__name__ not in _CONFIRMED_BY.get(tag.removeprefix(_TAG), ()):
            self._problems.error(place, self._path(), f"the tag {quoted(tag)} has no meaning here: leave it out")
        return value

    def _merge(self, table: _Open) -> dict[str, Entry]:
        """`<<: *base` or `<<: [*first, *second]`: own keys win, then the earlier mapping's."""
        sources = [item for node in table.merged for item in (node.nodes if isinstance(node, Items) else (node,))]
        entries: dict[str, Entry] = {}
        for source in sources:
            if isinstance(source, Table):
                entries = entries | {key: entry for key, entry in source.entries.items() if key not in entries}
            else:
                self._problems.error(source.place, _MERGE, "must be an alias of a mapping, or a list of such")
        return entries | table.entries

    def _path(self, *more: str) -> list[str]:
        """The keys that lead to where the reading is, and `more`."""
        return [open_.key.text for open_ in self._stack if open_.key] + list(more)

    def _no_nul(self, text: str, place: Place) -> None:
        if "\0" in text:
            self._refuse(place, "text can't hold a NUL character")

    def _refuse(self, place: Place, message: str) -> NoReturn:
        self._problems.error(place, self._path(), message)
        raise Refused
