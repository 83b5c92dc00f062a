"""What an idle runner costs: how often it wakes, its CPU time and its memory, with 100 hourly tasks. Linux only.

    python benchmarks/idle.py [--seconds 60]

Counts voluntary context switches of runner and zygote: a process that sleeps and is woken makes one.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

TASKS = 100


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=int, default=60)
    seconds = parser.parse_args().seconds
    with tempfile.TemporaryDirectory() as folder:
        site = Path(folder) / "linodctl.yaml"
        far_away = (time.localtime().tm_min + 30) % 60  # no task comes due while we count
        lines = [f"  job{number:03}: {{func: json.dumps, every: hour at :{far_away:02}}}" for number in range(TASKS)]
        site.write_text("\n".join(["procedures:", *lines, ""]))
        runner = subprocess.Popen([sys.executable, "-m", "linodctl", "run", "-q", "-c", str(site)])
        try:
            time.sleep(10)  # until everything that a start takes is over
            family = [runner.pid, *_children(runner.pid)]
            before = [_cost(pid) for pid in family]
            time.sleep(seconds)
            after = [_cost(pid) for pid in family]
            memory = sum(_pss(pid) for pid in family)
        finally:
            runner.terminate()
            runner.wait()
    for name, old, new in zip(("runner", "zygote"), before, after, strict=False):
        wakes = (new[0] - old[0]) * 60 / seconds
        print(f"{name}: {wakes:.1f} wake-ups a minute, {(new[1] - old[1]) * 60 / seconds:.3f} s of CPU a minute")
    print(f"both: {memory / 1024:.0f} MiB (PSS)")


def _children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def _cost(pid: int) -> tuple[int, float]:
    """Voluntary context switches and seconds of CPU so far."""
    status = Path(f"/proc/{pid}/status").read_text()
    switches = int(status.partition("\nvoluntary_ctxt_switches:")[2].split()[0])
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return switches, (int(fields[11]) + int(fields[12])) / 100


def _pss(pid: int) -> int:
    return int(Path(f"/proc/{pid}/smaps_rollup").read_text().partition("Pss:")[2].split()[0])


if __name__ == "__main__":
    main()
