"""Dotted paths: what they find, and a different error for each way to find nothing."""

from __future__ import annotations

import os.path
from pathlib import Path

import pytest

from linodctl.execution import resolve as errors
from linodctl.execution.resolve import ResolveError, resolve

SOURCE = """
import functools
from typing import ClassVar
number = 5
def function(): pass
async def coroutine(): pass
partial = functools.partial(function)
class Thing:
    def method(self): pass
    @classmethod
    def of_class(cls): pass
    @staticmethod
    def static(self_less): pass
    def __call__(self): pass
    class Inner:
        @staticmethod
        def deep(): pass
thing = Thing()
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A package of a name that no other test has imported."""
    name = f"pkg_{tmp_path.name.replace('-', '_')}"
    folder = tmp_path / name
    folder.mkdir()
    (folder / "__init__.py").touch()
    (folder / "jobs.py").write_text(SOURCE)
    (folder / "needs.py").write_text("import a_module_that_is_not_installed\n")
    (folder / "needs_own.py").write_text(f"import {name}.absent\n")
    (folder / "raises.py").write_text("raise ValueError('at import')\n")
    (folder / "exits.py").write_text("import sys\nsys.exit('no')\n")
    (folder / "typo.py").write_text("def f(:\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    return name


@pytest.mark.parametrize(
    "path",
    [
        "jobs.function",
        "jobs:function",
        "jobs.coroutine",
        "jobs.partial",
        "jobs.Thing",
        "jobs:thing",
        "jobs:thing.method",
        "jobs:Thing.of_class",
        "jobs:Thing.static",
        "jobs:Thing.Inner.deep",
    ],
)
def test_found(package: str, path: str) -> None:
    assert callable(resolve(f"{package}.{path}"))


def test_found_in_the_standard_library() -> None:
    assert resolve("os.path.join") is os.path.join


@pytest.mark.parametrize(
    ("path", "error", "message"),
    [
        ("absent.f", errors.NoSuchModule, "'PKG.absent.f': there is no module 'PKG.absent'."),
        ("jobs.Thing.method", errors.NoSuchModule, "for what is inside 'Thing' write 'PKG.jobs:Thing.…'"),
        ("needs.f", errors.ImportFailed, "importing 'PKG.needs' failed: ModuleNotFoundError: No module named 'a_mod"),
        ("needs_own.f", errors.ImportFailed, "importing 'PKG.needs_own' failed: ModuleNotFoundError"),
        ("raises.f", errors.ImportFailed, "importing 'PKG.raises' failed: ValueError: at import"),
        ("exits.f", errors.ImportFailed, "importing 'PKG.exits' failed: SystemExit: no"),
        ("typo.f", errors.ImportFailed, "importing 'PKG.typo' failed: SyntaxError"),
        (
            "jobs.functon",
            errors.NoSuchAttribute,
            "module 'PKG.jobs' has no attribute 'functon' (did you mean 'function'?)",
        ),
        ("jobs:Thing.absent", errors.NoSuchAttribute, "class 'Thing' has no attribute 'absent'"),
        ("jobs.number", errors.NotCallable, "'PKG.jobs.number' is not callable: it is a int."),
        ("jobs:Thing.method", errors.NeedsInstance, "is a method that needs an instance"),
        ("jobs:", errors.BadPath, "is no dotted path"),
        ("jobs.f()", errors.BadPath, "is no dotted path"),
        ("jobs..f", errors.BadPath, "is no dotted path"),
    ],
)
def test_not_found(package: str, path: str, error: type[ResolveError], message: str) -> None:
    with pytest.raises(ResolveError) as caught:
        resolve(f"{package}.{path}")
    assert type(caught.value) is error
    assert message.replace("PKG", package) in str(caught.value)


def test_a_failed_import_brings_its_traceback(package: str) -> None:
    with pytest.raises(errors.ImportFailed) as caught:
        resolve(f"{package}.raises.f")
    assert "raises.py" in (caught.value.detail or "")


def test_every_error_has_a_kind_of_its_own() -> None:
    kinds = [error.kind for error in ResolveError.__subclasses__()]
    assert len(set(kinds)) == len(kinds) == 6


@pytest.mark.parametrize("path", ["", "f", ".f", "a.", ":f", "a b.c", "a:b:c"])
def test_no_path_at_all(path: str) -> None:
    with pytest.raises(errors.BadPath):
        resolve(path)
