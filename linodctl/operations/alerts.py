"""Alerts as seen by those who set them up: whether the addresses are fit, and a message to see one arrive."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import TYPE_CHECKING

from linodctl.errors import UsageError
from linodctl.notify import post
from linodctl.notify.message import Message, Tone
from linodctl.notify.routes import Target, routes_for, targets
from linodctl.notify.sender import Undelivered
from linodctl.texts import word
from linodctl.values import Value

if TYPE_CHECKING:
    from linodctl.config import Loaded
    from linodctl.operations.site import Site


class Sent(Value):
    """What became of a test message."""

    target: Target
    why: str | None
    """Why it did not arrive; None if it did, as far as the service says."""


def send_test(site: Site, tag: str | None) -> Iterator[Sent]:
    """Send a message to every address, or to those that hear of tasks with this tag; one after the other, each once.

    UsageError if there is none, or if the extra is missing.
    """
    routes = site.loaded.notify
    chosen = list(routes) if tag is None else routes_for([tag], routes)
    if not routes:
        raise UsageError("nobody is to be alerted: declare 'notify: {default: ADDRESS}' in the config")
    if not chosen:
        raise UsageError(
            f"nobody is alerted of tasks tagged '{word(tag or '')}': declare it, or 'default', in 'notify'"
        )
    if not post.is_installed():
        raise UsageError(post.MISSING)
    message = _message(site)
    for route in chosen:
        for target in targets(routes, route):
            yield Sent(target, _why_not(target, message))


def _why_not(target: Target, message: Message) -> str | None:
    try:
        post.deliver(target.address, message)
    except Undelivered as error:
        return str(error)
    return None


def _message(site: Site) -> Message:
    name, host = site.loaded.site, socket.gethostname()
    body = f"This is how an alert of the site {name} on {host} arrives. Nothing is wrong: somebody typed"
    return Message(f"[{name}] test", f"{body} 'linodctl notify test'.", Tone.INFO)


def misfits(loaded: Loaded) -> Iterator[tuple[str, str, bool]]:
    """What is wrong with the addresses: the key, what, and whether it is only a warning. Nothing is sent."""
    if not loaded.notify:
        return
    if not post.is_installed():
        yield "notify", post.MISSING, True
        return
    for target in targets(loaded.notify):
        if not post.is_understood(target.address):
            shown = target.shown.removeprefix(f"{target.route}: ")
            yield f"notify.{target.route}", f"apprise does not understand the address {shown}", False
