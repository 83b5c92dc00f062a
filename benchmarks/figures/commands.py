"""How long commands take to start, in times of a bare `python -c pass`."""

from __future__ import annotations

import statistics
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.asking import Failed, environment, python_of
from benchmarks.figure import Figure, Goal, Metric, Sample, Size, value
from benchmarks.lasting import bare_python
from benchmarks.linodctl_site import Site

TASKS = 100


def measure(contender: str, options: Mapping[str, Any], size: Size) -> Sample:
    """`{bin}` is where the contender's programs are. With `site` a site of 100 tasks is asked: one that nobody has ever
    read before ("cold"), or one that has been run and read before ("known"). A bare Python starts beside each."""
    programs = {"bin": str(Path(python_of(contender)).parent), "python": bare_python()}
    command = [word.format(**programs) for word in options["command"]]
    site = options.get("site")
    times, ratios = [], []
    for _ in range(size.of(5, 1)):
        bare = timed([bare_python(), "-c", "pass"])
        times.append(_asked_about_a_site(command, known=site == "known") if site else timed(command))
        ratios.append(times[-1] / bare)
    return {"time": statistics.median(times), "in times of pass": statistics.median(ratios)}


def _asked_about_a_site(command: list[str], *, known: bool) -> float:
    with tempfile.TemporaryDirectory() as folder:
        site = Site(Path(folder))
        far = (time.localtime().tm_min + 30) % 60
        site.write({}, (f"job{number:03}: {{func: json.dumps, every: hour at :{far:02}}}" for number in range(TASKS)))
        words, env = [*command, "-c", str(site.config)], {"XDG_CACHE_HOME": f"{folder}/cache"}
        if known:
            timed(site.command("run", "--once", "-q"), env)
            timed(words, env)
        return timed(words, env)


def timed(command: list[str], more: Mapping[str, str] | None = None) -> float:
    """Milliseconds from start to end. Failed when it does not end well."""
    begin = time.perf_counter()
    done = subprocess.run(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env={**environment(), **(more or {})}
    )
    took = time.perf_counter() - begin
    if done.returncode:
        raise Failed(f"{command[0]} ended with {done.returncode}: {done.stderr.decode().strip()[-200:]}")
    return took * 1000


FIGURE = Figure(
    title="commands, from start to end",
    how="`list` of 100 tasks, which nobody has read before (cold), or which were run and read before (known)",
    metrics={"time": Metric("ms"), "in times of pass": Metric("×")},
    measure=measure,
    against="python -c pass",
    goals=tuple(
        Goal(who, "python -c pass", value(who, "in times of pass"), at_most=limit)
        for who, limit in (("linodctl --version", 4.5), ("linodctl list, cold", 10), ("linodctl list, known", 7))
    ),
)
