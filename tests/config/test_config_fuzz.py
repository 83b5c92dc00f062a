"""Whatever is declared, loading ends in a Loaded or in problems of one line each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from config_project import NOW
from hypothesis import given, settings
from hypothesis import strategies as st

from linodctl.config import ConfigError, Loaded, keys, load

TOP = ["site", "timezone", "state", "pythonpath", "setup", "preload", "discover", "include", "env", "env_file"]
TOP += ["max_parallel", "drain", "limits", "calendars", "history", "log", "defaults", "procedures", "tasks", "x"]

WORDS = [
    "",
    "a",
    "b",
    "a b",
    "-a",
    "x.y",
    "x:y",
    "hour",
    "day at 10:00",
    "5 to 10 seconds",
    "10s",
    "2h 30m",
    "5",
    "1GiB",
]
WORDS += ["true", "never", "latest", "INFO", "H 3 * * *", "FREQ=DAILY", "2026-12-24", "2026-01-01..2026-01-02", "${A}"]
WORDS += [
    "08:00-18:00",
    "monday",
    "Europe/Tallinn",
    "$$",
    "*.yaml",
    "/",
    "..",
    "[key]",
    "\x1b[0m",
    "é",
    "finish",
    "once",
]

scalars = st.one_of(
    st.sampled_from(WORDS),
    st.none(),
    st.booleans(),
    st.integers(-2, 10**20),
    st.floats(-1e9, 1e300),
    st.text(max_size=8),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(WORDS), inner, max_size=3)),
)
options = st.dictionaries(st.sampled_from([*keys.TASK_OPTIONS, "func", "procedure", "x"]), values, max_size=5)
sections = st.one_of(values, st.dictionaries(st.sampled_from(WORDS), st.one_of(options, values), max_size=4), options)
documents = st.dictionaries(st.sampled_from(TOP), sections, max_size=5)


def declared(folder: Path, text: str) -> Loaded | None:
    file = folder / "linodctl.yaml"
    file.write_text(text, encoding="utf-8", errors="replace")
    try:
        return load([file], environ={"A": "1"}, now=NOW)
    except ConfigError as error:
        assert error.problems
        for problem in error.problems:
            line = problem.text()
            assert line.isprintable()
            assert problem.message
        return None


@settings(max_examples=300, deadline=None)
@given(documents)
def test_any_values(tmp_path_factory: pytest.TempPathFactory, document: dict[str, Any]) -> None:
    loaded = declared(tmp_path_factory.getbasetemp(), json.dumps(document, ensure_ascii=False))
    if loaded is not None:
        assert Loaded.from_json(json.loads(json.dumps(loaded.to_json()))) == loaded


simple = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.sampled_from([word for word in WORDS if word.isprintable()])
)
good_options = st.fixed_dictionaries(
    {"func": st.just("x.y")},
    optional={
        "every": st.sampled_from(["hour", "day at 10:00", "10 seconds", "5 to 10 seconds", ["monday", "friday"]]),
        "spread": st.sampled_from(["10m", "0s"]),
        "retries": st.sampled_from([1, {"attempts": 2, "delay": "1s"}, "3"]),
        "timeout": st.sampled_from(["1m", "PT5M"]),
        "disabled": st.sampled_from([True, False, "why not"]),
        "disable_after": st.sampled_from([1, "never"]),
        "args": st.dictionaries(st.from_regex("[a-z]{1,5}", fullmatch=True), simple, max_size=2),
        "memory_limit": st.sampled_from([1000, "1MiB"]),
    },
)


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.from_regex(keys.NAME, fullmatch=True), good_options, max_size=4, min_size=1))
def test_what_is_right_loads_and_is_kept(tmp_path_factory: pytest.TempPathFactory, procedures: dict[str, Any]) -> None:
    text = json.dumps({"procedures": procedures}, ensure_ascii=False).replace("$", "$$")
    loaded = declared(tmp_path_factory.getbasetemp(), text)
    without_rule = any("spread" in options and "every" not in options for options in procedures.values())
    assert (loaded is None) == without_rule
    if loaded is not None:
        assert [task.name for task in loaded.tasks] == list(procedures)
        assert Loaded.from_json(json.loads(json.dumps(loaded.to_json()))) == loaded
