"""Which addresses hear of which tasks. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping

from linodctl.config.addresses import masked_address
from linodctl.values import Value

DEFAULT = "default"
"""The route of tasks whose tags have none, and of what concerns the whole site."""

Routes = Mapping[str, tuple[str, ...]]
"""Addresses by tag."""


class Target(Value):
    """One address of a route."""

    unshown = ("address",)

    route: str
    shown: str
    """How people are told of it: `nightly: slack://***`."""
    address: str

    @property
    def key(self) -> str:
        """Stands for it where the address must not: in the state file."""
        return hashlib.sha256(f"{self.route}\0{self.address}".encode()).hexdigest()[:16]


def targets(routes: Routes, route: str | None = None) -> list[Target]:
    """All targets, or those of one route."""
    return [
        Target(name, _shown(name, address, number, len(addresses)), address)
        for name, addresses in routes.items()
        if route in (None, name)
        for number, address in enumerate(addresses, 1)
    ]


def _shown(route: str, address: str, number: int, of: int) -> str:
    return f"{route}: {masked_address(address)}" + (f" ({number} of {of})" if of > 1 else "")


def routes_for(tags: Iterable[str], routes: Routes) -> list[str]:
    """The routes of a task with these tags, in its tags' order; the default one if there is none."""
    chosen = [tag for tag in dict.fromkeys(tags) if tag in routes]
    return chosen or ([DEFAULT] if DEFAULT in routes else [])


def routes_of_the_site(routes: Routes) -> list[str]:
    """Who hears of what concerns no single task: the default route, or all where there is none."""
    return [DEFAULT] if DEFAULT in routes else list(routes)
