"""Which open files a run finds: none of the runner's, and hardly any of the zygote's."""

from __future__ import annotations

import re
import sys
from pathlib import Path

import pytest
from execution_bench import Bench

from linodctl.store.lock import SiteLock
from linodctl.testing import START

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")

STANDARD = {"0": "/dev/null", "1": "pipe", "2": "pipe"}


def test_nothing_of_the_runner_is_open_in_its_children(bench: Bench, tmp_path: Path) -> None:
    with SiteLock(tmp_path / "state.db", since=START, version="test"), (tmp_path / "some file").open("w"):
        run_id = bench.start("oddities.open_files")
        bench.end(run_id)
        kinds = {
            line.split()[0]: dict(re.findall(r"(\d+)=(pipe|socket|/dev/null|\S+)", line))
            for line in bench.texts(run_id)
            if "=" in line
        }
    # A second way to the output for stacks, the channel, the reports: out of reach of who closes and opens files.
    assert kinds["worker"] == {**STANDARD, "240": "pipe", "241": "pipe", "242": "pipe"}
    assert kinds["forked"] == kinds["worker"]
    # The control socket, the list of its children, and a pair that wakes it.
    own = [kind for fd, kind in kinds["zygote"].items() if fd not in STANDARD]
    assert sorted(kind.rpartition("/")[2] for kind in own) == ["children", *["socket"] * 3]


def test_a_program_inherits_the_standard_three_only(bench: Bench) -> None:
    run_id = bench.start("oddities.open_files")
    bench.end(run_id)
    listed = [line.split()[-3:] for line in bench.texts(run_id) if "->" in line]
    assert [fd for fd, _, file in listed if not file.startswith("/proc/")] == ["0", "1", "2"]
