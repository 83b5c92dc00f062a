"""Whether a site may be run as it lies there: root runs nothing that others can change; anybody else is warned.

Otherwise whoever can write to a config, to the code or to the state file could run what they like as root.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from linodctl.config import ConfigError, Loaded, Problem

if TYPE_CHECKING:
    from linodctl.operations.site import Site

VARIABLE = "LINODCTL_TRUST"
"""Users, by name or number, whose files are as good as one's own, or `any`: for containers with mounted folders."""


def doubts(site: Site, loaded: Loaded) -> tuple[Problem, ...]:
    """What others can change of what `loaded` is read and run from: errors for root, warnings for anybody else."""
    from linodctl.config.problems import Severity, shown_path
    from linodctl.config.trust import doubts_about, trusted_by

    trusted = trusted_by(site.environ.get(VARIABLE, ""))
    if trusted is None:
        return ()
    uid = os.geteuid()
    found = doubts_about([*loaded.read_from, *_code(loaded), site.declaration.state_path(loaded.state)], uid, trusted)
    and_so = f"and so what {'you' if uid else 'root'} will run"
    severity: Severity = "warning" if uid else "error"
    hint = f"({VARIABLE} names whom else to trust)"
    problems = ((doubt.path, f"{doubt.who} can change this, {and_so}: '{doubt.mend}' {hint}") for doubt in found)
    return tuple(Problem(severity, shown_path(str(path)), 0, 0, "", message) for path, message in problems)


def insist(site: Site, loaded: Loaded) -> None:
    """ConfigError for root if anybody else can change what will be run."""
    found = doubts(site, loaded)
    if any(problem.severity == "error" for problem in found):
        raise ConfigError(found)


class CarefulLoader:
    """What a runner loads its config by: each time, also at a reload, it insists."""

    def __init__(self, site: Site) -> None:
        self._site = site

    def load(self, *, looked: bool = False) -> Loaded:
        self._site.look_for_files()
        loaded = self._site.declaration.load_lean(looked=looked)
        insist(self._site, loaded)
        return loaded


def _code(loaded: Loaded) -> Iterator[Path]:
    """The folders of the python path, and in them the modules that the config names."""
    paths = [loaded.setup or "", *loaded.preload, *loaded.discover, *(task.launch.func for task in loaded.tasks)]
    modules = dict.fromkeys(path.replace(":", ".").partition(".")[0] for path in paths)
    for folder in loaded.pythonpath:
        yield folder
        yield from (folder / name for module in modules if module for name in (f"{module}.py", module))
