"""What a look at the site's code finds, and that it harms nobody."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from execution_bench import Bench

from linodctl.execution.executor import ProbeFailed
from linodctl.execution.probe import Found, PathReport, Probe, ProbePath

DECORATED = """
from datetime import time, timedelta
from linodctl import background_task, schedule_daily, schedule_often
from other_jobs import imported

@background_task
def bare(): pass

@background_task(name="renamed", every="day at 02:30", run_after=("bare",), except_=["2026-12-24"])
def with_options(): pass

@schedule_often(every=30, log_level="ERROR")
def often(): pass

@schedule_daily(start_time=time(3, 30), timeout=timedelta(minutes=2))
def daily(): pass

def plain(): pass
"""


def look(bench: Bench, paths: list[ProbePath], discover: tuple[str, ...] = ()) -> Probe:
    return bench.do(bench.executor.probe(paths, discover))  # type: ignore[no-any-return]


def test_paths(bench: Bench) -> None:
    found = look(
        bench,
        [
            ProbePath("jobs.plain", ("number",)),
            ProbePath("jobs.plain", ("nmber",)),
            ProbePath("jobs.describe"),
            ProbePath("jobs.describ"),
            ProbePath("nowhere.f"),
        ],
    ).paths
    assert found == (
        PathReport("jobs.plain", ("number",)),
        PathReport("jobs.plain", ("nmber",), problem="it takes no argument 'nmber'."),
        PathReport("jobs.describe", takes_context=True),
        PathReport(
            "jobs.describ",
            kind="no_such_attribute",
            error="'jobs.describ': module 'jobs' has no attribute 'describ' (did you mean 'describe'?).",
        ),
        PathReport("nowhere.f", kind="no_such_module", error="'nowhere.f': there is no module 'nowhere'."),
    )
    assert [report.ok for report in found] == [True, False, True, False, False]


def test_decorated_functions_are_discovered(bench: Bench) -> None:
    folder = Path(bench.site.folder)
    (folder / "decorated.py").write_text(DECORATED)
    (folder / "other_jobs.py").write_text(
        "from linodctl import background_task\n@background_task\ndef imported(): pass\n"
    )
    (folder / "broken_jobs.py").write_text("1 / 0\n")
    (folder / "odd_jobs.py").write_text(
        "from linodctl import background_task\n@background_task(args={'x': object()})\ndef odd(): pass\n"
    )
    probe = look(bench, [], ("decorated", "broken_jobs", "other_jobs", "odd_jobs", "absent"))
    assert probe.discovered == (
        Found("decorated", "bare", "decorated.bare", {}),
        Found(
            "decorated",
            "renamed",
            "decorated.with_options",
            {"every": "day at 02:30", "run_after": ["bare"], "except": ["2026-12-24"]},
        ),
        Found("decorated", "often", "decorated.often", {"every_unit": "secondly", "every": 30, "log_level": "ERROR"}),
        Found(
            "decorated",
            "daily",
            "decorated.daily",
            {"every_unit": "daily", "every": 1, "start_time": "03:30:00", "timeout": "120 seconds"},
        ),
        Found("other_jobs", "imported", "other_jobs.imported", {}),
    )
    assert [module for module, _ in probe.errors] == ["broken_jobs", "odd_jobs", "absent"]
    assert "ZeroDivisionError" in probe.errors[0][1]
    assert "an option that can't be written down: a object" in probe.errors[1][1]


def test_a_probe_that_dies_says_how(bench: Bench) -> None:
    (Path(bench.site.folder) / "deadly.py").write_text("import os\nprint('so long', flush=True)\nos._exit(4)\n")
    with pytest.raises(ProbeFailed, match=r"the worker exited with code 4(.|\n)*so long"):
        look(bench, [ProbePath("deadly.f")])
    assert bench.run("answer").message == "42"


def test_a_probe_has_a_time_limit(make_bench: Callable[..., Bench], tmp_path: Path) -> None:
    (tmp_path / "slow.py").write_text("import time\ntime.sleep(600)\n")
    bench = make_bench(probe_timeout=timedelta(seconds=0.3))
    with pytest.raises(ProbeFailed, match=r"did not end within 0\.3 s"):
        look(bench, [ProbePath("slow.f")])


def test_what_the_probe_imports_is_not_kept(bench: Bench) -> None:
    module = Path(bench.site.folder) / "probed.py"
    module.write_text("def f(): return 1\n")
    look(bench, [ProbePath("probed.f")])
    module.write_text("def f(): return 'new'\n")
    assert bench.run("probed.f").message == "new"
