"""A real site for tests of the program, with a home of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from sites import SiteFolder


class Site(SiteFolder):
    """A real site, and the program without a word about it."""

    def command(self, *args: str) -> list[str]:
        """The installed program with just these arguments."""
        return [str(Path(sys.executable).with_name("linodctl")), *args]

    def program(self, *args: str) -> subprocess.CompletedProcess[str]:
        """Run it in the site's folder."""
        return subprocess.run(
            self.command(*args), env=self.env, cwd=self.folder, capture_output=True, text=True, timeout=60
        )


def with_home_of_its_own(site: Site) -> Site:
    """Neither the config nor the cache of the person who runs the tests."""
    home = site.folder / "home"
    home.mkdir()
    site.env |= {"HOME": str(home), "COLUMNS": "200", "PYTHONWARNINGS": "error,ignore::ResourceWarning"}
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "LINODCTL_CONFIG", "LINODCTL_STATE", "NO_COLOR"):
        site.env.pop(name, None)
    return site
