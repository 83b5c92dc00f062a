from __future__ import annotations

from pathlib import Path

import pytest

from linodctl.config import ConfigError, find_config


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def test_the_order_of_places(here: Path) -> None:
    personal = here / "home" / ".config" / "linodctl" / "linodctl.yaml"
    personal.parent.mkdir(parents=True)
    personal.touch()
    environ = {"HOME": str(here / "home")}
    assert find_config([], environ) == [personal]
    local = here / "linodctl.yaml"
    local.touch()
    assert find_config([], environ) == [local]
    named = here / "named.yaml"
    named.touch()
    assert find_config([], environ | {"LINODCTL_CONFIG": "named.yaml"}) == [named]
    assert find_config(["linodctl.yaml"], environ | {"LINODCTL_CONFIG": "named.yaml"}) == [local]
    assert find_config([], environ | {"LINODCTL_CONFIG": ""}) == [local]


def test_several_and_folders(here: Path) -> None:
    for name in ("b.yaml", "conf/2.yaml", "conf/1.yaml", "conf/readme.txt"):
        (here / name).parent.mkdir(exist_ok=True)
        (here / name).touch()
    assert find_config(["conf", "b.yaml"], {}) == [here / "conf/1.yaml", here / "conf/2.yaml", here / "b.yaml"]


@pytest.mark.parametrize(
    ("explicit", "message"),
    [
        (["nowhere.yaml"], "nowhere.yaml: no such file or folder"),
        (["empty"], "empty: the folder holds no *.yaml file"),
        ([], "no configuration found (looked for linodctl.yaml, home/.config/linodctl/linodctl.yaml, /etc/linodctl"),
        (["a\0b"], "can't be read"),
        (["x" * 300], "can't be read: File name too long"),
        (["file/x.yaml"], "can't be read: Not a directory"),
    ],
)
def test_none_is_one_clear_line(here: Path, explicit: list[str], message: str) -> None:
    (here / "empty").mkdir()
    (here / "file").touch()
    with pytest.raises(ConfigError) as caught:
        find_config(explicit, {"HOME": str(here / "home")})
    assert message in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1
    assert caught.value.exit_code == 2
