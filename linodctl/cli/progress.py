"""Progress bars at the foot of the terminal, one per run that says how far it is."""

from __future__ import annotations

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn
from rich.text import Text

from linodctl.cli.terminal import console
from linodctl.domain import Run
from linodctl.texts import printable


class Bars:
    """Live until `stop`; lines printed meanwhile appear above them."""

    def __init__(self, color: bool) -> None:
        self._progress = Progress(
            TextColumn("{task.fields[label]}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.description}", markup=False),
            console=console(color),
            transient=True,
        )
        self._bars: dict[int, TaskID] = {}
        self._progress.start()

    def show(self, run: Run) -> None:
        """The bar as the run last said; a pulsing one if it doesn't know how far it has to go."""
        assert run.progress is not None
        done, total, text = run.progress
        goal = int(total) if total else None
        if run.run_id not in self._bars:
            self._bars[run.run_id] = self._progress.add_task("", total=goal, label=printable(run.task))
        bar = self._bars[run.run_id]
        self._progress.update(bar, completed=int(done), total=goal, description=printable(text))

    def finish(self, run: Run) -> None:
        bar = self._bars.pop(run.run_id, None)
        if bar is not None:
            self._progress.remove_task(bar)

    def print(self, line: str) -> None:
        """A finished line, coloured or not, above the bars."""
        self._progress.console.print(Text.from_ansi(line), soft_wrap=True)

    def stop(self) -> None:
        self._progress.stop()
