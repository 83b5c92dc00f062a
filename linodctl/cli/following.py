"""Shows runs while they go on: their log as it comes, their progress on a terminal, and how they end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from linodctl.cli.call import Call
from linodctl.cli.failures import FAILED
from linodctl.cli.log_lines import LogLines
from linodctl.domain import Request, Run
from linodctl.operations.follow import Attended, Step, Withdrawn
from linodctl.paint import Part, line_of, strong
from linodctl.store.rows import LogRow
from linodctl.words import duration_of, outcome_of, why_of

if TYPE_CHECKING:
    from linodctl.cli.progress import Bars


class Following:
    """Hears the steps of one or more runs. With `--json` the words go to stderr: stdout is for the document."""

    def __init__(self, call: Call) -> None:
        self.runs: dict[int, Run] = {}
        """The latest run of each request, by request id."""
        self._call = call
        self._some_withdrawn = False
        self._next: dict[int, int] = {}
        """The lowest line of each run that has not been told: runs may be followed anew after an interruption."""
        self._lines = LogLines(call, self._say)
        self._bars: Bars | None = None

    def __enter__(self) -> Following:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """Take the progress bars off the terminal."""
        if self._bars is not None:
            self._bars.stop()
            self._bars = None

    @property
    def exit_code(self) -> int:
        """0 if each request's last run ended well."""
        outcomes = [run.outcome for run in self.runs.values()]
        all_fine = not self._some_withdrawn and all(outcome is not None and outcome.is_fine for outcome in outcomes)
        return 0 if all_fine else FAILED

    def hear(self, step: Step) -> None:
        match step:
            case LogRow():
                if step.id >= self._next.get(step.run_id, 0):
                    self._next[step.run_id] = step.id + 1 if step.id else 0  # a run here has no ids
                    self._lines.print(step)
            case Run():
                self._hear_run(step)
            case Withdrawn():
                self._hear_withdrawn(step.request)
            case Attended(alive):
                self._call.note("a runner is there" if alive else "the runner has gone; waiting for the next one")

    def _hear_run(self, run: Run) -> None:
        assert run.request_id is not None, "only requested runs are followed"
        before = self.runs.get(run.request_id)
        self.runs[run.request_id] = run
        if before is not None and before.run_id != run.run_id:
            self._say(f"{run.task}: tried again as run {run.run_id}")
        if run.end_time is not None:
            self._hear_end(run)
        elif run.progress is not None:
            self._show_progress(run)

    def _hear_end(self, run: Run) -> None:
        if self._bars is not None:
            self._bars.finish(run)
        why = why_of(run)
        took = duration_of(run, run.end_time or run.start_time)
        self._say(strong(run.task), ": ", outcome_of(run), f" after {took}", f": {why}" if why else "")

    def _hear_withdrawn(self, request: Request) -> None:
        self._some_withdrawn = True
        self._say(strong(request.task), ": the request was withdrawn before it started")

    def _show_progress(self, run: Run) -> None:
        if not self._call.on_terminal or self._call.json:
            return
        if self._bars is None:
            from linodctl.cli.progress import Bars

            self._bars = Bars(self._call.colored())
        self._bars.show(run)

    def _say(self, *parts: Part) -> None:
        if self._bars is not None:
            self._bars.print(line_of(parts, self._call.colored()))
        elif self._call.json:
            self._call.note(*parts)
        else:
            self._call.print_line(*parts)
