"""The part of pydantic that validates, without the Python package around it.

That package is mostly types for whoever writes schemas by hand: to make them takes longer than to read a config.
"""

from __future__ import annotations

import sys
from importlib.machinery import PathFinder
from importlib.util import find_spec, module_from_spec
from types import ModuleType
from typing import TYPE_CHECKING

_NAME = "pydantic_core._pydantic_core"


def _core() -> ModuleType:
    """The extension module, of which nobody else hears: whoever imports the package later gets it as always, with the
    very same classes, since it is made but once. Where the package has come to be built otherwise it is imported."""
    if "pydantic_core" not in sys.modules:
        package = find_spec("pydantic_core")
        spec = PathFinder.find_spec(_NAME, package.submodule_search_locations) if package else None
        if spec is not None and spec.loader is not None:
            module = module_from_spec(spec)
            spec.loader.exec_module(module)
            sys.modules.pop(_NAME, None)  # Python itself puts it there, of some releases
            return module
    import pydantic_core

    return pydantic_core


if TYPE_CHECKING:
    from pydantic_core import SchemaError, SchemaValidator, ValidationError
else:
    SchemaError, SchemaValidator, ValidationError = (
        getattr(_core(), name) for name in ("SchemaError", "SchemaValidator", "ValidationError")
    )

__all__ = ["SchemaError", "SchemaValidator", "ValidationError"]
