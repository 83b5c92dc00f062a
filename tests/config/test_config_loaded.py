"""The loaded form: kept as JSON, had again cheaply, and known to be stale when anything it depends on changes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from config_project import NOW, Project

import linodctl
from linodctl.config import Loaded, load
from linodctl.config.fingerprint import is_current
from linodctl.config.rows import Incomplete, from_lines, to_lines

TEXT = """
    site: demo
    timezone: Europe/Tallinn
    include: conf.d/*.yaml
    env_file: .env
    env: {NAME: "${NAME}"}
    calendars: {closed: [2026-12-24]}
    history: {for: 30d}
    log: {rotate: {bytes: 1MiB}}
    discover: m
    procedures:
      a: {func: x.a, every: 10 seconds, except: closed, retries: 3, disabled: true}
      b: {func: x.b, cron: "H 3 * * *", run_after: a}
    tasks:
      c: {procedure: a, every: hour, until: 2020-01-01, cwd: data}
"""


@pytest.fixture
def site(project: Project) -> Project:
    project.environ["NAME"] = "one"
    project.write("A=1", ".env")
    project.write(TEXT)
    project.write("limits: {db: 1}", "conf.d/1.yaml")
    project.settle()
    return project


def kept(loaded: Loaded) -> dict[str, Any]:
    document: dict[str, Any] = json.loads(json.dumps(loaded.to_json()))
    return document


def test_what_was_kept_is_what_was_loaded(site: Project) -> None:
    loaded = site.load()
    again = Loaded.from_json(kept(loaded))
    assert again == loaded
    assert len(again.warnings) == 1
    assert kept(again) == kept(loaded)


def test_unresolved_paths_are_no_part_of_what_is_kept(site: Project) -> None:
    document = kept(site.load(unresolved={"x.b": "gone"}))
    assert Loaded.from_json(document).tasks[1].disabled is None
    assert Loaded.from_json(document).without({"x.b": "gone"}).tasks[1].disabled == "gone"


def test_the_kept_form_needs_neither_yaml_nor_pydantic(site: Project) -> None:
    document = site.write(json.dumps(site.load().to_json()), "cache.json")
    code = (
        "import json, os, pathlib, sys\n"
        "from linodctl.config import find_config\n"
        "from linodctl.config.fingerprint import is_current\n"
        "from linodctl.config.loaded import Loaded\n"
        "document = json.loads(pathlib.Path(sys.argv[1]).read_text())\n"
        "assert is_current(document, find_config([], os.environ), os.environ)\n"
        "assert len(Loaded.from_json(document).tasks) == 3\n"
        "heavy = {'yaml', 'pydantic_core', 'click', 'rich', 'sqlite_utils'} & sys.modules.keys()\n"
        "assert not heavy, heavy\n"
    )
    environ = {**site.environ, "PYTHONPATH": str(Path(linodctl.__file__).parent.parent)}
    subprocess.run([sys.executable, "-c", code, str(document)], check=True, cwd=site.folder, env=environ)


def is_still_current(site: Project, document: dict[str, Any], **more: Any) -> bool:
    return is_current(document, [site.folder / "linodctl.yaml"], site.environ, **more)


def touch_later(path: Path) -> None:
    found = path.stat()
    os.utime(path, ns=(found.st_atime_ns, found.st_mtime_ns + 1))


@pytest.mark.parametrize(
    "change",
    [
        lambda site: touch_later(site.folder / "linodctl.yaml"),
        lambda site: touch_later(site.folder / "conf.d/1.yaml"),
        lambda site: touch_later(site.folder / ".env"),
        lambda site: (site.folder / ".env").unlink(),
        lambda site: site.write("x: 1", "conf.d/2.yaml"),
        lambda site: site.environ.update(NAME="two"),
        lambda site: site.environ.pop("NAME"),
        lambda site: site.environ.update(TZ="Asia/Tokyo"),
        lambda site: site.environ.update(LINODCTL_STATE="x.db"),
    ],
)
def test_a_change_of_what_it_depends_on_is_noticed(site: Project, change: Callable[[Project], Any]) -> None:
    document = kept(site.load())
    assert is_still_current(site, document)
    change(site)
    assert not is_still_current(site, document)


def test_a_change_of_anything_else_is_not(site: Project) -> None:
    document = kept(site.load())
    site.environ["OTHER"] = "x"
    site.write("x", "other.yaml")
    assert is_still_current(site, document)


def test_other_paths_and_other_shapes_are_not_current(site: Project) -> None:
    document = kept(site.load())
    assert not is_current(document, [site.folder / "other.yaml"], site.environ)
    assert not is_still_current(site, {})
    assert not is_still_current(site, {**document, "watch": 5})


def test_variables_can_not_be_read_out_of_the_fingerprint(site: Project) -> None:
    site.environ["NAME"] = "hunter2"
    document = site.load().to_json()
    assert "hunter2" not in json.dumps([document["fingerprint"], document["watch"]])


def test_settings_and_their_defaults(project: Project) -> None:
    site = project.load("procedures: {a: {func: x.y}}")
    assert (site.site, site.timezone, site.max_parallel, site.drain.seconds) == ("demo", "UTC", 10, 30)
    assert site.state == project.folder / "linodctl.db"
    assert site.pythonpath == (project.folder,)
    assert (site.history.keep, site.history.for_.days, site.history.log_bytes) == (1000, 90, 2**20)
    assert (site.log.file, site.log.level, site.log.format) == (None, "INFO", "text")
    assert (site.log.rotate_bytes, site.log.rotate_keep) == (10 * 2**20, 5)
    assert (site.setup, site.preload, site.discover, site.limits, site.env) == (None, (), (), {}, {})


def test_the_state_file_of_the_environment_wins(project: Project) -> None:
    project.environ["LINODCTL_STATE"] = "elsewhere.db"
    assert project.load("state: x.db\nprocedures: {a: {func: x.y}}").state == project.folder / "elsewhere.db"


def test_a_problem_found_later_is_shown_where_the_option_was_said(site: Project) -> None:
    loaded = site.load()
    assert loaded.problem("b", "func", "no module named 'x'").text() == (
        "linodctl.yaml:13:7: procedures.b.func: no module named 'x'"
    )
    assert loaded.problem("b", "timeout", "too short", "warning").text() == (
        "linodctl.yaml:13:3: warning: procedures.b: too short"
    )


def test_tasks_that_agree_share_their_policy_and_launch(project: Project) -> None:
    rows = "\n".join(f"  t{n}: {{func: x.y, retries: 3, args: {{a: 1}}}}" for n in range(50))
    tasks = project.load(f"procedures:\n{rows}").tasks
    assert len({id(task.policy) for task in tasks}) == 1
    assert len({id(task.launch) for task in tasks}) == 1


@pytest.mark.parametrize(
    ("rule", "recurrences"),
    [
        ("every: day at 10:00", 1),
        ("cron: 5 3 * * *", 1),
        ("cron: H 3 * * *", 2),
        ("every: hour, spread: 50m", 2),
        ("every: hour spread 50m", 2),
    ],
)
def test_tasks_that_agree_share_their_recurrence_unless_it_depends_on_their_name(
    project: Project, rule: str, recurrences: int
) -> None:
    text = f"procedures: {{one: {{func: x.y, {rule}}}, other: {{func: x.y, {rule}}}}}"
    loaded = project.load(text)
    assert len({task.recurrence for task in loaded.tasks}) == recurrences
    assert len({task.recurrence for task in Loaded.from_json(kept(loaded)).tasks}) == recurrences


def test_importing_the_room_is_cheap() -> None:
    code = (
        "import sys, linodctl.config, linodctl.config.instants, linodctl.config.sizes\n"
        "heavy = {'yaml', 'pydantic', 'zoneinfo', 'difflib', 'linodctl.domain'} & sys.modules.keys()\n"
        "assert not heavy, heavy\n"
    )
    environ = {"PYTHONPATH": str(Path(linodctl.__file__).parent.parent)}
    subprocess.run([sys.executable, "-c", code], check=True, env=environ)


def test_load_takes_paths_relative_to_the_current_folder(site: Project) -> None:
    assert load([Path("linodctl.yaml")], environ=site.environ, now=NOW).folder == site.folder


def test_files_that_changed_within_a_tick_of_the_clock_are_not_believed(site: Project) -> None:
    text = (site.folder / "linodctl.yaml").read_text()
    site.write(text)
    loaded = site.load()
    site.write(text.replace("demo", "oval"))  # as long, and perhaps at the same instant by the file system's clock
    assert not is_still_current(site, kept(loaded))
    site.settle()
    assert is_still_current(site, kept(site.load()))


def test_with_names_that_may_yet_be_found_it_holds_only_until_somebody_has_looked(site: Project) -> None:
    assert is_still_current(site, kept(site.load()), looked=True)
    site.write(TEXT.replace("procedure: a", "procedure: hidden"))
    site.settle()
    document = kept(site.load())
    assert is_still_current(site, document) and not is_still_current(site, document, looked=True)


def test_the_rows_of_a_file_are_all_there_or_none(site: Project) -> None:
    first, *others = to_lines(site.load().to_json())
    assert [row[1] for row in from_lines(json.loads(first), others)] == ["a", "b", "c"]
    for broken in ([], [others[0][:-1]], [*others, *others]):
        with pytest.raises(Incomplete):
            list(from_lines(json.loads(first), broken))


def test_a_file_replaced_while_it_is_read_is_not_current(site: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    from linodctl.config import gather

    read_file = gather.read_file

    def read_and_replace(path: Path, problems: Any) -> Any:
        tree = read_file(path, problems)
        touch_later(path)
        return tree

    monkeypatch.setattr(gather, "read_file", read_and_replace)
    assert not is_still_current(site, kept(site.load()))
