"""What the keys do to a task: each wish goes through `operations`, and is answered in one line."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from linodctl.operations import wishes
from linodctl.operations.remedy import still_disabled
from linodctl.paint import Part, good, strong, warn
from linodctl.words import cancelled

if TYPE_CHECKING:
    from linodctl.operations.site import Site
    from linodctl.top.head import Like

Answer = list[Part]
Deed = Callable[["Site", "Like"], Answer]
"""Does something to the site and says what came of it. LinodctlError if nothing did."""


def trigger(task: str) -> Deed:
    def deed(site: Site, like: Like) -> Answer:
        requests, heard = wishes.trigger(site, [task])
        waits = "" if heard.alive else f"; no runner is alive: it waits for one ('{like('run')}')"
        return [strong(task), ": ", good("requested to run asap"), f" (request {requests[0].request_id}){waits}"]

    return deed


def cancel(task: str) -> Deed:
    def deed(site: Site, like: Like) -> Answer:
        done, heard = wishes.cancel(site, task)
        said = ", ".join(words for it in done for words in cancelled(it))
        stops = any(it.run_ids for it in done) and not heard.alive
        return [strong(task), ": ", good(said), "; no runner is alive: the next one ends it" if stops else ""]

    return deed


def enable(task: str) -> Deed:
    def deed(site: Site, like: Like) -> Answer:
        [found], _ = wishes.enable(site, [task])
        if found.disabled is None:
            return [strong(task), ": ", good("enabled")]
        return [strong(task), ": ", warn(still_disabled(site, found, like))]

    return deed


def disable(task: str, reason: str) -> Deed:
    def deed(site: Site, like: Like) -> Answer:
        wishes.disable(site, [task], reason=reason or None)
        return [strong(task), ": ", good("disabled"), f" ({reason})" if reason else ""]

    return deed
