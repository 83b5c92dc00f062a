"""How long `linodctl simulate` takes for a week of 100 tasks, half of them every minute: at most 30 s are promised.

    python benchmarks/simulate_week.py [--days 7] [--minutely 'every: 1 minute']

Prints the CPU time of the whole command, as the shell's `time` would, and its peak of memory.
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

PROMISED = 30.0
OTHERS = ("every: 1 hour", "every: 15 minutes", "every: day at 02:30", "cron: '0 6 * * mon'", "every: weekday at 09:00")


def config(minutely: str) -> str:
    """100 tasks: 50 as `minutely` says, the others from every quarter of an hour to once a week."""
    rules = [minutely] * 50 + [OTHERS[number % len(OTHERS)] for number in range(50)]
    tasks = [f"  t{number:03}: {{func: json.dumps, {rule}}}" for number, rule in enumerate(rules, 1)]
    return "\n".join(["timezone: Europe/Tallinn", "procedures:", *tasks, ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=7)
    parser.add_argument("--minutely", default="every: 1 minute")
    wanted = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "linodctl.yaml"
        site.write_text(config(wanted.minutely))
        span = ["--from", "2026-03-02T00:00", "--to", f"2026-03-{2 + wanted.days:02}T00:00"]
        command = [sys.executable, "-m", "linodctl", "simulate", "-c", str(site), *span, "-n", "10", "--json"]
        done = subprocess.run(command, check=True, capture_output=True, text=True)
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds, runs = used.ru_utime + used.ru_stime, json.loads(done.stdout)["totals"]["runs"]
    print(f"{runs:,} runs in {seconds:.1f} s of CPU time (promised for a week: {PROMISED:.0f} s)")
    print(f"{seconds / runs * 1e6:.1f} µs a run; {used.ru_maxrss / 1024:.0f} MiB at most")


if __name__ == "__main__":
    main()
