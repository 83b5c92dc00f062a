"""Whatever is declared, loading ends in a Loaded or in problems of one line each."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from config_project import NOW
from examples import examples
from hypothesis import given
from hypothesis import strategies as st

from linodctl.config import ConfigError, Loaded, keys, load
from linodctl.texts import printable

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
            assert line == printable(line)
            assert problem.message
        return None


@examples(300)
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


@examples(100)
@given(st.dictionaries(st.from_regex(keys.NAME, fullmatch=True), good_options, max_size=4, min_size=1))
def test_what_is_right_loads_and_is_kept(tmp_path_factory: pytest.TempPathFactory, procedures: dict[str, Any]) -> None:
    text = json.dumps({"procedures": procedures}, ensure_ascii=False).replace("$", "$$")
    loaded = declared(tmp_path_factory.getbasetemp(), text)
    without_rule = any("spread" in options and "every" not in options for options in procedures.values())
    assert (loaded is None) == without_rule
    if loaded is not None:
        assert [task.name for task in loaded.tasks] == list(procedures)
        assert Loaded.from_json(json.loads(json.dumps(loaded.to_json()))) == loaded


# --- bytes, and a good config made bad ------------------------------------------------------------

FULL = (Path(__file__).parents[2] / "configs" / "full.yaml").read_bytes()
PIECES = [
    b"\0", b"\xff", b"\t", b"\r", b"\xef\xbb\xbf", b"---\n", b": ", b"- ", b"{", b"]", b"&a ", b"*a", b"<<: *a", b"${",
    b"!!python/object:os.system ", b"${HOME}", b"'", b'"', b"|\n", b"? ", b"%YAML 1.2\n", b"\x1b[2J", b"\xe2\x80\xae",
    b"\xed\xa0\x80", b"#",
]  # fmt: skip


def loads(folder: Path, data: bytes) -> None:
    (folder / "linodctl.yaml").write_bytes(data)
    try:
        load([folder / "linodctl.yaml"], environ={"A": "1"}, now=NOW)
    except ConfigError as error:
        assert error.problems
        assert all(line == printable(line) for line in str(error).splitlines())


@examples(150)
@given(st.one_of(st.binary(max_size=300), st.lists(st.sampled_from(PIECES), max_size=20).map(b"".join)))
def test_any_bytes(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    loads(tmp_path_factory.getbasetemp(), data)


@examples(100)
@given(st.data())
def test_a_good_file_with_something_put_in_or_left_out(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    text = FULL
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(text)))
        piece = data.draw(st.one_of(st.sampled_from(PIECES), st.binary(max_size=3)))
        text = text[:at] + piece + text[at + data.draw(st.integers(0, 40)) :]
    loads(tmp_path_factory.getbasetemp(), text)


def paths_in(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Where something could be changed."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, item in inner for found in paths_in(item, (*path, key)))]


def changed(value: Any, path: tuple[Any, ...], new: Any) -> Any:
    if not path:
        return new
    copy: Any = dict(value) if isinstance(value, dict) else list(value)
    copy[path[0]] = changed(value[path[0]], path[1:], new)
    return copy


GOOD = yaml.safe_load(FULL.decode().replace("$", "$$"))


@examples(200)
@given(st.data())
def test_a_good_config_with_other_values(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    config = GOOD
    for _ in range(data.draw(st.integers(1, 3))):
        path = data.draw(st.sampled_from(paths_in(config)[1:] or [("procedures",)]))
        config = changed(config, path, data.draw(values))
        if not isinstance(config, dict):
            break
    loads(
        tmp_path_factory.getbasetemp(), json.dumps(config, default=str, ensure_ascii=False).encode("utf-8", "replace")
    )


@examples(200)
@given(st.one_of(st.binary(max_size=200), st.text(max_size=100).map(lambda text: text.encode("utf-8", "replace"))))
def test_any_env_file(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    folder = tmp_path_factory.getbasetemp()
    (folder / "fuzzed.env").write_bytes(data)
    loads(folder, b"env_file: fuzzed.env\nprocedures: {a: {func: x.y, every: hour}}\n")
