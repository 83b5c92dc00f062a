"""From the files asked for to one tree: includes followed, variables filled in, files merged.

paths → read, with what they include → env files → fill in `${…}` → merge
"""

from __future__ import annotations

import glob
from collections.abc import Mapping, Sequence
from pathlib import Path

from linodctl.clock import SystemClock
from linodctl.config.disk import Stat, is_settled, matches, stat_of
from linodctl.config.environment import Filler
from linodctl.config.nodes import Entry, Items, Node, Scalar, Table
from linodctl.config.problems import Place, Problems, shown_path
from linodctl.config.reader import read_file
from linodctl.values import Value

LISTS = frozenset({"pythonpath", "preload", "discover", "include", "env_file"})
"""Lists of several files are appended, and one word stands for a list of one."""
TABLES = frozenset(
    {"procedures", "tasks", "env", "limits", "calendars", "defaults", "history", "log", "notify", "metrics"}
)
"""Mappings of several files are merged; a name may be in one of them only."""


class Gathered(Value):
    """What was declared, and what that depended on."""

    tree: Table
    files: tuple[Path, ...]
    """The YAML files, in the order in which they were merged."""
    stats: Mapping[str, Stat]
    """Of these and of the env files, taken before each was read: a later change will show."""
    globs: Mapping[tuple[str, str], Sequence[str]]
    """What each include glob (base folder, pattern) found."""
    variables: frozenset[str]
    """Names of environment variables that were asked for."""
    env: Mapping[str, str]
    """What the env files define."""
    settled: bool
    """Whether all files had been left alone long enough that a later change cannot go unseen."""


def gather(paths: Sequence[Path], environ: Mapping[str, str], problems: Problems) -> Gathered:
    """Everything declared in the files; where it can't be read, problems and what could be read."""
    looked = SystemClock().now()  # what counts is the clock that the file system goes by
    early = Filler(environ, problems)
    collection = _Files(early, problems)
    for path in paths:
        collection.add(path.absolute())
    env: dict[str, str] = {}
    for file in _env_files(collection.trees, early, problems):
        from linodctl.config.env_files import read_env_file

        collection.stats[str(file)] = stat_of(file)
        env |= read_env_file(file, problems)
    filler = Filler({**env, **environ}, problems)
    tree = merge([filled for tree in collection.trees if isinstance(filled := filler.fill(tree), Table)], problems)
    return Gathered(
        tree=tree,
        files=tuple(collection.seen),
        stats=collection.stats,
        globs=collection.globs,
        variables=frozenset(early.used | filler.used),
        env=env,
        settled=all(is_settled(stat, looked) for stat in collection.stats.values()),
    )


# --- includes ------------------------------------------------------------------------------------


class _Files:
    """The files read so far, each once."""

    def __init__(self, filler: Filler, problems: Problems) -> None:
        self.seen: dict[Path, None] = {}
        self.trees: list[Table] = []
        self.stats: dict[str, Stat] = {}
        self.globs: dict[tuple[str, str], Sequence[str]] = {}
        self._filler = filler
        self._problems = problems
        self._open: list[Path] = []

    def add(self, path: Path) -> None:
        """Read a file, then what it includes."""
        if path in self.seen:
            return
        self.seen[path] = None
        self.stats[str(path)] = stat_of(path)
        tree = read_file(path, self._problems)
        if isinstance(tree, Table):
            self.trees.append(tree)
            self._open.append(path)
            for item in scalars(tree.get("include")):
                self._include(item, path)
            self._open.pop()
        elif tree is not None and not (isinstance(tree, Scalar) and tree.value is None):
            self._problems.error(tree.place, "", "must be a mapping of options, such as 'procedures: …'")

    def _include(self, item: Scalar, including: Path) -> None:
        filled = self._filler.fill(item, ("include",))
        assert isinstance(filled, Scalar)
        pattern = str(filled.value)
        found = self.globs[str(including.parent), pattern] = matches(str(including.parent), pattern)
        if not found and not glob.has_magic(pattern):
            self._problems.error(item.place, "include", f"no such file: {pattern}")
        for path in map(Path, found):
            if path == including and glob.has_magic(pattern):
                continue  # `*.yaml` beside itself
            if path in self._open:
                circle = " → ".join(shown_path(str(file)) for file in [*self._open[self._open.index(path) :], path])
                self._problems.error(item.place, "include", f"goes in a circle: {circle}")
            else:
                self.add(path)


def _env_files(trees: Sequence[Table], filler: Filler, problems: Problems) -> list[Path]:
    files: list[Path] = []
    for tree in trees:
        for item in scalars(tree.get("env_file")):
            filled = filler.fill(item, ("env_file",))
            assert isinstance(filled, Scalar)
            path = Path(tree.place.file).parent / str(filled.value)
            if path.is_file():
                files.append(path)
            else:
                problems.error(item.place, "env_file", f"no such file: {filled.value}")
    return files


def scalars(node: Node | None) -> list[Scalar]:
    """The texts of a list, or the one text; what has another shape is left to the models to complain about."""
    nodes = node.nodes if isinstance(node, Items) else (node,)
    return [item for item in nodes if isinstance(item, Scalar) and isinstance(item.value, str)]


# --- merging -------------------------------------------------------------------------------------


def merge(trees: Sequence[Table], problems: Problems) -> Table:
    """One tree out of those of all files."""
    merged: dict[str, Entry] = {}
    for tree in trees:
        for key, entry in tree.entries.items():
            merged[key] = _both(key, merged[key], entry, problems) if key in merged else entry
    return Table(trees[0].place if trees else Place(""), merged)


def _both(key: str, first: Entry, second: Entry, problems: Problems) -> Entry:
    if key in LISTS:
        return Entry(first.place, Items(first.node.place, (*_items(first.node), *_items(second.node))))
    if key not in TABLES:
        problems.error(second.place, key, f"already given at {first.place.shown()}")
        return first
    if not isinstance(second.node, Table):
        return second if _is_wrong(second.node) else first
    if not isinstance(first.node, Table):
        return first if _is_wrong(first.node) else second
    entries = dict(first.node.entries)
    for name, entry in second.node.entries.items():
        if name in entries:
            problems.error(entry.place, (key, name), f"already declared at {entries[name].place.shown()}")
        else:
            entries[name] = entry
    return Entry(first.place, Table(first.node.place, entries))


def _is_wrong(node: Node) -> bool:
    """Neither a mapping nor nothing: kept, so that the models complain about it."""
    return not (isinstance(node, Scalar) and node.value is None)


def _items(node: Node) -> tuple[Node, ...]:
    return node.nodes if isinstance(node, Items) else (node,)
