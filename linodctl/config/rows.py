"""How procedures and tasks stand in the kept form: a row for each, and in tables beside them what many rows have in
common, so that a site of 100,000 tasks is quickly written and quickly had again.

    row  = [kind, name, procedure, func, rule, options, spot of the name, spot of func, spot of each option …]
    spot = origin, line, column

`origin` is a number in the table of this name, and so are `rule` and `options`, unless no other row has the same.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linodctl.config import keys
from linodctl.config.problems import Place

if TYPE_CHECKING:
    from linodctl.config.layers import DeclaredTask

Row = list[Any]
Tables = Mapping[str, Sequence[Any]]

BOTH, PROCEDURE, TASK = range(3)
"""Kinds: a procedure and its default task that differs in nothing, or one of the two."""
KIND, NAME, PROCEDURE_OF, FUNC, RULE, OPTIONS, SPOTS = range(7)
"""What stands where in a row."""

_RECURRENCE = frozenset(keys.RECURRENCE)
_MAKES_A_RULE = frozenset((*keys.RULES, *keys.LINO_RULES))


def whole_rule(options: Mapping[str, Any]) -> dict[str, Any]:
    """The recurrence options among these, as `recurrence` wants them: without a rule they say `never`."""
    rule = {option: value for option, value in options.items() if option in _RECURRENCE}
    return rule if _MAKES_A_RULE & rule.keys() else {"every": "never"}


class Writer:
    """Makes rows; `tables` has what they refer to once all are made."""

    def __init__(self, folder: str) -> None:
        self._folder = Path(folder)
        self._rules = _Numbers()
        self._options = _Numbers()
        self._origins: dict[tuple[str, str], int] = {}

    @property
    def tables(self) -> dict[str, list[Any]]:
        return {"rules": self._rules.common, "options": self._options.common, "origins": [*map(list, self._origins)]}

    def rows(self, procedures: Iterable[DeclaredTask], tasks: Iterable[DeclaredTask]) -> list[Row]:
        """In the order of the procedures, the default task of each beside it; then the further tasks."""
        rows = list(self._numbered(procedures, tasks))
        for row in rows:
            row[RULE], row[OPTIONS] = self._rules.settled(row[RULE]), self._options.settled(row[OPTIONS])
        return rows

    def _numbered(self, procedures: Iterable[DeclaredTask], tasks: Iterable[DeclaredTask]) -> Iterator[Row]:
        waiting = {task.name: task for task in tasks}
        for procedure in procedures:
            task = waiting.pop(procedure.name, None)
            if task is procedure:
                yield self._row(BOTH, procedure)
                continue
            yield self._row(PROCEDURE, procedure)
            if task is not None:
                yield self._row(TASK, task)
        for task in waiting.values():
            yield self._row(TASK, task)

    def _row(self, kind: int, task: DeclaredTask) -> Row:
        said = task.options
        rule = {option: said[option].value for option in said if option in _RECURRENCE}
        others = {option: said[option].value for option in said if option not in _RECURRENCE and option != "func"}
        if "cwd" in others:
            others["cwd"] = self._absolute(others["cwd"], task)
        row = [kind, task.name, task.procedure, said["func"].value, self._rules.of(rule), self._options.of(others)]
        row += (self._origin(task.place.file, task.path), task.place.line, task.place.column)
        for option in ("func", *rule, *others):
            place = said[option].entry.place
            row += (self._origin(place.file, said[option].path), place.line, place.column)
        return row

    def _absolute(self, folder: str, task: DeclaredTask) -> str:
        """As meant by the file that says it."""
        file = task.options["cwd"].node.place.file
        return str((Path(file).parent if file.startswith("/") else self._folder) / folder)

    def _origin(self, file: str, path: Sequence[str | int]) -> int:
        return self._origins.setdefault((file, str(path[0])), len(self._origins))


class _Numbers:
    """Gives equal values the same number; in the end only those keep one that came more than once."""

    def __init__(self) -> None:
        self.common: list[Any] = []
        self._values: list[Any] = []
        self._times: list[int] = []
        self._known: dict[str, int] = {}
        self._settled: dict[int, int] = {}

    def of(self, value: dict[str, Any]) -> int:
        number = self._known.setdefault(repr(value), len(self._values))
        if number == len(self._values):
            self._values.append(value)
            self._times.append(0)
        self._times[number] += 1
        return number

    def settled(self, number: int) -> Any:
        """The number in `common`, or the very value."""
        if self._times[number] == 1:
            return self._values[number]
        if number not in self._settled:
            self._settled[number] = len(self.common)
            self.common.append(self._values[number])
        return self._settled[number]


# --- reading --------------------------------------------------------------------------------------


def looked_up(value: Any, table: Sequence[Any]) -> Any:
    """What a row has for `rule` or `options`, out of the table if it is a number there."""
    return table[value] if isinstance(value, int) else value


def options_of(row: Row, tables: Tables) -> dict[str, Any]:
    """What was declared beside the function, as written."""
    return {**looked_up(row[RULE], tables["rules"]), **looked_up(row[OPTIONS], tables["options"])}


def place_of(row: Row, tables: Tables, option: str) -> tuple[Place, str] | None:
    """Where the option was said, and how problems call it; None if it wasn't."""
    options = ("func", *options_of(row, tables))
    return _spot(row, tables, 1 + options.index(option), option) if option in options else None


def home_of(row: Row, tables: Tables) -> tuple[Place, str]:
    """Where the name stands, and how problems call it."""
    return _spot(row, tables, 0, "")


def _spot(row: Row, tables: Tables, number: int, option: str) -> tuple[Place, str]:
    origin, line, column = row[SPOTS + 3 * number : SPOTS + 3 * number + 3]
    file, section = tables["origins"][origin]
    names: dict[str, str] = {"procedures": row[PROCEDURE_OF], "tasks": row[NAME]}
    key = ".".join(part for part in (section, names.get(section), option) if part)
    return Place(file, line, column), key


# --- the lines of a file ----------------------------------------------------------------------------

_TOGETHER = 500
"""Rows in a line."""


def to_lines(document: Mapping[str, Any]) -> Iterator[bytes]:
    """The document as lines of JSON: everything but the rows, then these, so that nobody has to hold all of them."""
    rows: list[Row] = document.get("rows", [])
    yield _line({**document, "rows": len(rows)})
    for at in range(0, len(rows), _TOGETHER):
        yield _line(rows[at : at + _TOGETHER])


class Incomplete(Exception):
    """Some of the lines are missing."""


def from_lines(head: Mapping[str, Any], lines: Iterable[bytes]) -> Iterator[Row]:
    """The rows out of the lines that follow the first, which `head` is. Incomplete if some are missing."""
    count = 0
    for line in lines:
        if not line.endswith(b"\n"):
            break
        rows: list[Row] = json.loads(line)
        count += len(rows)
        yield from rows
    if count != head["rows"]:
        raise Incomplete(f"{count} of {head['rows']} rows are there")


def _line(value: Any) -> bytes:
    return _compact(value).encode() + b"\n"


_compact: Callable[[Any], str] = json.JSONEncoder(separators=(",", ":")).encode
