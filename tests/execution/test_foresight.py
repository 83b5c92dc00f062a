"""Modules that were looked up before: used while all that led to them is as it was, and never run ahead of time."""

from __future__ import annotations

import importlib
import importlib.util
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from execution_bench import SITE_CODE, Bench

from linodctl.execution import bootstrap, foresight, link
from linodctl.execution.foresight import Foresight

NAME = "foreseen_package.jobs"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """`second/foreseen_package/jobs.py` on an import path of two folders, unchanged for long."""
    monkeypatch.setattr(foresight, "was_long_ago", lambda stamp: True)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)  # its stamps show no edit within the same second
    write(tmp_path / "second" / "foreseen_package" / "__init__.py", "inside = True\n")
    write(tmp_path / "second" / "foreseen_package" / "jobs.py", "def job():\n    return 'old'\n")
    write(tmp_path / "first" / "unrelated.py", "")
    monkeypatch.setattr(sys, "path", [str(tmp_path / name) for name in ("first", "not there", "second")])
    importlib.invalidate_caches()
    yield tmp_path
    for name in [name for name in sys.modules if name.startswith("foreseen_package")]:
        del sys.modules[name]


def write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


def learned(name: str = NAME) -> Foresight:
    known = Foresight()
    known.learn(name)
    return known


def inner_path(site: Path) -> list[str]:
    return [str(site / "second" / "foreseen_package")]


def test_what_is_found_is_what_would_have_been_found(site: Path) -> None:
    known = learned()
    assert not [name for name in sys.modules if name.startswith("foreseen_package")]
    for name, path in (("foreseen_package", None), (NAME, inner_path(site))):
        spec, usual = known.find_spec(name, path), importlib.machinery.PathFinder.find_spec(name, path)
        assert spec is not None and usual is not None
        module, same = (importlib.util.module_from_spec(one) for one in (spec, usual))
        for one, its in ((module, spec), (same, usual)):
            assert its.loader is not None
            its.loader.exec_module(one)
        assert {k: v for k, v in vars(module).items() if isinstance(v, (str, list, bool))} == {
            k: v for k, v in vars(same).items() if isinstance(v, (str, list, bool))
        }
        assert (spec.origin, spec.cached, spec.has_location, spec.parent) == (
            usual.origin, usual.cached, usual.has_location, usual.parent,
        )  # fmt: skip
        assert spec.loader.get_source(name) == usual.loader.get_source(name)  # type: ignore[union-attr]


def edit(site: Path) -> None:
    file = site / "second" / "foreseen_package" / "jobs.py"
    before = file.stat()
    file.write_text("def job():\n    return 'new'\n")
    os.utime(file, ns=(before.st_atime_ns, before.st_mtime_ns))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        (NAME, edit),
        (NAME, lambda site: (site / "second/foreseen_package/jobs.py").unlink()),
        (NAME, lambda site: write(site / "second/foreseen_package/jobs/__init__.py", "")),
        ("foreseen_package", lambda site: write(site / "second/foreseen_package/__init__.py", "other = 1\n")),
        ("foreseen_package", lambda site: write(site / "first/foreseen_package.py", "")),
        ("foreseen_package", lambda site: write(site / "first/foreseen_package/__init__.py", "")),
        ("foreseen_package", lambda site: write(site / "not there/foreseen_package.py", "")),
        ("foreseen_package", lambda site: sys.path.insert(0, str(site / "third"))),
    ],
)
def test_after_a_change_it_is_looked_for_as_always(site: Path, name: str, change: Callable[[Path], object]) -> None:
    known, path = learned(), inner_path(site) if name == NAME else None
    assert known.find_spec(name, path) is not None
    change(site)
    assert known.find_spec(name, path) is None


def test_another_path_of_the_package_leads_elsewhere(site: Path) -> None:
    assert learned().find_spec(NAME, [str(site / "other"), *inner_path(site)]) is None


def test_what_changed_is_learned_anew(site: Path) -> None:
    known = learned()
    edit(site)
    known.learn(NAME)
    spec = known.find_spec(NAME, inner_path(site))
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert module.job() == "new"


@pytest.mark.parametrize(
    "prepare",
    [
        lambda site: write(site / "second/foreseen_package/jobs.py", "def"),
        lambda site: (site / "second/foreseen_package/jobs").mkdir(),
        lambda site: (site / "second/foreseen_package/jobs.py").unlink(),
        lambda site: (site / "second/foreseen_package/__init__.py").unlink(),
        lambda site: (site / "first/foreseen_package").mkdir(),
        lambda site: sys.path.insert(0, ""),
    ],
)
def test_what_is_not_as_easy_as_that_is_left_alone(site: Path, prepare: Callable[[Path], object]) -> None:
    prepare(site)
    importlib.invalidate_caches()
    assert learned().find_spec(NAME, inner_path(site)) is None


def test_so_is_what_has_just_changed(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(foresight, "was_long_ago", bootstrap.was_long_ago)
    assert learned().find_spec("foreseen_package") is None


def test_nothing_is_run_ahead_of_time(site: Path) -> None:
    write(site / "second" / "foreseen_package" / "__init__.py", "raise SystemExit('run ahead of time')\n")
    assert learned().find_spec(NAME, inner_path(site)) is not None


def test_a_run_uses_it(make_bench: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link, "FORESEE_AGAIN", 0.0)
    bench, until = make_bench(pythonpath=(SITE_CODE,)), time.monotonic() + 20
    while (loader := bench.run("loader").message) != "linodctl.execution.foresight" and time.monotonic() < until:
        time.sleep(0.5)  # the files have just been checked out, and have to be a little older
    assert loader == "linodctl.execution.foresight"
