"""How long the commands take to start, in times of a bare `python -c pass`: medians, side by side in one run.

    python benchmarks/startup.py [--rounds 15]

`list` is measured with a config that was read before, and with one that is read for the first time.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TASKS = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=15)
    rounds = parser.parse_args().rounds
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "linodctl.yaml"
        lines = [f"  job{number:03}: {{func: json.dumps, every: 1 hour}}" for number in range(TASKS)]
        site.write_text("\n".join(["procedures:", *lines, ""]))
        program = str(Path(sys.executable).with_name("linodctl"))
        commands = {
            "python -c pass": [sys.executable, "-c", "pass"],
            "linodctl --version": [program, "--version"],
            "linodctl list": [program, "list", "-c", str(site)],
            "linodctl list, first time": [program, "list", "-c", str(site)],
        }
        taken: dict[str, list[float]] = {name: [] for name in commands}
        for _ in range(rounds):
            for name, command in commands.items():
                taken[name].append(_seconds(command, Path(folder) / "cache", fresh="first" in name))
    unit = statistics.median(taken["python -c pass"])
    for name, seconds in taken.items():
        median = statistics.median(seconds)
        print(f"{name:28} {median * 1000:7.1f} ms   {median / unit:5.1f} ×   (best {min(seconds) * 1000:.1f} ms)")


def _seconds(command: list[str], cache: Path, *, fresh: bool) -> float:
    place = cache / "empty" / str(time.perf_counter_ns()) if fresh else cache
    env = {**os.environ, "XDG_CACHE_HOME": str(place)}
    begin = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, env=env)
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
