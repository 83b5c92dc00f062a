"""One runner per site: an OS lock on `<state>.lock` that dies with its process, and what it says of its holder.

free ──acquire()──► held ──release() or the process's end──► free
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import socket
import time
import weakref
from datetime import datetime
from pathlib import Path
from typing import Any, Self

from linodctl.errors import SiteHeld, StateError
from linodctl.identity import boot_id, is_alive, process_started

_TRIES, _PAUSE = 200, 0.001
"""How often, and with what pause in seconds, a passing obstacle is tried again: someone who only looks, or a holder who
hasn't signed yet."""


class SiteLock:
    """The lock of the site whose state file is `state`. `since` and `version` are what `acquire` tells about us.

    It belongs to the open file (flock(2)), not to the process: exec closes it, and a child forked without exec closes
    it first thing (only os.fork and what builds on it; C code that forks by itself would share it until it execs).
    The file is never removed: whoever had just opened it would lock something that nobody else can see.
    """

    def __init__(self, state: Path, *, since: datetime | None = None, version: str = "") -> None:
        self.path = state.with_name(state.name + ".lock")
        self._since = since
        self._version = version
        self._fd: int | None = None

    def acquire(self) -> None:
        """Take the lock. SiteHeld, naming pid and since, if another runner has it."""
        self._fd = self._taken()
        _close_in_children(self)

    def keep(self) -> bool:
        """Take the lock anew if its file was deleted or replaced, since others would make a new one and lock that;
        whether it was. SiteHeld if somebody has done so already, StateError if there can be no such file now."""
        assert self._fd is not None, "only what was acquired can be kept"
        with contextlib.suppress(OSError):
            if os.path.samestat(os.fstat(self._fd), self.path.stat()):
                return False
        new = self._taken()
        self._drop()
        self._fd = new
        return True

    def _taken(self) -> int:
        """The locked and signed file."""
        fd = self._open(os.O_RDWR | os.O_CREAT)
        try:
            with contextlib.suppress(PermissionError):
                os.fchmod(fd, 0o600)
            if not self._lock(fd):
                raise SiteHeld(self._held_by(_signed_content(fd) or {}))
            self._sign(fd)
        except BaseException:
            os.close(fd)
            raise
        return fd

    def release(self) -> None:
        """Give the lock back; harmless if it isn't ours."""
        if self._fd is None:
            return
        os.ftruncate(self._fd, 0)
        self._drop()

    def holder(self) -> dict[str, Any] | None:
        """Who holds the lock now: pid, pid_started, boot_id, host, since, version; None if nobody does.

        What the file says counts only while it is locked, and only of a living process. If the holder doesn't sign in
        time, the answer is an empty dict: held, by nobody knows whom.
        """
        try:
            fd = self._open(os.O_RDONLY)
        except FileNotFoundError:
            return None
        try:
            return _signed_content(fd)
        finally:
            os.close(fd)

    def __enter__(self) -> Self:
        self.acquire()
        return self

    def __exit__(self, *_: object) -> None:
        self.release()

    def _open(self, flags: int) -> int:
        try:
            return os.open(self.path, flags | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        except FileNotFoundError:
            if flags & os.O_CREAT:
                raise StateError(f"the folder {self.path.parent} of the state file doesn't exist; create it") from None
            raise
        except OSError as error:
            raise StateError(f"the lock file {self.path} can't be opened: {error.strerror}") from error

    def _lock(self, fd: int) -> bool:
        """Lock exclusively, unless another one has. Those who only look hold a shared lock for an instant: wait."""
        for _ in range(_TRIES):
            if _try(fd, fcntl.LOCK_EX, self.path):
                return True
            if not _try(fd, fcntl.LOCK_SH, self.path):
                return False
            fcntl.flock(fd, fcntl.LOCK_UN)
            time.sleep(_PAUSE)
        return False

    def _sign(self, fd: int) -> None:
        pid = os.getpid()
        content = {
            "pid": pid,
            "pid_started": process_started(pid),
            "boot_id": boot_id(),
            "host": socket.gethostname(),
            "since": self._since.isoformat() if self._since else None,
            "version": self._version,
        }
        os.ftruncate(fd, 0)
        with contextlib.suppress(OSError):  # a full disk: locked it is all the same, by nobody knows whom
            os.pwrite(fd, json.dumps(content).encode(), 0)

    def _held_by(self, content: dict[str, Any]) -> str:
        since = f" since {content['since']}" if content.get("since") else ""
        who = f"the runner with pid {content['pid']} on {content['host']}{since}" if content else "another runner"
        return f"{who} holds this site ({self.path}); stop it with 'linodctl stop', or give this one another state file"

    def _drop(self) -> None:
        if self._fd is not None:
            os.close(self._fd)
            self._fd = None


def _try(fd: int, kind: int, path: Path) -> bool:
    try:
        fcntl.flock(fd, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise StateError(f"the file system can't lock {path} ({error.strerror}); put it on a local disk") from error
    return True


def _signed_content(fd: int) -> dict[str, Any] | None:
    """The content once a living holder has written it: between lock and signature it is an earlier holder's."""
    for _ in range(_TRIES):
        try:
            fcntl.flock(fd, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            content = _content(fd)
        else:
            return None
        if _is_believable(content):
            return content
        time.sleep(_PAUSE)
    return {}


def _content(fd: int) -> dict[str, Any]:
    try:
        content = json.loads(os.pread(fd, 4096, 0))
    except ValueError:
        return {}
    return content if isinstance(content, dict) and "pid" in content else {}


def _is_believable(content: dict[str, Any]) -> bool:
    if not content:
        return False
    if content["host"] != socket.gethostname():
        return True  # another machine or container, where we can't look
    return is_alive(content["pid"], content["pid_started"], content["boot_id"])


def _close_in_children(lock: SiteLock) -> None:
    """A child forked without exec would share the lock and keep it after our death."""
    known = weakref.ref(lock)

    def close() -> None:
        lock = known()
        if lock is not None:
            lock._drop()

    os.register_at_fork(after_in_child=close)
