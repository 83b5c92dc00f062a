"""Garbage in the state file: one clear line and exit code 5, whatever column it is in, and never a traceback."""

from __future__ import annotations

import json
import shutil
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from cli_site import Site, with_home_of_its_own
from examples import examples
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from linodctl.cli.failures import guarded
from linodctl.cli.program import program

CONFIG = """
discover: [found]
procedures:
  good: {func: jobs.quick, every: 1 hour}
  talks: {func: found.talks, every: never}
"""
FOUND = """
from linodctl import background_task

@background_task(every="hour")
def found():
    pass

def talks(x=0):
    print(x)
"""

LOOKS = ["list", "show good", "history", "logs", "status", "next", "explain good", "check --no-imports", "trigger good"]


@pytest.fixture(scope="module")
def used(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site with a row in every table."""
    site = with_home_of_its_own(Site(tmp_path_factory.mktemp("used"), CONFIG))
    (site.folder / "found.py").write_text(FOUND)
    site.cli("set", "good", "log_level=DEBUG")
    site.cli("trigger", "talks")
    site.cli("disable", "talks", "--for", "1h")
    done = site.plain("run", "--once")
    assert done.returncode == 0, done.stderr
    site.cli("trigger", "talks", "--arg", "x=1")
    with closing(sqlite3.connect(site.state, isolation_level=None)) as state:
        state.execute("UPDATE runs SET progress = '[1, 2, \"x\"]'")
        span = "task, 'missed', start_time, start_time, 1"
        state.execute(f"INSERT INTO skips (task, reason, slot, last_slot, count) SELECT {span} FROM runs")
        state.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        empty = [table for table in tables(state) if not state.execute(f"SELECT count(*) FROM {table}").fetchone()[0]]
    assert not empty
    return site


def tables(state: sqlite3.Connection) -> list[str]:
    named = state.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%sqlite%'")
    return [name for (name,) in named]


def columns(state: sqlite3.Connection) -> list[tuple[str, str]]:
    return [(table, row[1]) for table in tables(state) for row in state.execute(f"PRAGMA table_info({table})")]


@pytest.fixture
def damaged(used: Site, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """A copy whose state file may be ruined; questions are put to it in this process."""
    for path in used.folder.iterdir():
        if path.is_file():
            shutil.copy(path, tmp_path / path.name)
    monkeypatch.chdir(tmp_path)
    yield Site(tmp_path, CONFIG)


GARBAGE = [
    "garbage", "", "{", "[]", "[1]", "null", "7", '{"a": ', "2026-01-01", "2026-13-45T00:00:00+00:00",
    "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59+00:00", "\x1b[2J", "\ud7ff" * 50, -1, 2**62, 1.5, b"\xff\x00",
    "NaN",    '[{"slot": 1}]', "[" * 5000,
]  # fmt: skip
garbage = st.one_of(
    st.sampled_from(GARBAGE), st.text(max_size=20), st.integers(-(2**63), 2**63 - 1), st.binary(max_size=5)
)


@examples(80, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(data=st.data())
def test_any_column_may_hold_anything(damaged: Site, capsys: pytest.CaptureFixture[str], data: st.DataObject) -> None:
    original = damaged.state.read_bytes()
    with closing(sqlite3.connect(damaged.state, isolation_level=None)) as state:
        table, column = data.draw(st.sampled_from(columns(state)))
        value = data.draw(garbage)
        try:
            state.execute(f"UPDATE OR IGNORE {table} SET {column} = ?", [value])
        except sqlite3.IntegrityError:  # a key must be a whole number
            return
    try:
        for look in LOOKS:
            code, told = asked(capsys, look)
            assert code in (0, 2, 3, 4, 5), f"{look} with {table}.{column} = {value!r}: {code}\n{told}"
            assert "Traceback" not in told
            assert told.replace("\n", "").replace("\t", "").isprintable()
    finally:
        for path in damaged.folder.glob("linodctl.db*"):
            path.unlink()
        damaged.state.write_bytes(original)


def asked(capsys: pytest.CaptureFixture[str], look: str) -> tuple[int, str]:
    code = guarded(program, look.split())
    told = capsys.readouterr()
    return code, told.out + told.err


@pytest.mark.parametrize(
    ("statement", "look", "says"),
    [
        ("UPDATE tasks SET memory = '{' WHERE name = 'good'", "show good", "in its table 'tasks' the row 'good'"),
        ("UPDATE runs SET outcome = 'splendid'", "history", "'splendid' is not a valid Outcome"),
        ("UPDATE skips SET reason = 'mood'", "history", "'mood' is not a valid SkipReason"),
        ("UPDATE tasks SET failures = 'many'", "list", "failures holds 'many'"),
        ("UPDATE runs SET start_time = 'soon'", "history", "Invalid isoformat string: 'soon'"),
        ("UPDATE runs SET start_time = '2026-01-01'", "history", "'2026-01-01' is no instant"),
        ("UPDATE overrides SET value = '{'", "list", "in its table 'overrides' the row 'good'"),
        ("UPDATE notes SET value = '{' WHERE key = 'unresolved'", "list", "in its table 'notes' the row 'unresolved'"),
        ("UPDATE requests SET args = '[]'", "status", "'[]' is no JSON mapping"),
    ],
)
def test_what_is_told(damaged: Site, capsys: pytest.CaptureFixture[str], statement: str, look: str, says: str) -> None:
    with closing(sqlite3.connect(damaged.state, isolation_level=None)) as state:
        state.execute("INSERT OR IGNORE INTO notes VALUES ('unresolved', '{}')")
        assert state.execute(statement).rowcount > 0
    code, told = asked(capsys, look)
    assert (code, len(told.splitlines())) == (5, 1), told
    assert told.startswith("linodctl: the state file is damaged: ") and says in told


def test_a_runner_does_not_begin_on_it(damaged: Site) -> None:
    with closing(sqlite3.connect(damaged.state, isolation_level=None)) as state:
        state.execute("UPDATE tasks SET pending = 'x' WHERE name = 'good'")
    done = damaged.plain("run", "--once")
    assert done.returncode == 5 and len(done.stderr.splitlines()) == 1, done.stderr


def test_json_stays_json(damaged: Site) -> None:
    evil: dict[str, Any] = {"\x1b[2J": "\u202e", "password": "x"}
    with closing(sqlite3.connect(damaged.state, isolation_level=None)) as state:
        state.execute("UPDATE requests SET args = ?", [json.dumps(evil)])
    done: subprocess.CompletedProcess[str] = damaged.plain("status", "--json")
    assert json.loads(done.stdout)["requested"][0]["args"] == {"\x1b[2J": "\u202e", "password": "***"}
    assert done.stdout.isascii()
