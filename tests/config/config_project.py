"""A folder with configuration files, and what loading them gives."""

from __future__ import annotations

import textwrap
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from linodctl.clock import SystemClock
from linodctl.config import ConfigError, Loaded, load
from linodctl.config.disk import is_settled, stat_of

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


class Project:
    """Writes files, loads them as `linodctl.yaml` of the current folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.environ: dict[str, str] = {"TZ": "UTC"}

    def write(self, text: str | bytes, name: str = "linodctl.yaml") -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else textwrap.dedent(text).encode())
        return path

    def settle(self) -> None:
        """Wait until a further change of any file would show in its numbers."""
        while not all(is_settled(stat_of(path), SystemClock().now()) for path in self.folder.rglob("*")):
            time.sleep(0.002)

    def load(self, text: str | bytes | None = None, *names: str, **more: Any) -> Loaded:
        if text is not None:
            self.write(text)
        paths = [self.folder / name for name in names or ["linodctl.yaml"]]
        return load(paths, environ=self.environ, now=NOW, **more)

    def problems(self, text: str | bytes | None = None, *names: str, **more: Any) -> list[str]:
        """The lines of all problems; of the warnings when it loads."""
        try:
            loaded = self.load(text, *names, **more)
        except ConfigError as error:
            assert str(error).splitlines() == [problem.text() for problem in error.problems]
            return [problem.text() for problem in error.problems]
        return [problem.text() for problem in loaded.warnings]
