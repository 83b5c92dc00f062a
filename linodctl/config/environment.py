"""`${NAME}` and `${NAME:-default}` in the texts of a configuration."""

from __future__ import annotations

import re
from collections.abc import Mapping

from linodctl.config.nodes import Entry, Items, Node, Path, Scalar, Table
from linodctl.config.problems import Place, Problems, nearest
from linodctl.texts import printable

NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_REFERENCE = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<inside>[^}]*)(?P<end>\}?))")
_INSIDE = re.compile(rf"(?P<name>{NAME})(?::-(?P<default>.*))?", re.DOTALL)


class Filler:
    """Fills variables into trees; remembers the names it was asked for, so that a cache knows what it depends on."""

    def __init__(self, variables: Mapping[str, str], problems: Problems) -> None:
        self.used: set[str] = set()
        self._variables = variables
        self._problems = problems
        self._done: dict[int, tuple[Node, Node]] = {}
        """By id: a branch that aliases share is filled in once. (The first of the pair keeps the id taken.)"""

    def fill(self, node: Node, path: Path = ()) -> Node:
        """The tree with every `${…}` replaced and every `$$` made `$`; what is filled in is text, never a number."""
        if isinstance(node, Scalar):
            return self._scalar(node, path) if isinstance(node.value, str) and "$" in node.value else node
        if id(node) not in self._done:
            self._done[id(node)] = (node, self._branch(node, path))
        return self._done[id(node)][1]

    def _branch(self, node: Table | Items, path: Path) -> Node:
        if isinstance(node, Items):
            return Items(node.place, tuple(self.fill(item, (*path, at)) for at, item in enumerate(node.nodes)))
        entries = {key: Entry(old.place, self.fill(old.node, (*path, key))) for key, old in node.entries.items()}
        return Table(node.place, entries)

    def _scalar(self, node: Scalar, path: Path) -> Scalar:
        def replacement(match: re.Match[str]) -> str:
            return "$" if match["dollar"] else self._reference(match, node.place, path)

        text = _REFERENCE.sub(replacement, str(node.value))
        return Scalar(node.place, text, text)

    def _reference(self, match: re.Match[str], place: Place, path: Path) -> str:
        inside = _INSIDE.fullmatch(match["inside"])
        if inside is None or not match["end"] or "${" in match["inside"]:
            what = printable(match[0])[:60]
            self._problems.error(place, path, f"{what} must be ${{NAME}} or ${{NAME:-default}} ($$ is a plain $)")
            return match[0]
        name, default = inside["name"], inside["default"]
        self.used.add(name)
        value = self._variables.get(name)
        if default is not None:
            return value or default  # as in a shell, `:-` also replaces an empty value
        if value is None:
            hint = nearest(name, self._variables) or f": set it, or write ${{{name}:-default}}"
            self._problems.error(place, path, f"the environment variable {name} is not set{hint}")
            return match[0]
        return value
