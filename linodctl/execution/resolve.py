"""From a dotted path to the callable it names; each way to fail has its own error, so that the message can help."""

from __future__ import annotations

import difflib
import importlib
import inspect
import traceback
from collections.abc import Callable
from functools import lru_cache
from types import ModuleType
from typing import Any

from linodctl.execution.job import CantRun


class ResolveError(CantRun):
    """A dotted path that names no procedure. `kind` is a stable word."""

    kind = "unresolved"


class BadPath(ResolveError):
    kind = "bad_path"


class NoSuchModule(ResolveError):
    kind = "no_such_module"


class ImportFailed(ResolveError):
    """The module is there, and importing it raised."""

    kind = "import_failed"


class NoSuchAttribute(ResolveError):
    kind = "no_such_attribute"


class NotCallable(ResolveError):
    kind = "not_callable"


class NeedsInstance(ResolveError):
    """A plain method, named on its class: nobody could say what `self` should be."""

    kind = "needs_instance"


def resolve(path: str) -> Callable[..., Any]:
    """The callable named `module.attr` or `module:Class.method`, imported now. Raises a `ResolveError`."""
    module_name, attributes = _split(path)
    found: Any = import_module(module_name, path)
    owner: Any = None
    for attribute in attributes:
        owner, found = found, _attribute(found, attribute, path)
    if not callable(found):
        raise NotCallable(f"'{path}' is not callable: it is a {type(found).__name__}.")
    if (
        isinstance(owner, type)
        and inspect.isfunction(found)
        and next(iter(inspect.signature(found).parameters), "") == "self"
    ):
        raise NeedsInstance(
            f"'{path}' is a method that needs an instance; name a function, a static method or a class method."
        )
    return found  # type: ignore[no-any-return]  # callable() was asked above


@lru_cache(maxsize=1024)
def module_of(path: str) -> str:
    """The module that a dotted path names; empty if it is no such path."""
    try:
        return _split(path)[0]
    except BadPath:
        return ""


def import_module(name: str, path: str | None = None) -> ModuleType:
    """Import one module. Raises NoSuchModule or ImportFailed; `path` is what the message talks about."""
    subject = f"'{path or name}': " if path and path != name else ""
    try:
        return importlib.import_module(name)
    except ModuleNotFoundError as error:
        # The missing module may be one that ours imports: only its name tells.
        if error.name is not None and (name == error.name or name.startswith(error.name + ".")):
            raise NoSuchModule(f"{subject}there is no module '{error.name}'{_hint(name, error.name)}.") from None
        raise _import_failed(subject, name, error) from error
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a module may even call sys.exit() while it is imported
        raise _import_failed(subject, name, error) from error


def _split(path: str) -> tuple[str, list[str]]:
    module, colon, rest = path.partition(":")
    if not colon:
        module, _, rest = path.rpartition(".")
    attributes = rest.split(".")
    if not module or not all(part.isidentifier() for part in [*module.split("."), *attributes]):
        raise BadPath(f"'{path}' is no dotted path; write 'module.function' or 'module:Class.method'.")
    return module, attributes


def _attribute(owner: Any, name: str, path: str) -> Any:
    try:
        return getattr(owner, name)
    except AttributeError:
        what = "module" if inspect.ismodule(owner) else "class" if inspect.isclass(owner) else type(owner).__name__
        whose = getattr(owner, "__qualname__", None) or getattr(owner, "__name__", "")
        near = difflib.get_close_matches(name, dir(owner), 1)
        hint = f" (did you mean '{near[0]}'?)" if near else ""
        raise NoSuchAttribute(f"'{path}': {what} '{whose}' has no attribute '{name}'{hint}.") from None


def _hint(name: str, missing: str) -> str:
    """`module.Class.method` without the colon looks like a missing module: say what to write."""
    outer, _, inner = missing.rpartition(".")
    if not outer or name != missing:
        return ""
    try:
        is_attribute = hasattr(importlib.import_module(outer), inner)
    except BaseException:
        return ""
    return f"; for what is inside '{inner}' write '{outer}:{inner}.…'" if is_attribute else ""


def _import_failed(subject: str, name: str, error: BaseException) -> ImportFailed:
    message = f"{subject}importing '{name}' failed: {type(error).__name__}: {error}"
    return ImportFailed(message, "".join(traceback.format_exception(error)))
