"""Lino's linod: the daemon of a Django framework, on SQLite, without channels, as its settings are by default.

It runs one task after the other, records the last start and end of each task, and measures the next start from the last
end: it drifts, and each stamp says when the task would have been due by its run before (they are over at once).
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import jobs
from benchmarks.contenders.servers import ended, wait_until
from benchmarks.jobs import STAMPS
from benchmarks.lasting import lasting
from benchmarks.lateness import read_stamps
from benchmarks.plan import Plan

PEER = True
DISTRIBUTIONS = ("lino", "lino-extjs")
PROGRAMS: tuple[str, ...] = ()
TAKES_PART: dict[str, dict[str, dict[str, Any]]] = {
    "runs_thread": {"Lino's linod": {"count": 200}},
    "late_same": {"Lino's linod": {}},
    "idle": {"Lino's linod": {"settle": 40}},
    "commands": {"Lino's manage.py help": {"command": ["{bin}/python", "-m", "benchmarks.contenders.linod", "help"]}},
}
_FILES = {
    "settings.py": """
from lino.projects.std.settings import *
class Site(Site):
    title = "benchmark"
    languages = "en"
    def get_installed_plugins(self):
        yield super().get_installed_plugins()
        yield "lino.modlib.users"
        yield "lino.modlib.linod"
        yield "measured"
SITE = Site(globals())
DEBUG = False
SECRET_KEY = "of no use"
""",
    "manage.py": """
import os, sys
os.environ["DJANGO_SETTINGS_MODULE"] = "settings"
from django.core.management import execute_from_command_line
execute_from_command_line(sys.argv)
""",
    "measured/__init__.py": """
from lino.api import ad
class Plugin(ad.Plugin):
    verbose_name = "Measured"
""",
}


def runs(count: int) -> float:
    """All of them new and due at once: from the first line of the first to that of one more than `count`."""
    with tempfile.TemporaryDirectory() as name:
        folder, stamps = Path(name), Path(name) / "stamps"
        os.environ[STAMPS] = str(stamps)
        _site(folder, due=0, hourly=count + 1)
        with ended(subprocess.Popen(_manage(folder, "linod"), stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL)):
            wait_until(lambda: len(read_stamps(stamps)) > count, "the runs", every=0.2)
        times = sorted(now for of_task in read_stamps(stamps).values() for now, _ in of_task)
    return times[-1] - times[0]


def serve(plan: dict[str, Any], **_: Any) -> None:
    wanted = Plan(**plan)
    folder = Path(wanted.folder)
    _site(folder, due=wanted.due, hourly=wanted.tasks - wanted.due)
    words = _manage(folder, "linod")
    os.execv(words[0], words)


def _site(folder: Path, *, due: int, hourly: int) -> None:
    """A site with so many tasks that are due every second, and so many that are due every hour."""
    models = ["from benchmarks.contenders.linod import declare", f"declare({due}, {hourly})", ""]
    for name, text in {**_FILES, "measured/models.py": "\n".join(models)}.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    subprocess.run(_manage(folder, "prep", "--noinput"), check=True, capture_output=True)


def _manage(folder: Path, *words: str) -> list[str]:
    return [sys.executable, str(folder / "manage.py"), *words]


def declare(due: int, hourly: int) -> None:
    """What the site's own module says."""
    from lino.modlib.linod.choicelists import background_task

    for task in range(due + hourly):
        unit = "secondly" if task < due else "hourly"
        background_task(every_unit=unit, every=1)(_job(task))


def _job(task: int) -> Any:
    before: list[float] = []

    def job(ar: object) -> None:
        jobs.stamp(task, before[-1] + 1 if before else None)
        before[:] = [time.time()]

    job.__name__ = f"job{task}"
    return job


if __name__ == "__main__":
    place = lasting("linod-site")
    if not (place / "default.db").exists():
        place.mkdir(exist_ok=True)
        _site(place, due=0, hourly=0)
    os.execv(sys.executable, _manage(place, *sys.argv[1:]))
