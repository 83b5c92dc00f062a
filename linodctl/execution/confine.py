"""What is put around a worker: a session of its own, its user, limits, environment and folder.

The zygote does nothing of this; a child does it to itself between the fork and the procedure.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]  # not in typeshed; `signal` makes enum members of all it is given
import contextlib
import os
import pwd
import resource
from collections.abc import Callable, Mapping
from typing import NamedTuple

from linodctl.execution.job import CantRun
from linodctl.execution.prctl import adopt_orphans, die_with

_RESERVE = 1024 * 1024
_reserve = bytearray()
"""Bytes that are held while there is a limit: where not one is left, not even lifting it would succeed."""


class CantConfine(CantRun):
    """A limit, user or folder that can't be had."""


class Surroundings(NamedTuple):
    """What a task declares about its process."""

    cwd: str
    """Absolute, or relative to the config's folder (which is where the zygote is)."""
    env: Mapping[str, str]
    nice: int | None = None
    memory_limit: int | None = None
    """Bytes of address space."""
    user: str | None = None

    def apply(self) -> None:
        """Put them around this process. What needs root comes first; the folder last, for it may be the user's."""
        if self.nice is not None:
            _attempt(f"nice: {self.nice}", lambda: os.setpriority(os.PRIO_PROCESS, 0, self.nice or 0))
        if self.user is not None:
            _become(self.user)
        if self.env:
            os.environ.update(self.env)
        self.apply_again()

    def apply_again(self) -> None:
        """Before a further run in the same process: what the one before it may have changed, or undone."""
        if self.memory_limit is not None:
            limit = self.memory_limit
            _reserve.extend(bytes(_RESERVE))
            _attempt(f"memory_limit: {limit}", lambda: _limit_memory(limit))
        try:
            os.chdir(self.cwd)
        except (OSError, ValueError) as error:
            raise _cant(f"cwd: {self.cwd}", error) from None


def own_session(zygote_pid: int) -> None:
    """Leave the zygote's session, so that this process and its offspring can be signalled as one group; and keep below
    this process even those that leave that group."""
    os.setsid()
    adopt_orphans()
    die_with(zygote_pid)


def lift_memory_limit() -> None:
    """The run is over: let there be memory to tell how it ended."""
    _reserve.clear()
    _limit_memory(resource.getrlimit(resource.RLIMIT_AS)[1])


def _limit_memory(size: int) -> None:
    """The soft limit, which can be lifted again."""
    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    if hard != resource.RLIM_INFINITY:
        hard = max(hard, size)  # only root may do that
    resource.setrlimit(resource.RLIMIT_AS, (size, hard))


def reset_signals() -> None:
    """Undo what the zygote set up: a procedure expects the dispositions of a fresh interpreter."""
    _signal.set_wakeup_fd(-1)
    for number in (_signal.SIGTERM, _signal.SIGHUP, _signal.SIGCHLD):
        _signal.signal(number, _signal.SIG_DFL)
    _signal.signal(_signal.SIGINT, _signal.default_int_handler)


def _become(name: str) -> None:
    """Turn into another user for good, with its groups and its home."""
    try:
        user = pwd.getpwnam(name)
    except KeyError:
        raise CantConfine(f"user: there is no user '{name}' on this machine.") from None
    if os.getuid() == user.pw_uid:
        return
    zygote = os.getppid()
    with contextlib.suppress(OSError):
        os.fchown(1, user.pw_uid, user.pw_gid)  # programs open /dev/stdout and /dev/stderr anew
    try:
        os.initgroups(user.pw_name, user.pw_gid)
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
    except PermissionError:
        raise CantConfine(f"user: only a runner started by root can run a task as '{name}'.") from None
    die_with(zygote)  # the kernel forgets that wish when the user changes
    os.environ.update(HOME=user.pw_dir, USER=user.pw_name, LOGNAME=user.pw_name)


def _attempt(what: str, action: Callable[[], object]) -> None:
    try:
        action()
    except (OSError, ValueError) as error:
        raise _cant(what, error) from None


def _cant(what: str, error: Exception) -> CantConfine:
    return CantConfine(f"{what}: {getattr(error, 'strerror', None) or error}.")
