"""The site as a whole, asked from outside."""

from __future__ import annotations

from linodctl.operations import status
from linodctl.runner import changes, comeback


def test_the_notes_that_status_reads_are_those_that_the_runner_writes() -> None:
    assert status.CONFIG_ERROR == changes.CONFIG_ERROR
    assert status.RUNNING_CONFIG == changes.RUNNING_CONFIG
    assert status.RECOVERY == comeback.RECOVERY
