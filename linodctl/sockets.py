"""Unix sockets beside the state file: private from their first moment, and reachable however deep the folder is."""

from __future__ import annotations

import contextlib
import os
import socket
from collections.abc import Iterator
from pathlib import Path

PRIVATE = 0o600
"""Who may open the state file may talk to its runner, and nobody else."""


class ListeningSocket:
    """Listens at a path. Only the holder of the site's lock makes one, so a stale file there is just removed."""

    def __init__(self, path: Path) -> None:
        """Bind and listen. OSError if the folder can't be written."""
        self.path = path
        path.unlink(missing_ok=True)
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            # Linux gives the file the socket's own mode, so it is private from its first moment. A umask would be for
            # the whole process, and threads of it make files too; what an odd one takes away is given back.
            os.fchmod(self.socket.fileno(), PRIVATE)
            with short_name(path) as name:
                self.socket.bind(name)
            path.chmod(PRIVATE)
            self.socket.listen(socket.SOMAXCONN)
        except OSError:
            self.socket.close()
            raise
        self._inode = path.stat().st_ino

    def is_reachable(self) -> bool:
        """Whether the file in the folder is still ours: somebody may have removed or replaced it."""
        try:
            return self.path.stat().st_ino == self._inode
        except OSError:
            return False

    def close(self) -> None:
        """Stop listening; the file goes, too, if it is ours."""
        self.socket.close()
        if self.is_reachable():
            self.path.unlink(missing_ok=True)


def connect(path: Path, timeout: float) -> socket.socket:
    """A connection to whoever listens at the path. OSError if nobody does, or doesn't accept within `timeout` s."""
    client = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        client.settimeout(timeout)
        with short_name(path) as name:
            client.connect(name)
    except OSError:
        client.close()
        raise
    return client


@contextlib.contextmanager
def short_name(path: Path) -> Iterator[str]:
    """A name for `path` that fits the 108 bytes of a socket address."""
    if len(os.fsencode(path)) < 100:
        yield str(path)
        return
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield f"/proc/self/fd/{folder}/{path.name}"
    finally:
        os.close(folder)
