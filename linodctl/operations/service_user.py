"""Whose a service is to be, and whether that user gets where it has to."""

from __future__ import annotations

import contextlib
import os
import pwd
from collections.abc import Collection
from pathlib import Path
from typing import NamedTuple

from linodctl.errors import UsageError

ROOT = 0
_EXECUTE, _WRITE = 0o100, 0o200
_GROUP, _OTHERS = 3, 6
"""How many bits of a mode lie above those for a group and for others."""


class User(NamedTuple):
    """One of this machine's users; a number does for one without a name."""

    uid: int
    name: str

    @property
    def is_root(self) -> bool:
        return self.uid == ROOT

    @property
    def groups(self) -> Collection[int]:
        try:
            return os.getgrouplist(self.name, pwd.getpwuid(self.uid).pw_gid)
        except KeyError:
            return ()

    def reaches(self, program: Path) -> bool:
        """Whether it may run the program: execute it, and enter all folders above it."""
        program = program.resolve()
        return self.is_root or all(self._may(_EXECUTE, step) for step in (program, *program.parents))

    def writes(self, folder: Path) -> bool:
        """Whether it may make files in the folder."""
        return self.is_root or (self.reaches(folder) and self._may(_WRITE, folder.resolve()))

    def _may(self, bit: int, path: Path) -> bool:
        try:
            status = path.stat()
        except OSError:  # somebody else's, which we may not look at either
            return False
        shift = 0 if status.st_uid == self.uid else _GROUP if status.st_gid in self.groups else _OTHERS
        return bool(status.st_mode << shift & bit)


def user_named(text: str) -> User:
    """By name or number. UsageError if there is none."""
    with contextlib.suppress(KeyError, OverflowError):
        found = pwd.getpwuid(int(text)) if text.isdecimal() else pwd.getpwnam(text)
        return User(found.pw_uid, found.pw_name)
    raise UsageError(f"--run-as: there is no user '{text}' on this machine")


def owner_of(path: Path) -> User:
    """Whose the file is, or would be: that of the nearest folder above that is there."""
    for step in (path, *path.parents):
        with contextlib.suppress(OSError):
            return user_of(step.stat().st_uid)
    return user_of(ROOT)


def user_of(uid: int) -> User:
    try:
        return User(uid, pwd.getpwuid(uid).pw_name)
    except KeyError:
        return User(uid, str(uid))
