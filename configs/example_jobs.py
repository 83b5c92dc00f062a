"""The procedures that full.yaml names: small, harmless, and each shows one thing."""

from __future__ import annotations

import asyncio
import logging
import os
from datetime import timedelta

from linodctl import Retry, RunContext, Skip, background_task, schedule_daily, schedule_often


def prepare() -> None:
    """`setup:` calls it once, before any procedure: the place for `django.setup()` and the like."""


def checkdata(ar: RunContext, deep: bool = False) -> str:
    """A plain function; what it returns is shown with the run."""
    ar.info(f"checking {'everything' if deep else 'what changed'} since {ar.last_success or 'ever'}")
    return "no problem found"


def import_orders(ar: RunContext, folder: str) -> None:
    """Remembers between runs how far it came."""
    first = ar.memory.get("next", 1)
    for number in range(first, first + 10):
        ar.progress(number - first + 1, 10, f"order {number} of {folder}")
        ar.memory["next"] = number + 1
        if ar.cancelled:
            break


def greet() -> None:
    """A procedure need not know linodctl: what it logs and prints is kept with the run."""
    logging.getLogger(__name__).info(os.environ.get("GREETING", "Hello"))


async def ask_partners(ar: RunContext, partners: list[str]) -> None:
    """Coroutines are run to their end."""

    async def ask(partner: str) -> None:
        ar.info(f"asking {partner}")
        await asyncio.sleep(0)

    await asyncio.gather(*(ask(partner) for partner in partners))


def monthly_report(ar: RunContext) -> None:
    ar.info(f"the report of {ar.scheduled_for:%B %Y}")


# --- found by `discover:` ------------------------------------------------------------------------


@schedule_often(30)
def send_pending(ar: RunContext) -> None:
    """Nothing to do is no failure."""
    raise Skip("the outbox is empty")


@schedule_daily(start_time="02:30")
def fetch_rates(ar: RunContext) -> None:
    """Asks for another attempt, at a time of its own choice."""
    if ar.attempt == 1:
        raise Retry(after=timedelta(minutes=5), why="today's rates are not out yet")
    ar.info("rates fetched")


@background_task(every="monday at 07:00", tags=["weekly"], log_level="DEBUG")
def weekly_review(ar: RunContext) -> None:
    ar.debug("looking at the week")
