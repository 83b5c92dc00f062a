"""What the runner hands to the executor: the site's code and the run to be carried out."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from linodctl.domain import Launch, LogLevel
from linodctl.execution.job import INSTANTS
from linodctl.values import Value, field


class ExecutionSite(Value):
    """A site as far as carrying out runs goes."""

    folder: Path
    """The config's folder: where procedures find themselves."""
    pythonpath: tuple[Path, ...] = ()
    """Absolute folders."""
    setup: str | None = None
    preload: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    """Added to the runner's environment for everything that runs."""
    log_bytes: int = 1024 * 1024
    """What is kept of one run's log."""
    notice: timedelta = timedelta(seconds=5)
    """Between setting `ar.cancelled` and TERM."""
    orphan_grace: timedelta = timedelta(seconds=3)
    """Between TERM and KILL when the runner has died."""
    setup_timeout: timedelta = timedelta(minutes=2)
    probe_timeout: timedelta = timedelta(seconds=60)


class Order(Value):
    """One run to be carried out. It has been recorded already; instants are aware UTC."""

    run_id: int
    task: str
    launch: Launch
    scheduled_for: datetime
    log_level: LogLevel = LogLevel.INFO
    args: Mapping[str, Any] = field(default_factory=dict)
    """A request's arguments; they win over `launch.args`."""
    attempt: int = 1
    last_start_time: datetime | None = None
    last_success: datetime | None = None
    memory: Mapping[str, Any] = field(default_factory=dict)

    def job(self, last: bool = True) -> dict[str, Any]:
        """The fields of `job.Job`."""
        launch = self.launch
        return {
            "run_id": self.run_id,
            "task": self.task,
            "func": launch.func,
            "args": {**launch.args, **self.args},
            "level": self.log_level.number,
            "attempt": self.attempt,
            "scheduled_for": self.scheduled_for,
            "last_start_time": self.last_start_time,
            "last_success": self.last_success,
            "memory": dict(self.memory),
            "last": last,
        }

    def job_for_worker(self, last: bool, folder: Path) -> dict[str, Any]:
        """What `job.ordered` reads: instants as text, for to find them among other values takes long."""
        job = self.job(last)
        for name in INSTANTS:
            job[name] = None if job[name] is None else job[name].isoformat()
        job["surroundings"] = self._surroundings(folder)
        return job

    def _surroundings(self, folder: Path) -> dict[str, Any]:
        """The fields of `confine.Surroundings`."""
        launch = self.launch
        return {
            "cwd": _path(folder, launch.cwd),
            "env": dict(launch.env),
            "nice": launch.nice,
            "memory_limit": launch.memory_limit,
            "user": launch.user,
        }


@lru_cache(maxsize=256)
def _path(folder: Path, name: str) -> str:
    """As text: to join a Path for each run takes longer than to read the order."""
    return str(folder / name)
