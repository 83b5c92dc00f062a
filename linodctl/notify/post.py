"""Delivery by apprise, of the extra `notify`: the only place that imports it, and only when it is needed."""

from __future__ import annotations

import logging
import re
import warnings
from typing import TYPE_CHECKING
from urllib.parse import unquote

from linodctl.masking import MASK
from linodctl.notify.message import Message
from linodctl.notify.sender import Undelivered
from linodctl.texts import printable

if TYPE_CHECKING:
    import apprise

LONGEST = 200
"""Characters of what apprise says that are kept."""
MISSING = "sending alerts needs the extra 'notify': pip install 'linodctl[notify]'"


def is_installed() -> bool:
    """Whether the extra is there and can be imported."""
    try:
        import apprise  # noqa: F401 - whether it can be had is the question
    except ImportError:
        return False
    return True


def is_understood(address: str) -> bool:
    """Whether apprise can do something with an address; nothing is sent."""
    return _service(address) is not None


def deliver(address: str, message: Message) -> None:
    """Send to one address. Undelivered if it did not arrive, as far as that can be known."""
    if not is_installed():
        raise Undelivered(MISSING)
    import apprise

    service = _service(address)
    if service is None:
        raise Undelivered("apprise does not understand the address")
    box = apprise.Apprise(asset=service.asset)
    box.add(service)
    complaints = _Complaints()
    logger = logging.getLogger("apprise")
    logger.addHandler(complaints)
    try:
        arrived = box.notify(
            title=message.title,
            body=message.body,
            notify_type=apprise.NotifyType(message.tone.value),
            body_format=apprise.NotifyFormat.TEXT,
        )
    except TypeError as error:  # how it says that there is nothing to send to
        raise Undelivered("apprise can't send to the address") from error
    finally:
        logger.removeHandler(complaints)
    if not arrived:
        raise Undelivered(without(address, complaints.last) or "the service did not take it")


def _service(address: str) -> apprise.NotifyBase | None:
    """What apprise sends by. A message that is too long for it is cut, unless the address says otherwise."""
    import apprise

    _hush()
    warnings.filterwarnings("ignore", "'imghdr' is deprecated")  # Python 3.11's own email package imports it
    asset = apprise.AppriseAsset(app_id="linodctl", app_desc="linodctl", async_mode=False, storage_mode="memory")
    service = apprise.Apprise.instantiate(address, asset=asset)
    if service is not None and "overflow=" not in address:
        service.overflow_mode = apprise.OverflowMode.TRUNCATE
    return service


def _hush() -> None:
    """Apprise logs what it doesn't like, and that may tell addresses: what is worth telling, `deliver` tells."""
    logger = logging.getLogger("apprise")
    logger.propagate = False
    if not logger.handlers:
        logger.addHandler(logging.NullHandler())


def without(address: str, text: str) -> str:
    """A line of text in which no part of the address can be read, but the kind of service."""
    _, _, rest = address.partition("://")
    parts = {form for part in re.split(r"[/:@?&=,+]", rest) for form in (part, unquote(part))}
    for part in sorted((part for part in parts if len(part) > 2), key=len, reverse=True):
        text = re.sub(re.escape(part), MASK, text, flags=re.IGNORECASE)
    return printable(text[:LONGEST])


class _Complaints(logging.Handler):
    """Keeps the last thing that apprise said was wrong."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.last = ""

    def emit(self, record: logging.LogRecord) -> None:
        self.last = record.getMessage().strip().rstrip(".,")
