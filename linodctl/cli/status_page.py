"""What `status` prints for people who were woken up: alive or not in the first line, then what needs a look."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from linodctl.cli.call import Call
from linodctl.config.problems import shown_path
from linodctl.domain import Request, Run
from linodctl.operations.lists import TaskLine
from linodctl.operations.status import SiteStatus, is_late
from linodctl.paint import Part, bad, dim, good, strong, warn
from linodctl.planning.trends import is_far_over
from linodctl.words import duration_of, how_many, lasting, when

FEW = 5
"""How many names a line takes before it says 'and N more'."""


class StatusPage:
    """Prints it line by line."""

    def __init__(self, call: Call, status: SiteStatus) -> None:
        self._call = call
        self._status = status
        self._now = call.site.now()
        self._zone = ZoneInfo(status.zone)

    def print(self) -> None:
        self._runner()
        self._troubles()
        self._config()
        self._recovery()
        self._alerts()
        for run in self._status.running:
            if self._status.is_dead(run):
                self._line("died", self._of_run(run), ", ", bad("its runner died; the next one marks it lost"))
            else:
                self._line("running", self._of_run(run), *self._against_usual(run))
        for request in self._status.requested:
            self._line("requested", self._of_request(request))
        for line in self._status.late:
            if is_late(line, self._now):
                self._line("late", *self._of_late(line))
            if line.status.overdue_since is not None:
                self._line("overdue", *self._of_overdue(line, line.status.overdue_since))
        for line in self._status.disabled:
            self._line("disabled", *self._of_disabled(line))
        if self._status.disabled:
            self._call.print_line(dim(f"'{self._call.like('show NAME')}' tells more of a task"))

    def _runner(self) -> None:
        status = self._status
        site = f"site {status.site}: "
        if status.alive:
            since = f" since {self._when(status.since)}" if status.since else ""
            up = f" ({lasting(self._now - status.since)})" if status.since else ""
            self._call.print_line(site, good("the runner is alive"), f"{since}{up}, pid {status.pid or 'unknown'}")
            return
        self._call.print_line(site, bad("no runner is alive"), self._last_one())
        self._call.print_line(f"start one with '{self._call.like('run')}'")

    def _last_one(self) -> str:
        status = self._status
        if status.last_seen is None:
            return "; there has never been one"
        ago = lasting(self._now - status.last_seen)
        how = "stopped" if status.clean_end else "was last seen alive, and did not say goodbye,"
        return f"; the last one {how} {self._when(status.last_seen)} ({ago} ago)"

    def _troubles(self) -> None:
        if self._status.troubles is None:
            self._call.print_line(warn("it doesn't answer: it is starting, makes a single pass, or is stuck"))
        for trouble in self._status.troubles or ():
            self._line("trouble", bad(trouble))

    def _config(self) -> None:
        """What was wrong with it at the last reload, and how the one on disk differs from what runs."""
        status = self._status
        if status.config_error:
            self._call.print_line(bad("the config has problems; the runner goes on with the one before:"))
            self._indented(status.config_error)
        if status.config_changed:
            files = ", ".join(shown_path(file) for file in status.config_changed)
            reload = self._call.like("reload")
            self._call.print_line(warn(f"the config on disk is not what runs ({files}); '{reload}' takes it over"))
        if status.config_problems and status.config_problems != status.config_error:
            self._call.print_line(bad("the config on disk has problems; the runner goes on with what it read:"))
            self._indented(status.config_problems)
        if status.config_problems:
            self._call.print_line(dim("what is late or disabled can't be told without the config"))

    def _recovery(self) -> None:
        """What the runner found, if the one before it ended badly."""
        told = self._status.recovery
        if not self._status.alive or told is None or not (told["unclean"] or told["lost"]):
            return
        since, until = (datetime.fromisoformat(told[key]) for key in ("since", "until"))
        parts = [f"{self._when(until)} after {lasting(until - since)} without a runner"]
        lost = [f"{run['task']} (run {run['run_id']})" for run in told["lost"]]
        if lost:
            parts.append(f"{how_many(len(lost), 'run')} lost: {_first_few(lost)}")
        for key, what in (("caught_up", "caught up"), ("skipped", "skipped")):
            if told[key]:
                parts.append(f"{how_many(sum(told[key].values()), 'slot')} {what}")
        self._line("came back", "; ".join(parts))

    def _indented(self, text: str) -> None:
        for line in text.splitlines():
            self._call.print_line(f"  {line}")

    def _alerts(self) -> None:
        """What does not arrive: who is not told of trouble will not come and look."""
        alerts = self._status.alerts
        for stuck in alerts.stuck:
            self._line("unsent", f"{stuck.to}, since {self._when(stuck.since)}: ", bad(stuck.why))
        if alerts.waiting and alerts.stuck:
            self._line("unsent", f"{how_many(alerts.waiting, 'alert')} waiting to be sent")
        if alerts.given_up:
            self._line("unsent", bad(f"{how_many(alerts.given_up, 'alert')} given up so far"))

    def _line(self, kind: str, *parts: Part) -> None:
        self._call.print_line(strong(f"{kind:<10}"), *parts)

    def _of_run(self, run: Run) -> str:
        zone = self._zone_of(run.task)
        progress = ""
        if run.progress is not None:
            done, total, text = run.progress
            progress = f", {done:g}{f' of {total:g}' if total else ''} {text}".rstrip()
        stopping = f", asked to stop by {run.cancel_requested}" if run.cancel_requested else ""
        since = when(run.start_time, zone)
        return f"{run.task}: run {run.run_id} since {since} ({duration_of(run, self._now)}){progress}{stopping}"

    def _against_usual(self, run: Run) -> Iterator[Part]:
        usual = self._status.usual.get(run.task)
        if usual is not None and is_far_over(self._now - run.start_time, usual):
            yield ", "
            yield warn(f"far longer than usual ({lasting(usual)})")

    def _of_request(self, request: Request) -> str:
        since = when(request.requested_at, self._zone_of(request.task))
        return f"{request.task}: by {request.requested_by} since {since}"

    def _of_late(self, line: TaskLine) -> tuple[Part, ...]:
        due = line.status.next_time
        assert due is not None, "what has no next time can't be late"
        zone = self._zone_of(line.task.name)
        return f"{line.task.name}: due {when(due, zone)}, ", warn(f"{lasting(self._now - due)} late")

    def _of_overdue(self, line: TaskLine, since: datetime) -> tuple[Part, ...]:
        last = line.state.last_success if line.state else None
        zone = self._call.site.zone_of(line.task.name)
        success = f"last success {when(last, zone)}" if last else "no success yet"
        expected = f"expected by {when(since, zone)}"
        return f"{line.task.name}: {success}, {expected}, ", bad(f"{lasting(self._now - since)} overdue")

    def _of_disabled(self, line: TaskLine) -> tuple[Part, ...]:
        failures = line.state.failures if line.state else 0
        more = f" ({how_many(failures, 'failure')} in a row)" if failures > 1 else ""
        return f"{line.task.name}: ", bad(line.status.disabled_reason or "by hand"), more

    def _when(self, instant: datetime) -> str:
        return when(instant, self._zone)

    def _zone_of(self, task: str) -> ZoneInfo:
        return self._zone if self._status.config_problems else self._call.site.zone_of(task)


def _first_few(items: list[str]) -> str:
    more = len(items) - FEW
    return ", ".join(items[:FEW]) + (f" and {more} more" if more > 0 else "")
