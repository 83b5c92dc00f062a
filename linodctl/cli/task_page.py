"""What `show` prints for people: a page on one task, the urgent things first."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator

from linodctl.cli.call import Call
from linodctl.cli.history_table import history_table
from linodctl.cli.slot_table import slot_table
from linodctl.cli.table import Table
from linodctl.domain import Run
from linodctl.masking import known
from linodctl.operations.show import DEFAULT, TaskInFull
from linodctl.paint import Painted, Part, bad, dim, strong, warn
from linodctl.planning.trends import is_far_over
from linodctl.words import STATES, duration_of, lasting, legend_of, marks_of, shown, when


class TaskPage:
    """Prints it section by section."""

    def __init__(self, call: Call, full: TaskInFull) -> None:
        self._call = call
        self._full = full
        self._task = full.line.task
        self._zone = call.site.zone_of(self._task.name)

    def print(self) -> None:
        self._head()
        self._disabled()
        self._in_hand()
        self._options()
        self._past()
        self._future()

    def _head(self) -> None:
        task, status = self._task, self._full.line.status
        self._call.print_line(strong(task.name), f": {task.description}" if task.description else "")
        facts: list[tuple[str, Part]] = [
            ("status", Painted(status.text, STATES[status.state])),
            *(("warning", warn(words)) for words in self._full.line.warnings),
            ("overdue", self._overdue()),
            ("recurrence", f"{task.recurrence.text} ({task.recurrence.zone})"),
            ("procedure", f"{task.procedure} ({task.launch.func})"),
            ("tags", ", ".join(task.tags)),
            *self._remembered(),
        ]
        for name, value in facts:
            if value:
                self._call.print_line(f"  {name:<14}", value)

    def _overdue(self) -> Part:
        since, expect = self._full.line.status.overdue_since, self._task.policy.expect
        if since is None or expect is None:
            return ""
        return bad(f"since {when(since, self._zone)}: no success within {lasting(expect)}")

    def _remembered(self) -> Iterator[tuple[str, Part]]:
        state = self._full.line.state
        if state is None:
            return
        yield "last start", when(state.last_start_time, self._zone)
        yield "last end", when(state.last_end_time, self._zone)
        yield "last outcome", state.last_outcome.value if state.last_outcome else ""
        yield from self._trend()
        yield "last success", when(state.last_success, self._zone)
        yield "failures", f"{state.failures} in a row" if state.failures else ""
        yield "memory", json.dumps(known.value(state.memory), ensure_ascii=False) if state.memory else ""

    def _trend(self) -> Iterator[tuple[str, Part]]:
        trend = self._full.line.trend
        if trend.last is None:
            return
        yield "trend", marks_of(trend.outcomes, sys.stdout.encoding)
        yield "", dim(legend_of(trend.outcomes, sys.stdout.encoding))
        yield "last took", warn(lasting(trend.last)) if is_far_over(trend.last, trend.usual) else lasting(trend.last)
        yield "usually takes", lasting(trend.usual) if trend.usual is not None else ""

    def _disabled(self) -> None:
        """Why, the traceback that tells more, and what to do about it."""
        status, state = self._full.line.status, self._full.line.state
        if not status.disabled:
            return
        self._title("disabled")
        self._call.print_line("  ", bad(status.disabled_reason or "by hand"))
        if state is not None and state.disabled_until is not None:
            self._call.print_line(f"  until {when(state.disabled_until, self._zone)}")
        self._traceback(self._full.failure)
        if self._task.disabled is not None:
            self._call.print_line(f"  the declaration says so: change {self._place('disabled')}")
        if state is not None and state.disabled:
            self._call.print_line("  to enable it: ", strong(self._call.like(f"enable {self._task.name}")))

    def _traceback(self, run: Run | None) -> None:
        if run is None or not run.error:
            return
        self._call.print_line(f"  run {run.run_id}, {when(run.start_time, self._zone)}:")
        for line in run.error.rstrip().splitlines():
            self._call.print_line("    ", dim(line))

    def _place(self, option: str) -> str:
        loaded = self._call.site.loaded
        source = loaded.source(self._task.name, option)
        return source if source != DEFAULT else loaded.source(self._task.name, "func")

    def _in_hand(self) -> None:
        now = self._call.site.now()
        if self._full.running or self._full.requests:
            self._title("in hand")
        for run in self._full.running:
            self._call.print_line(
                f"  run {run.run_id} since {when(run.start_time, self._zone)}, {duration_of(run, now)}"
            )
        for request in self._full.requests:
            since = when(request.requested_at, self._zone)
            self._call.print_line(f"  request {request.request_id} by {request.requested_by} since {since}")

    def _options(self) -> None:
        """Those that somebody said something about; what is as it is by default would bury them."""
        said = [option for option in self._full.options if option.source != DEFAULT]
        self._title("options")
        rows: list[list[Part]] = [[f"  {option.name}", shown(option.value), dim(option.source)] for option in said]
        self._call.print_table(Table(["  option", "value", "from"], rows))
        self._call.print_line(dim(f"  {len(self._full.options) - len(said)} others have their defaults; see --json"))

    def _past(self) -> None:
        if not self._full.recent:
            return
        self._title("last runs")
        self._call.print_table(history_table(self._call.site, self._full.recent, self._call.site.now()))

    def _future(self) -> None:
        if not self._full.slots:
            return
        self._title("next slots")
        self._call.print_table(slot_table(self._full.slots, self._call.site.now()))

    def _title(self, text: str) -> None:
        self._call.print_line("")
        self._call.print_line(strong(text))
