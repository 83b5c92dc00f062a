"""A config that was read without a problem, kept in the user's cache folder: questions need no YAML and no pydantic.

It is believed only as long as every file it was read from is unchanged, and only by the user who wrote it. What
environment variables or env files filled in is never kept: it may be secret.
"""

from __future__ import annotations

import contextlib
import json
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from linodctl.config.rows import Row, from_lines, to_lines
from linodctl.digests import blake2b

Document = dict[str, Any]
"""What `Loaded.to_json` gives."""


class Kept:
    """A document in the cache: its rows are read when they are asked for, once."""

    def __init__(self, head: Document, file: BinaryIO) -> None:
        self.head = head
        """Everything but the rows."""
        self._file = file

    def rows(self) -> Iterator[Row]:
        """Incomplete if some are missing."""
        return from_lines(self.head, self._file)


class ConfigCache:
    """Keeps one document for each list of config files."""

    def __init__(self, paths: Sequence[Path], environ: Mapping[str, str]) -> None:
        self._paths = paths
        self._environ = environ
        self._home = environ.get("HOME")
        self._folder = environ.get("XDG_CACHE_HOME") or (f"{self._home}/.cache" if self._home else None)

    @contextlib.contextmanager
    def recall(self) -> Iterator[Kept | None]:
        """The document kept last, which may be out of date; None if there is none."""
        with contextlib.ExitStack() as open_files:
            try:
                file = open_files.enter_context(self._file().open("rb"))
                head = json.loads(file.readline()) if _is_mine(os.fstat(file.fileno())) else None
            except (OSError, ValueError):
                head = None
            yield Kept(head, file) if isinstance(head, dict) else None

    def keep(self, document: Document) -> None:
        """Keep it for the next call. That this may fail is no problem: it only saves time."""
        if not self._is_public(document) or not self._home or not _is_mine_to_fill(self._home):
            return
        from linodctl.operations.whole import write_whole

        file = self._file()
        with contextlib.suppress(OSError):
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            write_whole(file, to_lines(document), 0o600)

    def _is_public(self, document: Document) -> bool:
        """Whether all of it stands in the YAML files for those who may read them; so do the defaults of variables."""
        watch, settings = document["watch"], document["settings"]
        filled_in = any(self._environ.get(name) for name in watch["variables"])
        return not filled_in and set(watch["stats"]) <= set(settings["files"])

    def _file(self) -> Path:
        name = blake2b("\0".join(map(str, self._paths)).encode("utf-8", "surrogateescape"), digest_size=16)
        return Path(self._folder or os.devnull) / "linodctl" / f"{name.hexdigest()}.json"


def _is_mine(status: os.stat_result) -> bool:
    return status.st_uid == os.getuid() and not status.st_mode & (stat.S_IWGRP | stat.S_IWOTH)


def _is_mine_to_fill(home: str) -> bool:
    """Under `sudo` HOME may be somebody else's."""
    try:
        return Path(home).stat().st_uid == os.getuid()
    except OSError:
        return False
