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
    """The extension module, under its own name; its package is only found. If that is imported later, it takes what is
    in the module from there, so that all have the same classes."""
    if "pydantic_core" not in sys.modules and _NAME not in sys.modules:
        package = find_spec("pydantic_core")
        spec = PathFinder.find_spec(_NAME, package.submodule_search_locations) if package else None
        if spec is not None and spec.loader is not None:
            module = sys.modules[_NAME] = module_from_spec(spec)
            try:
                spec.loader.exec_module(module)
            except BaseException:
                del sys.modules[_NAME]
                raise
    if _NAME in sys.modules:
        return sys.modules[_NAME]
    import pydantic_core  # where the package has come to be built otherwise

    return pydantic_core


if TYPE_CHECKING:
    from pydantic_core import SchemaError, SchemaValidator, ValidationError
else:
    SchemaError, SchemaValidator, ValidationError = (
        getattr(_core(), name) for name in ("SchemaError", "SchemaValidator", "ValidationError")
    )

__all__ = ["SchemaError", "SchemaValidator", "ValidationError"]
