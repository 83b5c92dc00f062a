"""The site as a whole, asked from outside."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from linodctl.errors import StateError
from linodctl.operations import status
from linodctl.operations.site import Site
from linodctl.runner import changes, comeback
from linodctl.store.lock import SiteLock


def test_the_notes_that_status_reads_are_those_that_the_runner_writes() -> None:
    assert status.CONFIG_ERROR == changes.CONFIG_ERROR
    assert status.RUNNING_CONFIG == changes.RUNNING_CONFIG
    assert status.RECOVERY == comeback.RECOVERY


def test_a_wish_makes_no_state_file_where_a_runner_has_lost_its_own(make_site: Callable[[str], Site]) -> None:
    site = make_site("procedures: {fine: {func: jobs.fine, every: never}}\n")
    with SiteLock(site.state), pytest.raises(StateError, match="is gone under its runner"), site.writing():
        raise AssertionError("it was made")
    assert not site.state.exists()
