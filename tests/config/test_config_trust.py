"""Who else can change what is read and run: files, folders, links, owners, groups."""

from __future__ import annotations

import grp
import os
import pwd
import tempfile
from collections.abc import Collection, Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

from linodctl.config.trust import doubts_about, trusted_by

ME = os.geteuid()
STRANGER = 54321
as_root = pytest.mark.skipif(ME != 0, reason="only root can give files away")


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that everybody can enter, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder).resolve()
        made.chmod(0o755)
        yield made


def make(place: Path, name: str, mode: int, owner: int = -1) -> Path:
    path = place / name
    path.parent.mkdir(exist_ok=True)
    if name.endswith("/"):
        path.mkdir(exist_ok=True)
    else:
        path.touch()
    path.chmod(mode)
    os.chown(path, owner, -1)
    return path


def told(*paths: Path, trusted: Collection[int] = ()) -> list[tuple[str, str, str]]:
    return [(doubt.path.name, doubt.who, doubt.mend.split()[0]) for doubt in doubts_about(paths, ME, trusted)]


def test_a_file_of_ones_own(place: Path) -> None:
    assert told(make(place, "a", 0o644), make(place, "code/", 0o755), place / "missing/x") == []


@pytest.mark.parametrize("mode", [0o666, 0o646, 0o777])
def test_a_file_that_everybody_can_write(place: Path, mode: int) -> None:
    assert told(make(place, "a", mode)) == [("a", "everybody", "chmod")]


def test_the_command_that_mends_it_mends_it(place: Path) -> None:
    file = make(place, "a file; rm", 0o666)
    (doubt,) = doubts_about([file], ME)
    assert os.system(doubt.mend) == 0
    assert doubts_about([file], ME) == []


def test_a_folder_above(place: Path) -> None:
    make(place, "open/", 0o777)
    assert told(make(place, "open/a", 0o644)) == [("open", "everybody", "chmod")]


def test_a_sticky_folder_may_stand_above_but_holds_no_code(place: Path) -> None:
    sticky = make(place, "sticky/", 0o1777)
    assert told(make(place, "sticky/a", 0o644)) == []
    assert told(sticky / "a", sticky) == [("sticky", "everybody", "chmod")]


def test_below_a_folder_that_nobody_else_enters_everything_goes(place: Path) -> None:
    make(place, "shut/", 0o700)
    assert told(make(place, "shut/open/", 0o777), make(place, "shut/a", 0o666)) == []


def test_a_link_out_of_a_shut_folder(place: Path) -> None:
    shut, outside = make(place, "shut/", 0o700), make(place, "outside", 0o666)
    (shut / "link").symlink_to(outside)
    (shut / "near").symlink_to("../outside")
    assert told(shut / "link") == [("outside", "everybody", "chmod")]
    assert told(shut / "near") == [("outside", "everybody", "chmod")]


def test_a_link_and_its_target_are_both_looked_at(place: Path) -> None:
    make(place, "open/", 0o777)
    make(place, "good/", 0o755)
    (place / "open/link").symlink_to("../good/a")
    (place / "second").symlink_to("open/link")
    make(place, "good/a", 0o644)
    assert told(place / "second") == [("open", "everybody", "chmod")]


def test_links_in_a_circle_end(place: Path) -> None:
    (place / "a").symlink_to("b")
    (place / "b").symlink_to("a")
    assert told(place / "a") == []


def test_a_relative_path_with_dots(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(place, "sub/", 0o755)
    make(place, "a", 0o666)
    monkeypatch.chdir(place / "sub")
    assert told(Path("../../../../../../../../../../..") / str(place / "a")[1:]) == [("a", "everybody", "chmod")]
    assert told(Path("../a")) == [("a", "everybody", "chmod")]


@as_root
def test_owners(place: Path) -> None:
    theirs = make(place, "theirs", 0o644, STRANGER)
    assert told(theirs) == [("theirs", f"user {STRANGER}", "chown")]
    assert told(theirs, trusted={STRANGER}) == []
    assert [doubt.who for doubt in doubts_about([theirs], STRANGER)] == []
    assert told(make(place, "home/", 0o755, STRANGER) / "..", make(place, "home/a", 0o644)) == [
        ("home", f"user {STRANGER}", "chown")
    ]


@as_root
def test_a_link_of_somebody_else_in_a_sticky_folder(place: Path) -> None:
    make(place, "sticky/", 0o1777)
    (place / "sticky/link").symlink_to(make(place, "a", 0o644))
    os.chown(place / "sticky/link", STRANGER, -1, follow_symlinks=False)
    assert told(place / "sticky/link") == [("link", f"user {STRANGER}", "chown")]


def groups(monkeypatch: pytest.MonkeyPatch, name: str, members: list[str], primary: bool = True) -> None:
    gid = os.getegid()
    user = SimpleNamespace(pw_name="ann", pw_gid=gid if primary else gid + 1)
    monkeypatch.setattr(pwd, "getpwuid", lambda uid: user)
    monkeypatch.setattr(grp, "getgrgid", lambda gid: SimpleNamespace(gr_name=name, gr_mem=members))


@pytest.mark.parametrize(
    ("name", "members", "primary", "trusted"),
    [
        ("ann", [], True, True),
        ("ann", ["ann"], True, True),
        ("ann", ["bob"], True, False),
        ("staff", [], True, False),
        ("ann", [], False, False),
    ],
)
def test_a_group_of_ones_own_counts_as_oneself(
    place: Path, monkeypatch: pytest.MonkeyPatch, name: str, members: list[str], primary: bool, trusted: bool
) -> None:
    file = make(place, "a", 0o664)
    os.chown(file, -1, os.getegid())
    groups(monkeypatch, name, members, primary)
    assert told(file) == ([] if trusted else [("a", f"group {name}", "chmod")])


def test_whom_a_variable_trusts() -> None:
    assert trusted_by("") == set()
    assert trusted_by(" root, 1000,nobody-of-that-name ") == {0, 1000}
    assert trusted_by("any") is None
