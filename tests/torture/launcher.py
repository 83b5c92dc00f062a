"""`linodctl run` as the torture test starts it: the real wiring with a clock that can be set, and with crash points."""

from __future__ import annotations

import sys

from linodctl.operations.site import Site
from linodctl.wiring import run_site

from . import crash_in_runner
from .clock import SteppedClock
from .journal import folder


def main() -> int:
    """Run the site in the folder that the environment names; the exit code of `linodctl run`."""
    crash_in_runner.install()
    return run_site(Site([str(folder() / "site.yaml")], clock=SteppedClock(folder() / "offset")))


if __name__ == "__main__":
    sys.exit(main())
