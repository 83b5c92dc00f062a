"""What an idle runner costs: the benchmark's own count of its wake-ups."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest


@pytest.mark.soak
def test_a_runner_with_a_hundred_hourly_tasks_wakes_at_most_twelve_times_a_minute(tmp_path: Path) -> None:
    found = tmp_path / "found.json"
    command = [sys.executable, "-m", "benchmarks", "--only", "idle", "linodctl", "--rounds", "1", "--json", str(found)]
    subprocess.run(command, cwd=Path(__file__).parents[2], check=True)
    measured = json.loads(found.read_text())["figures"]["idle"]["contenders"]["linodctl"]
    assert measured["wakes"]["median"] <= 12, "runner and zygote together"
