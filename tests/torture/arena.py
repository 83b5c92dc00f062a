"""The arena: the folder of a site under torture, its clock, its configs, and its runner, started and killed at will."""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from linodctl.operations.site import Site
from linodctl.runner.calling import ask
from linodctl.store import open_reader

from . import journal
from .clock import SteppedClock
from .processes import MARK, Process, marked

HERE = Path(__file__).parent
PATIENCE = 60.0
"""Seconds in which whatever should happen has to happen, on however busy a machine."""

RULES = ("*/10 * * * * *", "5-59/10 * * * * *")
"""Two cron rules that never name the same instant, so that each slot tells which config it is of."""

BROKEN = (
    "procedures: {changing: {func: torture.jobs.quick, evry: 1 second}}\n",
    "procedures: {changing: {func: torture.jobs.quick, every: 1 fortnight}}\n",
    "procedures: [\n",
    "procedures: {a: {func: torture.jobs.quick, every: 1 second, run_after: [a]}}\n",
    "\xff\x00",
)


class Broken(AssertionError):
    """Something that the site must always be able to do can't be done."""


@dataclass(frozen=True)
class Generation:
    """One version of the config that changes."""

    number: int
    changing: str
    """The rule of the task `changing`."""
    guest: bool
    """Whether it declares the task `guest`."""
    written: datetime
    settled: dict[str, datetime]
    """Up to which instant each of the two was settled just before this was written."""

    def text(self) -> str:
        guest = f'  guest: {{func: torture.jobs.quick, cron: "{RULES[0]}"}}\n' if self.guest else ""
        return (
            f'procedures:\n  changing: {{func: torture.jobs.quick, cron: "{self.changing}", '
            f'description: "{self.number}"}}\n{guest}'
        )


class Arena:
    """A site in `folder`, which is made, with the config `config` or the whole menagerie."""

    def __init__(self, folder: Path, config: str | None = None) -> None:
        self.folder = folder
        for name in ("armed", "held", "home"):
            (folder / name).mkdir(parents=True, exist_ok=True)
        self.config = folder / "site.yaml"
        self.config.write_text((HERE / "site.yaml").read_text() if config is None else config)
        self.changing = folder / "changing.yaml"
        self.state = folder / "linodctl.db"
        self.mark = uuid.uuid4().hex
        self.env = {
            **{name: value for name, value in os.environ.items() if not name.startswith("LINODCTL_")},
            MARK: self.mark,
            journal.FOLDER: str(folder),
            "HOME": str(folder / "home"),
            "PYTHONPATH": os.pathsep.join([str(HERE.parent), str(HERE.parents[1])]),
        }
        self.clock = SteppedClock(folder / "offset")
        self.generations: list[Generation] = []
        self.write_generation(RULES[0], guest=True)
        self.site = Site([str(self.config)], clock=self.clock, environ=self.env)
        self.journal = journal.Journal(folder / "journal")
        self.runner: subprocess.Popen[bytes] | None = None
        self.starts = 0

    # --- the config -------------------------------------------------------------------------------

    def write_generation(self, changing: str, guest: bool) -> None:
        """Put the next version of the changing config in place."""
        generation = Generation(len(self.generations), changing, guest, self.clock.now(), self._settled())
        self.generations.append(generation)
        self._write(generation.text())

    def write_broken(self, rng: random.Random) -> None:
        self._write(rng.choice(BROKEN))

    def mend(self) -> None:
        """The last good version is in place."""
        self._write(self.generations[-1].text())

    def _write(self, text: str) -> None:
        draft = self.changing.with_suffix(".draft")
        draft.write_text(text, encoding="latin-1")
        draft.replace(self.changing)

    def _settled(self) -> dict[str, datetime]:
        if not self.state.exists():
            return {}
        with open_reader(self.state) as reader:
            states = reader.states(["changing", "guest"])
        return {name: state.settled for name, state in states.items() if state.settled is not None}

    @property
    def generation_in_force(self) -> str | None:
        """The number of the version that a runner last said it works by."""
        return next((note.generation for note in reversed(self.journal.entries()) if note.what == "config"), None)

    # --- the runner -------------------------------------------------------------------------------

    def start(self) -> subprocess.Popen[bytes]:
        """Start a runner; it is not ready yet."""
        self.mend()
        self.starts += 1
        with (self.folder / "runner.err").open("ab") as err:
            self.runner = subprocess.Popen(
                [sys.executable, "-m", "torture.launcher"], env=self.env, cwd=self.folder, stdout=err, stderr=err
            )
        return self.runner

    def is_ready(self) -> bool:
        answer = ask(self.state, "status", timeout=1) if self.runner is not None else None
        return answer is not None and answer.get("pid") == self.runner.pid  # type: ignore[union-attr]

    def answers(self) -> bool:
        """Whether a runner is ready; if a crash point has taken it, another one is started."""
        return not self.revive() and self.is_ready()

    def start_and_wait(self) -> None:
        """Start a runner and wait until it works. One that a crash point takes on its way is followed by another."""
        self.start()
        self.wait_until(self.answers, "a runner is ready")

    def revive(self) -> bool:
        """If a crash point has killed the runner, start another one; whether it was so. Broken if not so."""
        code = self.runner.poll() if self.runner is not None else None
        if code is None:
            return False
        if code != -9:
            raise Broken(f"the runner ended by itself, with exit code {code}:\n{self.words()}")
        self.start()
        return True

    def stop(self) -> datetime:
        """Stop the runner in the orderly way; when it was asked to. Broken if it doesn't obey."""
        self.wait_until(self.answers, "a runner answers")
        assert self.runner is not None
        asked = self.clock.now()
        self.runner.terminate()
        code = self.runner.wait(PATIENCE)
        if code != 0:
            raise Broken(f"a runner that was to stop exited with code {code}:\n{self.words()}")
        return asked

    def processes(self) -> list[Process]:
        return marked(self.mark)

    # --- what happened ----------------------------------------------------------------------------

    def crashes(self) -> list[str]:
        """The crash points at which somebody died, in order."""
        return [note.point for note in self.journal.entries() if note.what == "crash"]

    def wait_until(self, happened: Callable[[], object], what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not happened():
            if time.monotonic() > deadline:
                raise Broken(f"waited {PATIENCE:.0f} s in vain: {what}\n{self.words()}")
            time.sleep(0.02)

    def words(self, last: int = 2000) -> str:
        """The end of what the runners said on stderr, and of their log."""
        files = [self.folder / name for name in ("runner.err", "linodctl.log")]
        return "\n".join(file.read_text(errors="replace")[-last:] for file in files if file.exists())

    def clear(self) -> None:
        """Leave no process behind; the folder goes too."""
        self.kill_everybody()
        shutil.rmtree(self.folder, ignore_errors=True)

    def kill_everybody(self) -> None:
        for process in self.processes():
            process.kill()
        if self.runner is not None:
            self.runner.wait()
