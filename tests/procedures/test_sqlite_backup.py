"""`backup_sqlite` on real databases: copies, checks, old copies, and everything that can be wrong."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from linodctl.procedures import backup_sqlite
from linodctl.procedures.errors import BackupFailed, ProcedureError

DATED = "shop-%Y%m%d-%H%M%S.db"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    path = tmp_path / "shop.db"
    with closing(sqlite3.connect(path)) as db, db:
        db.execute("PRAGMA journal_mode=WAL")
        db.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY, note TEXT)")
        db.executemany("INSERT INTO orders (note) VALUES (?)", [("x" * 3000,)] * 3000)
    return path


def rows(path: Path | str) -> int:
    with closing(sqlite3.connect(path)) as db:
        return db.execute("SELECT count(*) FROM orders").fetchone()[0]


def names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_copy_is_whole_checked_and_alone(ar, shop: Path, tmp_path: Path) -> None:
    target = tmp_path / "made" / "for" / "it" / DATED
    assert backup_sqlite(ar, str(shop), str(target)) == str(target.with_name("shop-20260310-120000.db"))
    assert names(target.parent) == ["shop-20260310-120000.db"]
    assert rows(target.parent / "shop-20260310-120000.db") == 3000
    done, total, _ = ar.steps[-1]
    assert done == total > 1000
    assert len(ar.steps) > 1
    assert "integrity ok" in ar.log


def test_the_name_is_told_in_the_given_zone(ar, shop: Path, tmp_path: Path) -> None:
    ar.scheduled_for = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)
    copy = backup_sqlite(ar, str(shop), f"{tmp_path}/%Y-%m-%d%z.db", timezone="Europe/Tallinn")
    assert copy == f"{tmp_path}/2026-03-11+0200.db"


def test_a_target_without_fields_is_replaced(ar, shop: Path, tmp_path: Path) -> None:
    copy = tmp_path / "copy.db"
    copy.write_text("older")
    backup_sqlite(ar, str(shop), str(copy), keep=1)
    assert rows(copy) == 3000


def test_the_copy_may_be_read_by_those_who_may_read_the_original(ar, shop: Path, tmp_path: Path) -> None:
    shop.chmod(0o640)
    copy = Path(backup_sqlite(ar, str(shop), f"{tmp_path}/copy.db"))
    assert copy.stat().st_mode & 0o777 == 0o640


def test_the_youngest_copies_stay_and_nothing_else_is_touched(ar, shop: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    for day in range(1, 6):
        old = folder / f"shop-2026030{day}-120000.db"
        old.write_text("old")
        os.utime(old, (day, day))
    for other in ("shop-golden-copy.db", "shop-20260301-120000.db.txt", "xshop-20260301-120000.db"):
        (folder / other).write_text("mine")
        os.utime(folder / other, (0, 0))
    (folder / "shop-20260302-000000.db").symlink_to(shop)
    backup_sqlite(ar, str(shop), f"{folder}/{DATED}", keep=3)
    assert names(folder) == [
        "shop-20260301-120000.db.txt",
        "shop-20260302-000000.db",
        "shop-20260304-120000.db",
        "shop-20260305-120000.db",
        "shop-20260310-120000.db",
        "shop-golden-copy.db",
        "xshop-20260301-120000.db",
    ]


def test_the_copy_just_made_stays_even_if_others_seem_younger(ar, shop: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    for year in (2031, 2032):
        path = folder / f"{year}.db"
        path.write_text("from the future")
        os.utime(path, (2e9, 2e9 + year))
    backup_sqlite(ar, str(shop), f"{folder}/%Y.db", keep=1)
    assert names(folder) == ["2026.db"]


def test_fields_in_folders_count_too_and_other_signs_mean_themselves(ar, shop: Path, tmp_path: Path) -> None:
    target = f"{tmp_path}/[a]/%Y/100%%/%b.db"
    for month in range(1, 5):
        ar.scheduled_for = datetime(2026, month, 1, tzinfo=UTC)
        backup_sqlite(ar, str(shop), target, keep=2)
    assert names(tmp_path / "[a]" / "2026" / "100%") == ["Apr.db", "Mar.db"]


def test_relative_paths_with_dots_are_found_again(ar, shop: Path, tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    for hour in range(3):
        ar.scheduled_for += timedelta(hours=hour)
        backup_sqlite(ar, "shop.db", f".//copies/./{DATED}", keep=1)
    assert len(names(tmp_path / "copies")) == 1


def test_what_a_killed_run_left_behind_goes(ar, shop: Path, tmp_path: Path) -> None:
    folder = tmp_path / "copies"
    folder.mkdir()
    dead, alive, same = (
        folder / f"{name}.db.partial"
        for name in ("shop-20260301-120000", "shop-20260310-115900", "shop-20260310-120000")
    )
    for path, age in ((dead, timedelta(days=2)), (alive, timedelta(minutes=1)), (same, timedelta(0))):
        path.write_text("half")
        path.with_name(path.name + "-wal").write_text("half")
        when = (ar.scheduled_for - age).timestamp()
        os.utime(path, (when, when))
    backup_sqlite(ar, str(shop), f"{folder}/{DATED}")
    assert names(folder) == [alive.name, f"{alive.name}-wal", "shop-20260310-120000.db"]


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_writers_meanwhile_neither_get_into_the_copy_nor_start_it_over(
    ar, shop: Path, tmp_path: Path, mode: str
) -> None:
    writer = sqlite3.connect(shop, timeout=0)
    writer.execute(f"PRAGMA journal_mode={mode}")
    written = []

    def write(done: float, total: float | None, text: str = "") -> None:
        ar.steps.append((done, total, text))
        try:
            with writer:
                writer.execute("INSERT INTO orders (note) VALUES ('meanwhile')")
            written.append(done)
        except sqlite3.OperationalError:  # under DELETE a reader keeps writers waiting
            pass

    ar.progress = write
    copy = backup_sqlite(ar, str(shop), f"{tmp_path}/copy.db")
    writer.close()
    assert rows(copy) == 3000
    assert bool(written) == (mode == "WAL")
    assert [done for done, _, _ in ar.steps] == sorted({done for done, _, _ in ar.steps})


def test_a_missing_source_stays_missing(ar, tmp_path: Path) -> None:
    with pytest.raises(BackupFailed, match=r"There is no database .*none\.db"):
        backup_sqlite(ar, str(tmp_path / "none.db"), f"{tmp_path}/copies/x.db")
    assert names(tmp_path) == []


def test_a_file_that_is_no_database(ar, tmp_path: Path) -> None:
    (tmp_path / "text.db").write_text("This is no database, but long enough to have a header. " * 100)
    (tmp_path / "copy.db").write_text("older")
    with pytest.raises(BackupFailed, match="file is not a database"):
        backup_sqlite(ar, f"{tmp_path}/text.db", f"{tmp_path}/copy.db")
    assert names(tmp_path) == ["copy.db", "text.db"]
    assert (tmp_path / "copy.db").read_text() == "older"


def test_a_damaged_database_is_found_out_and_old_copies_stay(ar, shop: Path, tmp_path: Path) -> None:
    with closing(sqlite3.connect(shop)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(shop.read_bytes())
    for page in range(10, 40):
        content[page * 4096 : page * 4096 + 64] = b"\xa5" * 64
    shop.write_bytes(content)
    copies = tmp_path / "copies"
    copies.mkdir()
    for day in range(1, 4):
        (copies / f"shop-2026030{day}-120000.db").write_text("old")
    with pytest.raises(BackupFailed, match="not sound"):
        backup_sqlite(ar, str(shop), f"{copies}/{DATED}", keep=1)
    assert names(copies) == [f"shop-2026030{day}-120000.db" for day in range(1, 4)]


def test_asked_to_stop_leaves_nothing_half(ar, shop: Path, tmp_path: Path) -> None:
    ar.cancelled.set()
    with pytest.raises(BackupFailed, match="Asked to stop"):
        backup_sqlite(ar, str(shop), f"{tmp_path}/copies/x.db")
    assert names(tmp_path / "copies") == []


@pytest.mark.parametrize(
    ("target", "options", "message"),
    [
        ("x-%Q.db", {}, "unknown field '%Q'"),
        ("x-%", {}, "unknown field '%'"),
        ("x.db", {"keep": 0}, "keep must be at least 1"),
        ("x.db", {"timezone": "Europe/Talinn"}, "no time zone 'Europe/Talinn'"),
        ("x.db", {"timezone": "../etc"}, r"no time zone '\.\./etc'"),
        (".", {}, "is a folder, no place for a copy"),
        ("shop.db", {}, "is the database itself"),
        ("shop.db/x.db", {}, "could not be copied"),
    ],
)
def test_what_cannot_be_meant_is_refused(
    ar, shop: Path, tmp_path: Path, target: str, options: dict, message: str
) -> None:
    before = shop.read_bytes()
    with pytest.raises(ProcedureError, match=message):
        backup_sqlite(ar, str(shop), f"{tmp_path}/{target}", **options)
    assert shop.read_bytes() == before
    assert names(tmp_path) == ["shop.db"]


def test_the_source_is_opened_for_reading_only(ar, shop: Path, tmp_path: Path, monkeypatch) -> None:
    opened = []
    connect = sqlite3.connect
    monkeypatch.setattr(sqlite3, "connect", lambda *args, **kw: opened.append(str(args[0])) or connect(*args, **kw))
    backup_sqlite(ar, str(shop), f"{tmp_path}/copy.db")
    assert [path for path in opened if "shop.db" in path] == [f"file://{shop}?mode=ro"]


def test_two_readers_at_once(ar, shop: Path, tmp_path: Path) -> None:
    """Somebody's long read does not keep the copy from being made."""
    with closing(sqlite3.connect(shop, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM orders").fetchone()
        worker = threading.Thread(target=backup_sqlite, args=(ar, str(shop), f"{tmp_path}/copy.db"))
        worker.start()
        worker.join(timeout=20)
    assert rows(tmp_path / "copy.db") == 3000
