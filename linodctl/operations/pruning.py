"""`prune`: apply the history limits of the config now."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linodctl.operations.site import Site


def prune(site: Site, *, dry_run: bool = False) -> dict[str, int]:
    """How many rows of each table are, or with `dry_run` would be, deleted."""
    history = site.loaded.history
    if not site.state.exists():
        return {}
    with site.writing() as store:
        return dict(store.prune(history.keep, history.for_, site.now(), dry_run=dry_run))
