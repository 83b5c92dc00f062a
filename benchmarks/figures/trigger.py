"""How long it takes from `linodctl trigger` to the first line of the procedure."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure, Goal, Metric, Sample, Size, value
from benchmarks.figures.commands import timed
from benchmarks.jobs import STAMPS
from benchmarks.lateness import percentile, read_stamps
from benchmarks.linodctl_site import ISOLATION, Site


def measure(_: str, options: Mapping[str, Any], size: Size) -> Sample:
    """`p50` counts from the instant that the command writes down as the request's: its own start is over then."""
    wanted = size.of(20, 2)
    with tempfile.TemporaryDirectory() as folder:
        site, stamps = Site(Path(folder)), Path(folder) / "stamps"
        task = "job: {func: benchmarks.jobs.stamp, args: {task: 0}, every: never}"
        site.write(ISOLATION[options["isolation"]], [task])
        begun, commands = [], []
        with site.runner({STAMPS: str(stamps)}):
            for number in range(wanted + 1):  # the first one finds nothing prepared: it is left out
                begun.append(time.time())
                commands.append(timed(site.command("trigger", "job", "-q")))
                site.wait_for_ends(number + 1, every=0.05)
        requests = [
            datetime.fromisoformat(at).timestamp()
            for (at,) in site.read("SELECT requested_at FROM requests ORDER BY request_id")
        ]
        ran = [now for now, _ in read_stamps(stamps)[0]]
    beyond = [(first - at) * 1000 for first, at in zip(ran, requests, strict=True)][1:]
    total = [(first - at) * 1000 for first, at in zip(ran, begun, strict=True)][1:]
    return {
        "p50": percentile(beyond, 0.5),
        "most": max(beyond),
        "with the command": percentile(total, 0.5),
        "command": percentile(commands[1:], 0.5),
    }


FIGURE = Figure(
    title="trigger to the first line",
    how="one after the other with a runner at rest; from the request's own instant, and from the start of the command",
    metrics={
        "p50": Metric("ms"),
        "most": Metric("ms"),
        "with the command": Metric("ms"),
        "command": Metric("ms"),
    },
    measure=measure,
    against="linodctl, fresh",
    goals=(
        Goal("linodctl, fresh", "p50 beyond the command's own start", value("linodctl, fresh", "p50"), 15, unit="ms"),
    ),
)
