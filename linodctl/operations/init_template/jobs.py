"""Procedures: plain functions that linodctl.yaml names. Change them at will; the next run uses the new code."""

from __future__ import annotations

import logging

from linodctl import RunContext, background_task


def hello(ar: RunContext, whom: str) -> None:
    """The first parameter, if it is called `ar`, is the run's context; the others are filled from `args`."""
    times = ar.memory["times"] = ar.memory.get("times", 0) + 1  # kept from run to run
    ar.info(f"Hello {whom}, for the {times}. time")


def count(ar: RunContext, to: int) -> str:
    """A long job tells how far it is and looks now and then whether it should stop."""
    for number in range(1, to + 1):
        ar.progress(number, to, f"counting: {number}")
        if ar.cancelled.wait(0.2):
            return f"stopped at {number}"
    return f"counted to {to}"


@background_task(every="day at 02:30")
def every_night() -> None:
    """A procedure need not know linodctl: what it logs and prints is kept with the run."""
    logging.getLogger(__name__).info("Good night")
