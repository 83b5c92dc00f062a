"""The journal: what the procedures say themselves, each line one write at the end of a file that linodctl knows nothing
of. What stands here has happened, whatever was killed afterwards."""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

FOLDER = "TORTURE_FOLDER"
"""The environment variable that names the folder of the site under torture."""


def folder() -> Path:
    return Path(os.environ[FOLDER])


def note(what: str, **words: Any) -> None:
    """Append one line; a kill leaves it whole or not there at all."""
    line = json.dumps({"what": what, "pid": os.getpid(), **words}) + "\n"
    fd = os.open(folder() / "journal", os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        os.write(fd, line.encode())
    finally:
        os.close(fd)


@dataclass(frozen=True)
class Entry:
    """One line. Which words it has depends on what it tells."""

    what: str
    """`start` and `end` of a procedure, `overlap`, `daemon`, `crash`, `config`."""
    pid: int
    words: dict[str, Any]

    def __getattr__(self, name: str) -> Any:
        try:
            return self.words[name]
        except KeyError:
            raise AttributeError(name) from None

    def instant(self, name: str) -> datetime:
        return datetime.fromisoformat(self.words[name])


class Journal:
    """Reads along: each line is parsed once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._entries: list[Entry] = []
        self._offset = 0

    def entries(self) -> list[Entry]:
        """All lines so far, in order."""
        if self._path.exists():
            with self._path.open("rb") as file:
                file.seek(self._offset)
                for line in file:
                    words = json.loads(line)
                    self._entries.append(Entry(words.pop("what"), words.pop("pid"), words))
                    self._offset += len(line)
        return self._entries
