"""How many random examples a property is tried on: some in every run, many in `pytest --hypothesis-profile soak`."""

from __future__ import annotations

from typing import Any

from hypothesis import settings

settings.register_profile("ordinary", max_examples=25, deadline=None)
settings.register_profile("soak", max_examples=500, deadline=None)
settings.load_profile("ordinary")


def examples(number: int, **more: Any) -> settings:
    """That number in percent of the profile's: a quarter of it in an ordinary run, the fivefold in a soak.

    No example has a deadline: how fast one is says nothing on a busy machine.
    """
    return settings(max_examples=number * settings.default.max_examples // 100, **more)
