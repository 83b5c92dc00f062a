"""Writing a file so that whoever reads it finds it whole, old or new, whatever ends this process meanwhile."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path


def write_whole(file: Path, content: Iterable[bytes], mode: int) -> None:
    """Put the content there, with this mode. OSError if that can't be done; then all is as it was.

    A link stays one. What is no file, a device such as /dev/null above all, is never replaced by one.
    """
    file = file.resolve()
    if file.exists() and not file.is_file():
        raise OSError(errno.EINVAL, "it is no regular file")
    draft = file.parent / f".{file.name}.{os.getpid()}"
    draft.unlink(missing_ok=True)  # of a process that had our number and was killed, as is usual in containers
    descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with os.fdopen(descriptor, "wb") as opened:
            os.fchmod(descriptor, mode)  # whatever the umask
            opened.writelines(content)
        draft.replace(file)
    except BaseException:
        with suppress(OSError):
            draft.unlink()
        raise
