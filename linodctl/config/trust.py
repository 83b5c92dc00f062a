"""Who else can change what a site is read and run from: its files, the folders of its code, and all folders above them.

The rules are those of sshd's StrictModes, with three allowances: a sticky folder such as /tmp may stand above, a group
that is its user's own counts as that user, and below a folder that nobody else can enter everything goes.
"""

from __future__ import annotations

import grp
import os
import pwd
import shlex
import stat
from collections.abc import Collection, Iterable, Iterator
from pathlib import Path

from linodctl.values import Value

ANYBODY = "any"
MOST_LINKS = 40
"""As the kernel: a longer chain of symbolic links is a circle."""
_ENTER = stat.S_IXGRP | stat.S_IXOTH


class Doubt(Value):
    """A file or folder that somebody else can change."""

    path: Path
    who: str
    """`user deploy`, `group staff`, `everybody`"""
    mend: str
    """What to type."""


def doubts_about(paths: Iterable[Path], uid: int, trusted: Collection[int] = ()) -> list[Doubt]:
    """What users other than root, `uid` and those `trusted` could change of these files and folders, each once.

    What is not there is not doubted. Symbolic links are followed, and doubted themselves.
    """
    friends = {0, uid, *trusted}
    found: dict[Path, Doubt] = {}
    seen: set[tuple[Path, bool]] = set()
    for path in paths:
        try:
            steps = list(_steps(path))
        except OSError:  # not there, or not ours to look at
            continue
        for here, status, shut in steps:
            is_above = here != steps[-1][0]
            if shut or (here, is_above) in seen:
                continue
            seen.add((here, is_above))
            why = _why(status, friends, is_above)
            if why is not None:
                who, mend = why
                found.setdefault(here, Doubt(here, who, f"{mend or f'chown {_user(uid)}'} {shlex.quote(str(here))}"))
    return list(found.values())


def trusted_by(text: str) -> Collection[int] | None:
    """The users that `$LINODCTL_TRUST` names: names or numbers with commas between; None for `any`.

    Unknown names are left out.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    return None if ANYBODY in words else {uid for word in words for uid in _uid(word)}


def _steps(path: Path) -> Iterator[tuple[Path, os.stat_result, bool]]:
    """Every folder and link on the way from the root to the file, and whether nobody else can get that far."""
    rest = list(reversed(path.absolute().parts))
    trail: list[tuple[Path, bool]] = []
    links = 0
    while rest:
        part = rest.pop()
        if part == "..":
            trail = trail[:1] + trail[1:-1]  # above the root is the root
            continue
        if part == "/":
            trail = []
        here = trail[-1][0] / part if trail else Path("/")
        status = here.lstat()
        shut = bool(trail) and trail[-1][1]
        yield here, status, shut
        if stat.S_ISLNK(status.st_mode):
            links += 1
            if links > MOST_LINKS:
                return
            rest += reversed(here.readlink().parts)
        else:
            trail.append((here, shut or not status.st_mode & _ENTER))


def _why(status: os.stat_result, friends: Collection[int], is_above: bool) -> tuple[str, str] | None:
    """Who can change it, and the command that mends its mode; no command if the owner is the matter."""
    if status.st_uid not in friends:
        return f"user {_user(status.st_uid)}", ""
    if stat.S_ISLNK(status.st_mode) or (is_above and status.st_mode & stat.S_ISVTX):
        return None  # a link has no mode; in a sticky folder others can't touch what isn't theirs
    if status.st_mode & stat.S_IWOTH:
        return "everybody", "chmod go-w"
    if status.st_mode & stat.S_IWGRP and not _is_private(status.st_gid, status.st_uid):
        return f"group {_group(status.st_gid)}", "chmod g-w"
    return None


def _is_private(gid: int, uid: int) -> bool:
    """Whether the group is the user's own: of the same name, the primary one, with nobody else in it."""
    try:
        user, group = pwd.getpwuid(uid), grp.getgrgid(gid)
    except KeyError:
        return False
    return user.pw_gid == gid and group.gr_name == user.pw_name and set(group.gr_mem) <= {user.pw_name}


def _uid(word: str) -> Iterator[int]:
    try:
        yield int(word) if word.isdecimal() else pwd.getpwnam(word).pw_uid
    except KeyError:
        return


def _user(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def _group(gid: int) -> str:
    try:
        return grp.getgrgid(gid).gr_name
    except KeyError:
        return str(gid)
