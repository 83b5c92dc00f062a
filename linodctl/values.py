"""`Value`: the base of every frozen value in this package, and what such values are copied and described with.

It is msgspec's Struct because whoever starts a program for one question pays for each class that it makes: a frozen
slotted dataclass takes thirty times as long to make, and ten times as long to fill.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, dataclass_transform

from msgspec import Struct, field
from msgspec.structs import asdict, astuple

if TYPE_CHECKING:
    from dataclasses import replace  # noqa: TID251 - of which mypy knows that the new values must be of the fields' types
else:
    from msgspec.structs import replace

__all__ = ["Value", "asdict", "astuple", "field", "replace"]


@dataclass_transform(field_specifiers=(field,), frozen_default=True)
class Value(Struct, frozen=True):
    """Immutable; equal to, and hashed as, another of its class whose fields are equal. `dict=True` behind the base
    gives an instance room for what it has found out (`cached_property`), which is no part of it."""

    unshown: ClassVar[tuple[str, ...]] = ()
    """Fields that `repr` leaves out, and rich too: they are secret, or too long."""

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{name}={value!r}' for name, value in self.__rich_repr__())})"

    def __rich_repr__(self) -> list[tuple[str, Any]]:  # a Struct's own gives rich every field
        return [(name, getattr(self, name)) for name in self.__struct_fields__ if name not in self.unshown]
