"""The configs that newcomers read: they load without a problem, name functions that exist, and leave nothing out."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import BaseModel

import linodctl
from linodctl.config import Loaded, load, models, models_task
from linodctl.execution.resolve import resolve
from linodctl.execution.signature import misfit
from linodctl.testing import Given

ROOT = Path(linodctl.__file__).parent.parent
CONFIGS = ROOT / "configs"
TEMPLATE = ROOT / "linodctl" / "operations" / "init_template"
FOLDERS = {"folder", "source", "target"}
"""Arguments that say where the tour works."""
SAMPLES = [CONFIGS / "quickstart.yaml", CONFIGS / "full.yaml", TEMPLATE / "linodctl.yaml"]


@pytest.fixture(params=SAMPLES, ids=lambda path: path.name)
def sample(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[Loaded]:
    """A sample, loaded, with its own modules to be imported from and forgotten afterwards."""
    monkeypatch.syspath_prepend(str(request.param.parent))
    yield load([request.param], environ={})
    for name in ("jobs", "example_jobs"):
        sys.modules.pop(name, None)


def test_it_loads_without_a_warning(sample: Loaded) -> None:
    assert sample.warnings == ()
    assert len(sample.tasks) >= 4


def test_every_function_exists_and_takes_its_arguments(sample: Loaded) -> None:
    for task in sample.tasks:
        assert misfit(resolve(task.launch.func), task.launch.args) is None, task.name
    for path in filter(None, (sample.setup,)):
        resolve(path)()


def test_full_shows_every_option_there_is() -> None:
    text = "\n".join(path.read_text() for path in (CONFIGS / "full.yaml", CONFIGS / "conf.d" / "reports.yaml"))
    tops = [models.Site, models.HistoryOptions, models.LogOptions, models.RotateOptions, models_task.RetryOptions]
    missing = [name for top in [*tops, models_task.ProcedureEntry, models_task.TaskEntry] for name in absent(top, text)]
    assert missing == []


def absent(model: type[BaseModel], text: str) -> list[str]:
    names = [field.alias or name for name, field in model.model_fields.items()]
    return [name for name in names if not re.search(rf"(^|[\s{{,]){name}: ", text.replace("\n", " \n"), re.MULTILINE)]


def test_full_needs_no_extra_and_reads_its_env_file() -> None:
    full = load([CONFIGS / "full.yaml"], environ={})
    assert full.env["GREETING"] == "Good morning"
    assert next(task for task in full.tasks if task.name == "import_orders").launch.args == {"folder": "full"}


def test_the_tour_stays_in_its_folder_which_a_fresh_clone_has() -> None:
    tour = load([CONFIGS / "quickstart.yaml"], environ={})
    folder = CONFIGS / "quickstart"
    assert tour.state.parent == folder
    ignored = (folder / ".gitignore").read_text().split("\n")
    assert {"*", "!.gitignore"} <= set(ignored)
    paths = [task.launch.args[name] for task in tour.tasks for name in FOLDERS & task.launch.args.keys()]
    assert len(paths) >= 4
    assert all(Path(path).parts[0] == "quickstart" for path in paths)


def test_the_tour_never_waits_for_the_server_that_never_ends() -> None:
    tour = load([CONFIGS / "quickstart.yaml"], environ={})
    for task in tour.tasks:
        assert "web_server" not in task.policy.run_after
    page = next(task for task in tour.tasks if task.name == "web_page")
    assert page.policy.retries.attempts > 1


def test_schema_lines_lead_to_the_schema() -> None:
    for path in (CONFIGS / "quickstart.yaml", CONFIGS / "full.yaml", CONFIGS / "conf.d" / "reports.yaml"):
        named = re.match(r"# yaml-language-server: \$schema=(\S+)\n", path.read_text())
        assert named is not None
        assert (path.parent / named[1]).resolve() == CONFIGS / "linodctl.schema.json"


def test_times_of_day_are_text_to_any_yaml_reader() -> None:
    """An editor's YAML 1.1 reader takes a bare 10:30 for a number in base 60."""
    for path in SAMPLES:
        without_comments = re.sub(r"#.*", "", path.read_text())
        assert re.findall(r": [0-9]+:[0-9]{2}(?=[\s,}])", without_comments) == [], path.name


# --- what the example functions do ---------------------------------------------------------------


@pytest.mark.parametrize(
    ("path", "args", "outcome"),
    [
        ("example_jobs.checkdata", {"deep": True}, "succeeded"),
        ("example_jobs.import_orders", {"folder": "x"}, "succeeded"),
        ("example_jobs.greet", {}, "succeeded"),
        ("example_jobs.ask_partners", {"partners": ["north"]}, "succeeded"),
        ("example_jobs.monthly_report", {}, "succeeded"),
        ("example_jobs.send_pending", {}, "skipped"),
        ("example_jobs.fetch_rates", {}, "failed"),
        ("example_jobs.weekly_review", {}, "succeeded"),
    ],
)
def test_example_functions_run(path: str, args: dict, outcome: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(CONFIGS))
    assert Given().run(path, **args).outcome == outcome
    sys.modules.pop("example_jobs", None)


def test_every_example_function_is_tried_above() -> None:
    tried = Path(__file__).read_text()
    for node in ast.parse((CONFIGS / "example_jobs.py").read_text()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name != "prepare":
            assert f'"example_jobs.{node.name}"' in tried


def test_every_task_of_the_template_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """Asked to stop from the start, so that those which take their time don't."""
    monkeypatch.syspath_prepend(str(TEMPLATE))
    for task in load([TEMPLATE / "linodctl.yaml"], environ={}).tasks:
        if task.launch.func.startswith("jobs."):
            ran = Given(cancelled=True).run(task.launch.func, **task.launch.args)
            assert ran.outcome == "succeeded", (task.name, ran.error)
    sys.modules.pop("jobs", None)


def test_the_template_needs_nothing_but_linodctl() -> None:
    """Imported as a site would: from its own folder, by a fresh interpreter."""
    environment = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    subprocess.run([sys.executable, "-c", "import jobs"], cwd=TEMPLATE, env=environment, check=True)
