"""What `check` and the runner want to know of a site's code without running it; looked up in a worker of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, time, timedelta
from typing import Any, NamedTuple

from linodctl.decorators import MARK
from linodctl.execution.resolve import ResolveError, import_module, resolve
from linodctl.execution.signature import misfit, takes_context


class ProbePath(NamedTuple):
    """A dotted path and the names of the arguments it is going to be given."""

    path: str
    args: tuple[str, ...] = ()


class PathReport(NamedTuple):
    """What a dotted path turned out to be."""

    path: str
    args: tuple[str, ...] = ()
    kind: str | None = None
    """A stable word for why it doesn't resolve (`ResolveError.kind`); None if it does."""
    error: str | None = None
    """Why it doesn't resolve, in one sentence."""
    problem: str | None = None
    """Why a call with these arguments would fail, in one sentence."""
    takes_context: bool = False

    @property
    def ok(self) -> bool:
        return self.error is None and self.problem is None


class Found(NamedTuple):
    """A decorated function."""

    module: str
    """The `discover:` entry it was found through."""
    name: str
    func: str
    options: Mapping[str, Any]
    """As given to the decorator, in JSON's types."""


class Probe(NamedTuple):
    """Everything that was asked, in the order of the question."""

    paths: tuple[PathReport, ...]
    discovered: tuple[Found, ...] = ()
    errors: tuple[tuple[str, str], ...] = ()
    """Modules of `discover` that could not be read, with the reason."""

    @classmethod
    def from_frame(cls, frame: Mapping[str, Any]) -> Probe:
        return cls(
            tuple(PathReport(**{**path, "args": tuple(path["args"])}) for path in frame["paths"]),
            tuple(Found(**found) for found in frame["discovered"]),
            tuple((module, text) for module, text in frame["errors"]),
        )


def look(paths: Sequence[Mapping[str, Any]], discover: Iterable[str]) -> dict[str, Any]:
    """In the worker: resolve the paths, import the modules, and say what was found, as a frame."""
    discovered: list[Found] = []
    errors: list[tuple[str, str]] = []
    seen: set[str] = set()
    for module in discover:
        try:
            found = [f for f in _marked_in(module) if f.func not in seen]
        except ResolveError as error:
            errors.append((module, str(error)))
        except ValueError as error:
            errors.append((module, f"importing '{module}' worked, but {error}"))
        else:
            discovered += found
            seen.update(f.func for f in found)
    return {
        "paths": [_path_report(path["path"], tuple(path["args"]))._asdict() for path in paths],
        "discovered": [found._asdict() for found in discovered],
        "errors": errors,
    }


def _path_report(path: str, args: tuple[str, ...]) -> PathReport:
    try:
        func = resolve(path)
    except ResolveError as error:
        return PathReport(path, args, error.kind, str(error))
    return PathReport(path, args, problem=misfit(func, args), takes_context=takes_context(func))


def _marked_in(module_name: str) -> Iterator[Found]:
    """The decorated functions of a module, in its order; those it imported from elsewhere are not its own."""
    module = import_module(module_name)
    for value in list(vars(module).values()):
        mark = getattr(value, MARK, None)
        home = str(getattr(value, "__module__", ""))
        if isinstance(mark, Mapping) and (home == module_name or home.startswith(module_name + ".")):
            func = f"{home}:{value.__qualname__}" if "." in value.__qualname__ else f"{home}.{value.__qualname__}"
            yield Found(module_name, mark["name"], func, _plain(mark["options"], func))


def _plain(options: Mapping[str, Any], func: str) -> dict[str, Any]:
    """Options in JSON's types: what a YAML file would say instead."""
    try:
        plain: dict[str, Any] = json.loads(json.dumps(options, default=_as_text))
    except (TypeError, ValueError) as error:
        raise ValueError(f"the decorator of '{func}' has an option that can't be written down: {error}") from None
    return plain


def _as_text(value: object) -> str:
    match value:
        case date() | time():  # a datetime is a date
            return value.isoformat()
        case timedelta():
            return f"{value.total_seconds():f}".rstrip("0").rstrip(".") + " seconds"
    raise TypeError(f"a {type(value).__name__}")
