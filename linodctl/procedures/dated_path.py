"""A file name with fields such as `%Y-%m-%d`: what it is at a given time, and which files were named by it."""

from __future__ import annotations

import glob
import re
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

from linodctl.procedures.errors import ProcedureError
from linodctl.values import Value

_FIELDS = {
    "Y": r"\d{4}",
    "m": r"\d\d",
    "d": r"\d\d",
    "H": r"\d\d",
    "M": r"\d\d",
    "S": r"\d\d",
    "j": r"\d{3}",  # day of the year
    "G": r"\d{4}",  # ISO year, week and weekday
    "V": r"\d\d",
    "u": r"\d",
    "a": r"[^\W\d]+\.?",  # names of weekday and month, in the language of the process
    "A": r"[^\W\d]+",
    "b": r"[^\W\d]+\.?",
    "B": r"[^\W\d]+",
    "z": r"[+-]\d{4}",
}


class DatedPath(Value):
    """A path whose fields `datetime.strftime` fills in."""

    template: str

    @classmethod
    def parse(cls, template: str) -> DatedPath:
        """Raises ProcedureError for a field that is unknown: its files could not be found again."""
        for field in re.findall("%(.?)", template):
            if field != "%" and field not in _FIELDS:
                known = ", ".join(f"%{name}" for name in _FIELDS)
                raise ProcedureError(f"{template!r} has the unknown field '%{field}'; known are {known}; %% is a '%'.")
        return cls(str(Path(template)))

    def at(self, when: datetime) -> Path:
        return Path(when.strftime(self.template))

    def existing(self) -> list[Path]:
        """The files whose names fit; symbolic links are none of ours."""
        named = re.compile(self._translated(re.escape, _FIELDS.__getitem__))
        pattern = self._translated(glob.escape, lambda field: "*")
        candidates = map(Path, glob.iglob(pattern))  # noqa: PTH207  Path.glob refuses absolute patterns
        return [path for path in candidates if named.fullmatch(str(path)) and path.is_file() and not path.is_symlink()]

    def _translated(self, literal: Callable[[str], str], field: Callable[[str], str]) -> str:
        """The template in another notation: what stands between the fields, and the fields, each put its own way."""
        pieces = re.split("%(.)", self.template)  # text, field, text, field, …, text
        return "".join(field(piece) if i % 2 and piece != "%" else literal(piece) for i, piece in enumerate(pieces))
