from __future__ import annotations

from pathlib import Path

import pytest

from linodctl.config.machine import machine_zone


@pytest.mark.parametrize(
    ("tz", "timezone", "localtime", "zone"),
    [
        ("Asia/Tokyo", "Europe/Tallinn\n", "/usr/share/zoneinfo/Europe/Paris", "Asia/Tokyo"),
        (":Asia/Tokyo", None, None, "Asia/Tokyo"),
        ("/usr/share/zoneinfo/Asia/Tokyo", None, None, "Asia/Tokyo"),
        ("EET-2EEST", "Europe/Tallinn\n", None, "Europe/Tallinn"),
        ("", None, "/usr/share/zoneinfo/Europe/Paris", "Europe/Paris"),
        ("", "rubbish/../..\n", "../usr/share/zoneinfo/Europe/Paris", "Europe/Paris"),
        ("", None, None, "UTC"),
    ],
)
def test_where_the_zone_is_found(
    tmp_path: Path, tz: str, timezone: str | None, localtime: str | None, zone: str
) -> None:
    if timezone is not None:
        (tmp_path / "timezone").write_text(timezone)
    if localtime is not None:
        (tmp_path / "localtime").symlink_to(localtime)
    assert machine_zone({"TZ": tz}, tmp_path) == zone
