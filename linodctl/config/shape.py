"""Holds the tree against the models, by pydantic's validator, and says in plain words, with places, what does not fit.

What is wrong is cut off, and the rest goes on, so that mistakes between tasks are found in the same go.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any, overload

from linodctl.config import keys
from linodctl.config.core import ValidationError
from linodctl.config.nodes import Node, Path, Scalar, Table, deepest, place_of_key, place_of_value, plain, without
from linodctl.config.option_checks import said
from linodctl.config.problems import Problems, nearest
from linodctl.config.validator import options_at, validator
from linodctl.masking import MASK, is_secret_key
from linodctl.values import Value, replace

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

SECTIONS = ("procedures", "tasks", "defaults", "env", "limits", "calendars", "history", "log", "notify", "metrics")
NAMED = ("procedures", "tasks")


class Shaped(Value):
    """A tree that fits the models, and the same as checked plain values."""

    tree: Table
    values: dict[str, Any]
    cuts: frozenset[Path]
    """What was cut off: what follows from that alone is not worth complaining about."""

    def lost(self, section: str, name: str, options: Collection[str]) -> bool:
        """Whether one of these options, or a misspelt one that might have been it, was cut off an entry."""
        return any(
            cut[:2] == (section, name) and (cut[2:3] == () or cut[2] in options or cut[2] not in keys.TASK_OPTIONS)
            for cut in self.cuts
        )


def check_shape(tree: Table, problems: Problems) -> Shaped:
    """What of the tree fits; problems for the rest."""
    tree = tidy(tree)
    cut_off: set[Path] = set()
    while True:
        try:
            return Shaped(tree, validator().validate_python(plain(tree)), frozenset(cut_off))
        except ValidationError as errors:
            cuts = [_report(error, tree, problems) for error in errors.errors(include_url=False)]
        cut_off.update(cuts)
        tree = _cut_off(tree, cuts)


def tidy(tree: Table) -> Table:
    """Sections and entries that were left empty are empty mappings; variables keep the text they were written with."""

    def section(key: str, node: Node) -> Node:
        if key not in SECTIONS:
            return node
        node = _no_nothing(node)
        if key in NAMED and isinstance(node, Table):
            return node.mapped(lambda _, options: _tidy_options(_no_nothing(options)))
        return _tidy_options(node)

    return _tidy_options(tree.mapped(section))


def _no_nothing(node: Node) -> Node:
    return Table(node.place, {}) if isinstance(node, Scalar) and node.value is None else node


@overload
def _tidy_options(node: Table) -> Table: ...
@overload
def _tidy_options(node: Node) -> Node: ...
def _tidy_options(node: Node) -> Node:
    if isinstance(node, Table) and "env" in node.entries:
        return node.mapped(lambda key, env: env.mapped(_as_written) if key == "env" and isinstance(env, Table) else env)
    return node


def _as_written(_: str, node: Node) -> Node:
    return replace(node, value=node.text) if isinstance(node, Scalar) else node


# --- problems ------------------------------------------------------------------------------------


def _report(error: ErrorDetails, tree: Table, problems: Problems) -> Path:
    """Note the problem; return the path to be cut off."""
    path = tuple(part for part in error["loc"] if part != "[key]")
    is_about_key = len(path) < len(error["loc"]) or error["type"] == "extra_forbidden"
    _, found = deepest(tree, path)
    place = place_of_key(tree, found) if is_about_key else place_of_value(tree, found)
    if not problems.has_error_at(place):  # a variable that is not set, say
        message = in_words(error, path)
        if any(is_secret_key(str(part)) for part in path):
            message = message.replace(said(error["input"]), MASK)
        problems.error(place, path if len(found) == len(path) else found, message)
    cut = found[: next((at for at, part in enumerate(found) if isinstance(part, int)), len(found))]
    assert cut, f"nothing to cut off for {error}"
    return cut


def _cut_off(tree: Table, cuts: list[Path]) -> Table:
    for cut in dict.fromkeys(cuts):
        if deepest(tree, cut)[1] == cut:
            smaller = without(tree, cut)
            assert isinstance(smaller, Table)
            tree = smaller
    return tree


def in_words(error: ErrorDetails, path: Path) -> str:
    """pydantic's error as a sentence that goes on from the option's name."""
    kind, value, about = error["type"], error["input"], error.get("ctx", {})
    if kind == "extra_forbidden":
        return f"unknown option{_hint(str(path[-1]), path[:-1])}"
    if value is None:
        return "has no value: give one, or leave the option out"
    if kind == "value_error":
        return str(about["error"])
    if kind in ("enum", "literal_error"):
        words = _words(str(about["expected"]))
        return f"must be {_any_of(words)}, not {said(value)}{nearest(str(value), words)}"
    if kind == "dict_type":
        return f"must be a mapping{' of options' if options_at(path) else ''}, not {said(value)}"
    if kind in _KINDS:
        return f"must be {_KINDS[kind]}, not {said(value)}"
    if kind in _BOUNDS:
        return f"must be {_BOUNDS[kind].format(**about)}, not {said(value)}"
    return error["msg"]


_KINDS = {
    "list_type": "a list",
    "string_type": "text",
}
_BOUNDS = {"greater_than_equal": "at least {ge}", "less_than_equal": "at most {le}"}


def _words(expected: str) -> list[str]:
    """Out of pydantic's `'latest', 'all' or 'skip'`."""
    return [word.strip("' ") for word in expected.replace(" or ", ", ").split(",")]


def _any_of(words: list[str]) -> str:
    return f"{', '.join(words[:-1])} or {words[-1]}" if len(words) > 1 else words[0]


# --- unknown options -----------------------------------------------------------------------------

_HOMES: Mapping[str, Path] = {
    "a procedure": ("procedures", "…"),
    "a task": ("tasks", "…"),
    "the top of the file": (),
}


def _hint(word: str, path: Path) -> str:
    near = nearest(word, options_at(path))
    if near:
        return near
    home = next((home for home, where in _HOMES.items() if word in options_at(where)), None)
    return f" here (it belongs to {home})" if home else ""
