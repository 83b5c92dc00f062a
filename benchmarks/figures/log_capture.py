"""How fast a run's own log is captured and recorded."""

from __future__ import annotations

import subprocess
import tempfile
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure, Goal, Metric, Sample, Size, value
from benchmarks.linodctl_site import ISOLATION, Site


def measure(_: str, options: Mapping[str, Any], size: Size) -> Sample:
    """From the run's start to its end on record, all of its lines included. RuntimeError when one is missing."""
    lines = size.of(100_000, 1_000)
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder))
        task = f"job: {{func: benchmarks.jobs.log_lines, args: {{count: {lines}}}, every: never}}"
        site.write(ISOLATION[options["isolation"]], [task], history={"log_bytes": "1GiB"})
        site.trigger(1)
        subprocess.run(site.command("run", "--once", "-q"), check=True)
        start, end = map(datetime.fromisoformat, site.read("SELECT start_time, end_time FROM runs")[0])
        kept = site.read("SELECT count(*) FROM log_records WHERE logger = 'chatty'")[0][0]
    if kept != lines:
        raise RuntimeError(f"{kept} of {lines} lines were kept")
    return {"rate": lines / (end - start).total_seconds()}


FIGURE = Figure(
    title="log capture, one run of 100,000 lines",
    how="`logging` in the procedure, every line kept with the run (`log_bytes: 1GiB`)",
    metrics={"rate": Metric("lines/s", higher_is_better=True)},
    measure=measure,
    against="linodctl, fresh",
    goals=(
        Goal("linodctl, fresh", "with all recorded", value("linodctl, fresh", "rate"), at_least=50_000, unit="lines/s"),
    ),
)
