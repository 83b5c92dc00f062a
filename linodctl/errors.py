"""Every error a user can meet: one root, one sentence each, and the exit code that goes with it."""

from __future__ import annotations


class LinodctlError(Exception):
    """Root of all expected errors: the message says what is wrong, where, and what to do next."""

    exit_code = 2


class UsageError(LinodctlError):
    """The command line or an API call asks for something that can't be meant."""


class RecurrenceError(LinodctlError, ValueError):
    """A recurrence that can't be read; `position` is the 0-based column of the first wrong word in `phrase`."""

    def __init__(self, message: str, phrase: str = "", position: int | None = None) -> None:
        super().__init__(message)
        self.phrase = phrase
        self.position = position


class UnknownName(LinodctlError):
    """No such task, procedure, request or run."""

    exit_code = 3


class NoRunner(LinodctlError):
    """The command needs a living runner, and there is none."""

    exit_code = 4


class SiteHeld(LinodctlError):
    """Another runner holds the site's lock."""

    exit_code = 4


class HelperEnded(LinodctlError):
    """A process that does a part of the work was ended by somebody, or by the kernel, before it was done."""


class StateError(LinodctlError):
    """The state file can't be used: not SQLite, too new, unreadable, in the way."""

    exit_code = 5
