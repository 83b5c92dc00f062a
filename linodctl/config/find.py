"""Which files the configuration is in: what was asked for, or the first of the usual places."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

from linodctl.config.problems import ConfigError, shown_path

NAME = "linodctl.yaml"


def find_config(explicit: Sequence[str], environ: Mapping[str, str]) -> list[Path]:
    """The files, absolute and in the order in which they are merged; raises ConfigError when there are none.

    `explicit` (what `-c` named) wins, then `$LINODCTL_CONFIG`, then `./linodctl.yaml`,
    `~/.config/linodctl/linodctl.yaml` and `/etc/linodctl/linodctl.yaml`. A folder means its `*.yaml` in name order.
    """
    asked = asked_for(explicit, environ)
    if asked:
        return [file for path in asked for file in _files_of(Path(path).absolute())]
    places = _usual_places(environ)
    for place in places:
        if place.is_file():
            return [place]
    looked = ", ".join(shown_path(str(place)) for place in places)
    raise ConfigError(f"no configuration found (looked for {looked}): name one with -c, or make one with linodctl init")


def asked_for(explicit: Sequence[str], environ: Mapping[str, str]) -> list[str]:
    """What somebody named; nothing, if the usual places are to be looked through."""
    return list(explicit) or [path for path in [environ.get("LINODCTL_CONFIG")] if path]


def _usual_places(environ: Mapping[str, str]) -> list[Path]:
    home = environ.get("HOME")
    personal = [Path(home) / ".config" / "linodctl" / NAME] if home else []
    return [Path(NAME).absolute(), *personal, Path("/etc/linodctl") / NAME]


def _files_of(path: Path) -> list[Path]:
    shown = shown_path(str(path))
    try:
        if not path.is_dir():
            path.stat()
            return [path]
        files = sorted(path.glob("*.yaml"))
    except FileNotFoundError:
        raise ConfigError(f"{shown}: no such file or folder (named by -c or $LINODCTL_CONFIG)") from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"{shown}: can't be read: {getattr(error, 'strerror', None) or error}") from None
    if not files:
        raise ConfigError(f"{shown}: the folder holds no *.yaml file")
    return files
