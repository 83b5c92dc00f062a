"""What an idle runner costs: the benchmark's own count of its wake-ups."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.soak
def test_a_runner_with_a_hundred_hourly_tasks_wakes_at_most_six_times_a_minute() -> None:
    benchmark = Path(__file__).parents[2] / "benchmarks" / "idle.py"
    done = subprocess.run([sys.executable, str(benchmark)], capture_output=True, text=True, check=True)
    counted = {name: float(number) for name, number in re.findall(r"(\w+): ([\d.]+) wake-ups", done.stdout)}
    assert counted["runner"] <= 6 and counted["zygote"] <= 6, done.stdout
