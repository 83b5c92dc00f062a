"""Decorated functions become procedures, and the config may override them from the very first start."""

from __future__ import annotations

from collections.abc import Callable

from sites import SiteFolder

MORE = '''
from linodctl import background_task, schedule_daily, schedule_often


@background_task(every=10, every_unit="secondly", log_level="INFO")
def found(ar):
    note("start", ar.task)


@schedule_often(every=60)
def often():
    """Now and then."""


@schedule_daily(start_time="02:30", monday=True)
def nightly():
    pass
'''


def test_an_override_of_a_decorated_function_works_at_the_first_start(make_site: Callable[[str], SiteFolder]) -> None:
    site = make_site("discover: [jobs]\ntasks: {found: {every: 1 second}, again: {procedure: found, every: never}}")
    with (site.folder / "jobs.py").open("a") as file:
        file.write(MORE)
    assert site.cli("list") == []
    assert site.plain("check").returncode == 0
    with site.runner():
        site.wait_for(lambda: len(site.lines("start")) >= 2, "it runs every second, as the site wants it")
        tasks = {task["name"]: task for task in site.cli("list")}
    assert set(tasks) == {"found", "often", "nightly", "again"}
    assert tasks["found"]["recurrence"] == "1 second"
    assert tasks["often"]["log_level"] == "WARNING"
    assert tasks["nightly"]["recurrence"] == "day at 02:30 only on monday"


def test_a_typo_among_the_overrides_is_a_problem_once_the_code_has_been_looked_at(
    make_site: Callable[[str], SiteFolder],
) -> None:
    site = make_site("discover: [jobs]\ntasks: {foudn: {every: 1 second}}")
    with (site.folder / "jobs.py").open("a") as file:
        file.write(MORE)
    for command in ("check", "run"):
        done = site.plain(command)
        assert done.returncode == 2
        assert "tasks.foudn: no procedure has this name (did you mean 'found'?)" in done.stdout + done.stderr
