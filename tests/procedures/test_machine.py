"""`sample_machine`: what it says, when it warns, and where the kernel says less."""

from __future__ import annotations

import re
from collections import namedtuple
from pathlib import Path

import pytest

from linodctl.procedures import machine, sample_machine

Usage = namedtuple("Usage", "total used free")


@pytest.fixture
def disk(monkeypatch) -> None:
    """Ninety of a hundred blocks that ordinary users may fill; twenty more are root's."""
    monkeypatch.setattr(machine.shutil, "disk_usage", lambda path: Usage(120, 90, 10))


def test_one_line_on_the_real_machine(ar) -> None:
    sample_machine(ar, warn_above=101)
    (line,) = ar.said
    assert re.fullmatch(r"INFO load \d+\.\d\d \d+\.\d\d \d+\.\d\d, disk \d+ %(, memory \d+ %)?", line)


def test_a_full_disk_is_warned_of(ar, disk: None, tmp_path: Path) -> None:
    with pytest.raises(Warning, match=rf"{tmp_path} is 90\.0 % full, more than 89\.5 %"):
        sample_machine(ar, str(tmp_path), warn_above=89.5)
    assert "disk 90 %" in ar.log


def test_a_disk_just_at_the_limit_is_not(ar, disk: None) -> None:
    sample_machine(ar, warn_above=90)


def test_memory_is_what_programs_can_not_get(ar, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setattr(machine, "MEMINFO", tmp_path / "meminfo")
    (tmp_path / "meminfo").write_text(
        "MemTotal:  1000 kB\nMemFree:  10 kB\nMemAvailable:  250 kB\nHugePages_Total: 0\n"
    )
    sample_machine(ar, warn_above=101)
    assert ar.log.endswith("memory 75 %")


@pytest.mark.parametrize("content", [None, "MemTotal: 1000 kB\n"])
def test_a_kernel_that_does_not_tell_is_no_trouble(ar, monkeypatch, tmp_path: Path, content: str | None) -> None:
    monkeypatch.setattr(machine, "MEMINFO", tmp_path / "meminfo")
    if content is not None:
        (tmp_path / "meminfo").write_text(content)
    sample_machine(ar, warn_above=101)
    assert "memory" not in ar.log
