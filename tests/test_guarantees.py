"""docs/guarantees.md names, below each promise, tests that exist."""

from __future__ import annotations

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
GUIDE = (ROOT / "docs" / "guarantees.md").read_text()
NAMED = re.findall(r"^  - `(tests/[\w/]+\.py)::(\w+)`$", GUIDE, re.MULTILINE)


def names_in(file: str) -> set[str]:
    path = ROOT / file
    tree = ast.parse(path.read_text()) if path.exists() else ast.Module([], [])
    functions = (node for node in tree.body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))
    return {function.name for function in functions if function.name.startswith("test_")}


def test_every_named_test_exists() -> None:
    assert len(NAMED) > 80
    assert [f"{file}::{test}" for file, test in NAMED if test not in names_in(file)] == []


def test_no_name_is_written_in_another_way() -> None:
    """What the pattern doesn't see, it doesn't check. (One more is the example above the promises.)"""
    assert GUIDE.count("tests/") == len(NAMED) + 1


def test_every_promise_has_a_test() -> None:
    promises = re.split(r"^- ", GUIDE.partition("## Who else can change")[0], flags=re.MULTILINE)[1:]
    assert len(promises) > 25
    assert [promise.splitlines()[0] for promise in promises if "  - `tests/" not in promise] == []
