"""Keeps a process that ends soon from reading what our libraries import and it doesn't need: a fifth of `list`.

While the libraries are imported, a stand-in answers for each such module. Whoever has got hold of one, or of a function
of one, reaches the module itself by it, which is read when it is first asked for something. Whoever imports the module
later, as user code may, gets it as always.
"""

from __future__ import annotations

import os
import sys
import typing
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from importlib import import_module
from types import ModuleType
from typing import Any


class StandIn(ModuleType):
    """What is asked of it, it asks the module of its name."""

    def __init__(self, name: str, known: Mapping[str, Any]) -> None:
        super().__init__(name)
        self.__dict__.update(known)

    def __getattr__(self, name: str) -> Any:
        if name == "__path__":  # every import statement looks for it: none of the modules is a package
            raise AttributeError(name)
        if sys.modules.get(self.__name__) is self:  # whoever imports it can't do without, not even meanwhile
            del sys.modules[self.__name__]
        return getattr(import_module(self.__name__), name)


@contextmanager
def lean_imports() -> Iterator[None]:
    """What is imported meanwhile gets stand-ins, unless the module itself is there already."""
    stand_ins = {name: StandIn(name, known) for name, known in _known().items() if name not in sys.modules}
    sys.modules.update(stand_ins)
    try:
        yield
    finally:
        for name, stand_in in stand_ins.items():
            if sys.modules.get(name) is stand_in:
                del sys.modules[name]


def _known() -> Mapping[str, Mapping[str, Any]]:
    """The modules, and of each what is used as early as at the import of those who want it."""
    return {
        # click: for help pages; and to translate its own words
        "inspect": {"cleandoc": _cleandoc},
        "gettext": {
            "gettext": _translated("gettext", lambda text: text),
            "ngettext": _translated("ngettext", lambda one, several, count: one if count == 1 else several),
        },
        # msgspec: for what it can besides Structs
        **{f"msgspec.{name}": {} for name in ("inspect", "json", "msgpack", "toml", "yaml")},
        "typing_extensions": {
            "get_type_hints": _later("typing_extensions", "get_type_hints"),
            "NotRequired": typing.NotRequired,  # since Python 3.11 the very same
            "Required": typing.Required,
        },
        # pathlib: for `as_uri`
        "urllib.parse": {"quote_from_bytes": _later("urllib.parse", "quote_from_bytes")},
        # uuid: whether this is AIX
        "platform": {"system": lambda: os.uname().sysname},
    }


def _later(module: str, function: str) -> Callable[..., Any]:
    return lambda *args, **kwargs: getattr(import_module(module), function)(*args, **kwargs)


def _cleandoc(text: str) -> str:
    """As inspect's, from which a single line has nothing to fear."""
    if text.isprintable() and text == text.strip():
        return text
    return str(import_module("inspect").cleandoc(text))


def _translated(function: str, in_english: Callable[..., str]) -> Callable[..., str]:
    """As gettext's function, once somebody has imported gettext; before, nobody can have told it of a translation."""

    def translate(*args: Any) -> str:
        gettext = sys.modules.get("gettext")
        is_there = gettext is not None and not isinstance(gettext, StandIn)
        return str((getattr(gettext, function) if is_there else in_english)(*args))

    return translate
