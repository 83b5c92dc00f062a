"""`delete_old_files` on real files: what goes, what stays, and which folders are refused."""

from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path

import pytest

from linodctl.procedures import delete_old_files
from linodctl.procedures import old_files as the_file
from linodctl.procedures.errors import ProcedureError


@pytest.fixture
def logs(tmp_path: Path, ar) -> Path:
    """Files of 1, 10, 20, 40 and 60 days of age, ten bytes each."""
    folder = tmp_path / "logs"
    for days in (1, 10, 20, 40, 60):
        make(ar, folder / f"{days:02}.log", days)
    return folder


def make(ar, path: Path, days: float) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("ten bytes\n")
    when = (ar.scheduled_for - timedelta(days=days)).timestamp()
    os.utime(path, (when, when))
    return path


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if not path.is_dir())


def test_old_ones_go_and_are_counted(ar, logs: Path) -> None:
    assert delete_old_files(ar, str(logs)) == (2, 20)
    assert names(logs) == ["01.log", "10.log", "20.log"]
    assert ar.said[-1] == "INFO deleted 2 of 5 files, 20 bytes"
    assert ar.steps[-1] == (2, 2, "files")


def test_age_is_counted_from_the_instant_the_run_is_for(ar, logs: Path) -> None:
    ar.scheduled_for -= timedelta(days=25)
    delete_old_files(ar, str(logs))
    assert names(logs) == ["01.log", "10.log", "20.log", "40.log"]


def test_a_file_of_exactly_the_limit_stays(ar, logs: Path) -> None:
    delete_old_files(ar, str(logs), older_than="40d")
    assert "40.log" in names(logs)
    delete_old_files(ar, str(logs), older_than="39d 23h")
    assert "40.log" not in names(logs)


def test_a_dry_run_names_what_it_would_delete(ar, logs: Path) -> None:
    assert delete_old_files(ar, str(logs), dry_run=True) == (2, 20)
    assert len(names(logs)) == 5
    assert f"INFO would delete {logs / '40.log'} (10 bytes)" in ar.said
    assert ar.said[-1] == "INFO would delete 2 of 5 files, 20 bytes"


def test_the_youngest_that_fit_are_kept(ar, logs: Path) -> None:
    make(ar, logs / "young.txt", 0)
    delete_old_files(ar, str(logs), pattern="*.log", older_than="1h", min_keep=2)
    assert names(logs) == ["01.log", "10.log", "young.txt"]


def test_the_pattern_decides_by_name_and_case(ar, logs: Path) -> None:
    make(ar, logs / "OLD.LOG", 90)
    make(ar, logs / ".hidden.log", 90)
    delete_old_files(ar, str(logs), pattern="*.log")
    assert names(logs) == ["01.log", "10.log", "20.log", "OLD.LOG"]


def test_subfolders_only_if_wanted_and_folders_stay(ar, logs: Path) -> None:
    make(ar, logs / "a" / "b" / "deep.log", 90)
    delete_old_files(ar, str(logs))
    assert "a/b/deep.log" in names(logs)
    delete_old_files(ar, str(logs), recursive=True)
    assert "a/b/deep.log" not in names(logs)
    assert (logs / "a" / "b").is_dir()


def test_links_are_neither_followed_nor_deleted(ar, logs: Path, tmp_path: Path) -> None:
    precious = make(ar, tmp_path / "elsewhere" / "precious.log", 90)
    (logs / "folder").symlink_to(precious.parent)
    (logs / "file.log").symlink_to(precious)
    (logs / "nowhere.log").symlink_to(tmp_path / "gone")
    for link in ("file.log", "nowhere.log"):
        os.utime(logs / link, (0, 0), follow_symlinks=False)
    delete_old_files(ar, str(logs), recursive=True)
    assert precious.exists()
    assert {"file.log", "nowhere.log"} <= set(names(logs))
    assert (logs / "folder").is_symlink()


