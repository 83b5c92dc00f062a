"""`${NAME}` and `${NAME:-default}` in the texts of a configuration, and the env files that may define such names."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path as FilePath

from linodctl.config.nodes import Entry, Items, Node, Path, Scalar, Table
from linodctl.config.problems import Place, Problems, nearest
from linodctl.config.reader import read_text
from linodctl.texts import printable

_NAME = r"[A-Za-z_][A-Za-z0-9_]*"
_REFERENCE = re.compile(r"\$(?:(?P<dollar>\$)|\{(?P<inside>[^}]*)(?P<end>\}?))")
_INSIDE = re.compile(rf"(?P<name>{_NAME})(?::-(?P<default>.*))?", re.DOTALL)


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


# --- env files -----------------------------------------------------------------------------------

_LINE = re.compile(rf"\s*(?:export\s+)?(?P<name>{_NAME})\s*=\s*(?P<value>.*?)\s*")
_QUOTED = re.compile(r"""(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>[^']*)')(?:\s+#.*)?""")
_COMMENT = re.compile(r"(?:^|\s+)#.*")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def read_env_file(file: FilePath, problems: Problems) -> dict[str, str]:
    """The variables of a file of `KEY=VALUE` lines (quotes, `# comments`, `export`); problems for other lines."""
    text = read_text(file, problems)
    variables: dict[str, str] = {}
    for number, line in enumerate((text or "").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        value = _value(match["value"]) if match else None
        if match is None or value is None:
            wrong = "must be KEY=VALUE" if match is None else "the quote does not close, or something follows it"
            problems.error(Place(str(file), number, 1), "", wrong)
        else:
            variables[match["name"]] = value
    return variables


def _value(text: str) -> str | None:
    if text[:1] not in ("'", '"'):
        return _COMMENT.sub("", text)
    match = _QUOTED.fullmatch(text)
    if match is None:
        return None
    if match["double"] is None:
        return match["single"]
    return _ESCAPE.sub(lambda escape: _ESCAPES.get(escape[1], escape[1]), match["double"])
