"""What is wrong with a configuration, and where: places, problems, and the error that carries them all.

Every message is one line of plain words; `nearest` finds the name that was probably meant.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

from linodctl.errors import LinodctlError, UsageError
from linodctl.masking import known
from linodctl.texts import printable
from linodctl.values import Value

Severity = Literal["error", "warning"]


class Place(Value):
    """A spot in a file, counted from 1; line 0 means the whole of `file`, or an origin that is no file."""

    file: str
    line: int = 0
    column: int = 0

    def shown(self) -> str:
        """`linodctl.yaml:14`, the file relative to the current folder when it is below it."""
        return f"{shown_path(self.file)}:{self.line}" if self.line else shown_path(self.file)


NOWHERE = Place("")


class Problem(Value):
    """One thing to mend (`error`) or to think about (`warning`)."""

    severity: Severity
    file: str
    line: int
    column: int
    key: str
    """Where in the config: `tasks.checkdata.every`; empty for a whole file."""
    message: str

    def text(self) -> str:
        """One line: `linodctl.yaml:14:5: tasks.checkdata.evry: unknown option (did you mean 'every'?)`."""
        spot = f"{self.file}:{self.line}:{self.column}" if self.line else self.file
        warning = "warning" if self.severity == "warning" else ""
        return printable(": ".join(part for part in (spot, warning, self.key, self.message) if part))

    def to_json(self) -> dict[str, Any]:
        """The shape that `check --json` prints."""
        return {name: getattr(self, name) for name in ("severity", "file", "line", "column", "key", "message")}


class BadValue(UsageError, ValueError):
    """A duration, size, instant or other word that can't be read; the message says what would be right."""


class ConfigError(LinodctlError):
    """The configuration can't be used; `problems` has every one of them, and `str()` is a line for each."""

    def __init__(self, problems: Iterable[Problem] | str) -> None:
        if isinstance(problems, str):
            problems = [Problem("error", "", 0, 0, "", problems)]
        self.problems = in_order(problems)
        super().__init__("\n".join(problem.text() for problem in self.problems))


class Problems:
    """Collects problems while the work goes on, so that all are reported in one go."""

    def __init__(self) -> None:
        self.found: dict[Problem, None] = {}
        self.may_be_found = False
        """Whether a missing name may yet be found among decorated functions that nobody has looked for."""
        self.left_out = False
        """Whether one was missing, and may yet be found."""
        self._error_spots: set[tuple[str, int, int]] = set()

    def error(self, place: Place, key: str | Sequence[str | int], message: str) -> None:
        self.add("error", place, key, message)
        self._error_spots.add((shown_path(place.file), place.line, place.column))

    def warning(self, place: Place, key: str | Sequence[str | int], message: str) -> None:
        self.add("warning", place, key, message)

    def missing(self, place: Place, key: str | Sequence[str | int], message: str) -> None:
        """A name stands for nothing, which is an error unless it `may_be_found`."""
        if self.may_be_found:
            self.left_out = True
        else:
            self.error(place, key, message)

    def add(self, severity: Severity, place: Place, key: str | Sequence[str | int], message: str) -> None:
        """The same mistake, seen from several tasks, is one problem. Secrets are masked here."""
        dotted = key if isinstance(key, str) else ".".join(part for part in key if isinstance(part, str))
        problem = Problem(severity, shown_path(place.file), place.line, place.column, dotted, known.text(message))
        self.found[problem] = None

    def has_error_at(self, place: Place) -> bool:
        """Whether what stands there has been complained about."""
        return (shown_path(place.file), place.line, place.column) in self._error_spots

    def raise_errors(self) -> None:
        """Raise ConfigError with everything found, if any of it is an error."""
        if any(problem.severity == "error" for problem in self.found):
            raise ConfigError(self.found)

    def warnings(self) -> tuple[Problem, ...]:
        return in_order(problem for problem in self.found if problem.severity == "warning")


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """By file, line and column, as a reader mends them."""
    return tuple(sorted(problems, key=lambda problem: (problem.file, problem.line, problem.column, problem.key)))


def shown_path(file: str) -> str:
    """The path as a person at the current folder would type it; anything that is no absolute path as it is."""
    if not file.startswith("/"):
        return file
    try:
        here = Path.cwd()
        return file if here == here.parent else str(Path(file).relative_to(here))
    except (ValueError, OSError):  # elsewhere, or the current folder is gone
        return file


def quoted(value: object) -> str:
    """A value for a message: as Python writes it, shortened."""
    text = repr(value)
    return text if len(text) <= 70 else f"{text[:60]}…{text[-1]}"


def nearest(word: str, choices: Iterable[str]) -> str:
    """` (did you mean 'every'?)`, or nothing when no choice is near."""
    import difflib

    by_folded = {choice.casefold(): choice for choice in choices}
    found = difflib.get_close_matches(word.casefold()[:200], by_folded, n=1, cutoff=0.6)
    return f" (did you mean '{by_folded[found[0]]}'?)" if found else ""
