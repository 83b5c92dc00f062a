"""The views and the sample for Datasette: what readers of the file are promised, read as they would read it."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from entries import at, slot_start

from linodctl.domain import Outcome, Result
from linodctl.store import open_store

ROOT = Path(__file__).parents[2]
DATASETTE = ROOT / "configs" / "datasette.yaml"
PAGE = ROOT / "docs" / "state-file.md"

ENDS = {
    1: Result(Outcome.SUCCEEDED, cpu_seconds=0.25, max_rss=1000),
    2: Result(Outcome.WARNED, reason="late", cpu_seconds=0.75, max_rss=3000),
    3: Result(Outcome.SUCCEEDED),
    50: Result(Outcome.FAILED, reason="ValueError: no", error="Traceback …", exit_code=1),
}
"""By how many seconds the run took."""


@pytest.fixture
def filled(state: Path) -> Path:
    """Runs of the task `a` with the ends above, one of `b` that goes on, and `c` that never ran."""
    with open_store(state) as store:
        for number, (seconds, result) in enumerate(ENDS.items()):
            with store.transaction() as ledger:
                run_id = ledger.start(slot_start("a", 100 * number), host="here")
                ledger.end(run_id, result, at(100 * number + seconds))
        with store.transaction() as ledger:
            ledger.start(slot_start("b", 0), host="here")
            ledger.name_procedures([("a", "procedure_of_a"), ("b", "see"), ("c", "see")])
    return state


def rows(state: Path, sql: str) -> list[dict[str, Any]]:
    with closing(sqlite3.connect(state)) as connection:
        connection.row_factory = sqlite3.Row
        return [dict(row) for row in connection.execute(sql)]


def test_the_last_run_of_every_task(filled: Path) -> None:
    found = {row["task"]: row for row in rows(filled, "SELECT * FROM v_last_run")}
    assert {name: (row["seconds"], row["outcome"]) for name, row in found.items()} == {
        "a": (50.0, "failed"),
        "b": (None, None),
        "c": (None, None),
    }
    assert (found["b"]["run_id"], found["c"]["run_id"]) == (5, None)
    assert (found["a"]["procedure"], found["a"]["reason"]) == ("procedure_of_a", "ValueError: no")


def test_failures_come_with_their_traceback(filled: Path) -> None:
    (row,) = rows(filled, "SELECT * FROM v_failures")
    assert (row["task"], row["outcome"], row["error"], row["seconds"]) == ("a", "failed", "Traceback …", 50.0)


def test_durations_are_those_of_good_runs(filled: Path) -> None:
    assert rows(filled, "SELECT * FROM v_durations") == [
        {
            "task": "a",
            "runs": 3,
            "shortest": 1.0,
            "median": 2.0,
            "p95": 3.0,
            "longest": 3.0,
            "mean_cpu_seconds": 0.5,
            "largest_rss": 3000,
        }
    ]


def test_the_last_runs_of_a_long_history_are_found_by_index(filled: Path) -> None:
    plan = " ".join(row["detail"] for row in rows(filled, "EXPLAIN QUERY PLAN SELECT * FROM v_last_run"))
    assert "SCAN runs" not in plan and "SCAN newest" not in plan and "runs_task" in plan


def test_every_column_is_documented(filled: Path) -> None:
    page = PAGE.read_text()
    for view in ("v_last_run", "v_failures", "v_durations"):
        section = re.split(r"^## ", page, flags=re.M)
        (text,) = [part for part in section if part.startswith(f"`{view}`")]
        columns = [row["name"] for row in rows(filled, f"PRAGMA table_info({view})")]
        assert [column for column in columns if f"`{column}`" not in text] == []


DATASETTE_ASKED = """
import asyncio, json, pathlib, sys
from datasette.app import Datasette
from datasette.utils import parse_metadata

async def answers(state, metadata, *paths):
    served = Datasette([state], metadata=parse_metadata(pathlib.Path(metadata).read_text()))
    await served.invoke_startup()
    return [(await served.client.get(path)).json() for path in paths]

print(json.dumps(asyncio.run(answers(*sys.argv[1:]))))
"""


def datasette(state: Path, *paths: str) -> list[Any]:
    """What a Datasette with the sample metadata answers, in JSON."""
    command = [sys.executable, "-c", DATASETTE_ASKED, str(state), str(DATASETTE), *paths]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    found: list[Any] = json.loads(done.stdout)
    return found


def test_datasette_opens_it_with_the_samples_titles_and_queries(filled: Path) -> None:
    queries = ["failures_today", "in_trouble", "log_of_run", "slowest_tasks", "why_skipped"]
    pages = [f"/linodctl/{query}.json?_shape=objects&run_id=1" for query in queries]
    database, metadata, *answers = datasette(filled, "/linodctl.json", "/-/metadata.json", *pages)
    assert sorted(query["name"] for query in database["queries"]) == queries
    assert {"v_last_run", "v_failures", "v_durations"} <= {view["name"] for view in database["views"]}
    assert metadata["databases"]["linodctl"]["title"] == "linodctl"
    for query, answer in zip(queries, answers, strict=True):
        assert answer.get("ok", "rows" in answer), f"{query}: {answer}"