def test_a_folder_may_itself_be_reached_by_a_link(ar, logs: Path, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(logs)
    assert delete_old_files(ar, str(tmp_path / "link")) == (2, 20)


def test_a_file_that_was_changed_since_it_was_listed_stays(ar, logs: Path, monkeypatch) -> None:
    delete = the_file._delete

    def touch_first(ar, files, old):
        os.utime(logs / "40.log")
        return delete(ar, files, old)

    monkeypatch.setattr(the_file, "_delete", touch_first)
    assert delete_old_files(ar, str(logs)) == (1, 10)
    assert "40.log" in names(logs)


def test_a_folder_swapped_for_a_link_leads_nowhere(ar, logs: Path, tmp_path: Path, monkeypatch) -> None:
    make(ar, logs / "sub" / "40.log", 90)
    precious = make(ar, tmp_path / "elsewhere" / "40.log", 90)
    delete = the_file._delete

    def swap_first(ar, files, old):
        (logs / "sub").rename(tmp_path / "moved")
        (logs / "sub").symlink_to(precious.parent)
        return delete(ar, files, old)

    monkeypatch.setattr(the_file, "_delete", swap_first)
    delete_old_files(ar, str(logs), recursive=True)
    assert precious.exists()


def test_what_can_not_be_deleted_fails_the_run_after_the_others_are_gone(ar, logs: Path, monkeypatch) -> None:
    unlink = os.unlink

    def refuse(name, **kw):
        if name == "40.log":
            raise PermissionError(13, "Permission denied")
        unlink(name, **kw)

    monkeypatch.setattr(os, "unlink", refuse)
    with pytest.raises(
        ProcedureError, match=r"1 of 2 files could not be deleted; the first: .*40.log: Permission denied\."
    ):
        delete_old_files(ar, str(logs))
    assert names(logs) == ["01.log", "10.log", "20.log", "40.log"]


def test_somebody_else_may_delete_the_same_files(ar, logs: Path, monkeypatch) -> None:
    def gone(name, **kw):
        raise FileNotFoundError(2, "No such file")

    monkeypatch.setattr(os, "unlink", gone)
    assert delete_old_files(ar, str(logs)) == (0, 0)


def test_asked_to_stop_it_deletes_no_more(ar, logs: Path) -> None:
    ar.cancelled.set()
    assert delete_old_files(ar, str(logs)) == (0, 0)
    assert len(names(logs)) == 5


@pytest.mark.parametrize("folder", ["", "  ", "/", "//", "/.", "/tmp/..", "~", "~/", "~/..", "/home", "/home/"])
def test_dangerous_folders_are_refused(ar, folder: str, monkeypatch) -> None:
    monkeypatch.setattr(os, "unlink", lambda *_, **__: pytest.fail("it deletes!"))
    with pytest.raises(ProcedureError, match=r"Refused|empty"):
        delete_old_files(ar, folder, older_than="9000d")


def test_a_link_to_a_dangerous_folder_is_refused(ar, tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("/")
    with pytest.raises(ProcedureError, match="Refused"):
        delete_old_files(ar, str(tmp_path / "link"), dry_run=True)


@pytest.mark.parametrize(
    ("folder", "options", "message"),
    [
        ("none", {}, "There is no folder"),
        ("logs/01.log", {}, "There is no folder"),
        ("logs", {"pattern": "sub/*.log"}, "must fit names"),
        ("logs", {"older_than": "30"}, "did you mean '30s'"),
        ("logs", {"older_than": "-1d"}, "must be a duration"),
    ],
)
def test_what_cannot_be_meant_is_refused(ar, logs: Path, folder: str, options: dict, message: str) -> None:
    with pytest.raises(Exception, match=message):
        delete_old_files(ar, str(logs.parent / folder), **options)
    assert len(names(logs)) == 5


def test_nobody_of_that_name(ar) -> None:
    with pytest.raises(ProcedureError, match="can't be found"):
        delete_old_files(ar, "~nobody-of-that-name/logs")
