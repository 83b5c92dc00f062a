"""The live view of a site in a terminal: what is due, what runs, what failed, and keys that act on it.

lookout (a thread: looks, acts) ──► Glance ──► pages: pure, what is to be shown ──► screens ──► the terminal
        ▲                                                                              │
        └──────────────────────────── deeds, asked for by keys ◄───────────────────────┘

Rules it has none: what is shown and done is `operations/`' business. The extra `top` brings textual, which is imported
by the screens alone.
"""

from __future__ import annotations

from importlib.util import find_spec

MISSING = "the live view needs the extra 'top': pip install 'linodctl[top]'"


def is_installed() -> bool:
    """Whether the extra is there."""
    return find_spec("textual") is not None
