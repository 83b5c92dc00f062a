"""`python -m tests.torture --minutes M --seed S`: tortures a site and prints the report. It exits with 1 if
anything is amiss."""

from __future__ import annotations

import argparse
import random
import sys
import tempfile
import time
from pathlib import Path

from .arena import Broken
from .ordeal import Ordeal


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.torture", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="how long to do mischief (default: 1)")
    parser.add_argument("--seed", type=int, default=None, help="does the same again (default: a random one)")
    parser.add_argument("--kills", type=int, default=None, help="stop after so many kills, however long it takes")
    parser.add_argument(
        "--keep", type=Path, default=None, metavar="FOLDER", help="a new folder for the site, to be kept"
    )
    options = parser.parse_args()
    seed = random.randrange(1_000_000) if options.seed is None else options.seed
    folder = options.keep or Path(tempfile.mkdtemp(prefix="linodctl-torture-"))
    print(f"seed {seed}; the site is in {folder}", flush=True)

    ordeal = Ordeal(folder, seed)
    end = time.monotonic() + options.minutes * 60
    enough = (
        (lambda _: time.monotonic() > end)
        if options.kills is None
        else (lambda mischief: sum(mischief.kills.values()) >= options.kills)
    )
    try:
        report = ordeal.undergo(enough)
    except Broken as error:
        print(f"GIVEN UP with seed {seed}: {error}")
        return 1
    print(report.text())
    if report.discrepancies:
        print(f"\nThe site is left in {folder}; python -m tests.torture --seed {seed} does the same mischief again.")
        return 1
    if options.keep is None:
        ordeal.arena.clear()
    return 0


if __name__ == "__main__":
    sys.exit(main())
