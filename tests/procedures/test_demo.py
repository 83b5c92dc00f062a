"""The procedures of the sample config: each does what the sample says of it."""

from __future__ import annotations

import re
import socket
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from linodctl.procedures import backup_sqlite, delete_old_files, demo, http_get
from linodctl.procedures.errors import ProcedureError


class Serving:
    """`serve_pages` in a thread, awaited by the line in which it says where it serves."""

    def __init__(self, ar) -> None:
        self.ar, self.says, self.url = ar, threading.Event(), ""
        info = ar.info
        ar.info = lambda text: (info(text), self._heard(text))
        self.thread = threading.Thread(target=demo.serve_pages, args=(ar, 0), kwargs={"text": "hi"})

    def _heard(self, text: str) -> None:
        found = re.search(r"http://\S+", text)
        if found:
            self.url = found[0]
            self.says.set()

    def __enter__(self) -> Serving:
        self.thread.start()
        assert self.says.wait(10)
        return self

    def __exit__(self, *error: object) -> None:
        self.ar.cancelled.set()
        self.thread.join(timeout=5)


def test_pages_are_served_until_asked_to_stop(ar) -> None:
    with Serving(ar) as serving:
        assert http_get(ar, serving.url, expect_text="hi").startswith("200, 2 bytes")
    assert not serving.thread.is_alive()
    assert ar.said[-1] == "INFO asked to stop: no longer serving"


def test_a_port_that_is_taken_says_so(ar) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        with pytest.raises(ProcedureError, match=rf"Port {port} of 127\.0\.0\.1 can't be served: .*in use"):
            demo.serve_pages(ar, port)
    with pytest.raises(ProcedureError, match="Port 70000"):
        demo.serve_pages(ar, 70000)


def test_sample_data_grows_and_suits_the_other_procedures(ar, tmp_path: Path) -> None:
    folder = str(tmp_path / "data")
    assert demo.make_sample_data(ar, folder, rows=10) == 10
    assert demo.make_sample_data(ar, folder, rows=10) == 20
    assert ar.memory == {"calls": 2}
    assert len(list((tmp_path / "data" / "logs").iterdir())) == 6
    assert delete_old_files(ar, f"{folder}/logs", older_than="15d").files == 4
    copy = backup_sqlite(ar, f"{folder}/shop.db", f"{folder}/copy-%Y.db")
    with closing(sqlite3.connect(copy)) as db:
        placed = db.execute("SELECT placed FROM orders").fetchone()[0]
    assert datetime.fromisoformat(placed) == datetime(2026, 3, 10, 12, tzinfo=UTC)


def test_counting_tells_its_progress(ar) -> None:
    assert demo.count_to(ar, 3, pause=0) == 3
    assert ar.steps == [(1, 3, "counting: 1"), (2, 3, "counting: 2"), (3, 3, "counting: 3")]


def test_counting_stops_when_asked(ar) -> None:
    ar.cancelled.set()
    assert demo.count_to(ar, 1000, pause=60) == 1


def test_failing_and_warning(ar) -> None:
    with pytest.raises(ValueError, match="on purpose"):
        demo.fail_on_purpose(ar)
    with pytest.raises(Warning, match="odd"):
        demo.warn(ar)
