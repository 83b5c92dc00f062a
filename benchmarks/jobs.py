"""The procedures that every contender runs: nothing at all, or a note of the instant at which their first line ran.

Imports next to nothing, since a contender's process that imports it must not be slower or larger for it.
"""

import os
import time

STAMPS = "BENCHMARK_STAMPS"
"""The environment variable that names the file of stamps."""

_file: list[int] = []


def nothing() -> None:
    """A job without any work: what is left is what the scheduler costs."""


def stamp(task: int, slot: float | None = None) -> None:
    """Append one line: the task's number, now, and the instant it was due (None where the contender doesn't tell)."""
    now = time.time()
    if not _file:
        _file.append(os.open(os.environ[STAMPS], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600))
    os.write(_file[0], f"{task} {now!r} {slot!r}\n".encode())


def log_lines(count: int) -> None:
    """Log so many lines, as a chatty procedure does."""
    import logging  # only this job needs it

    logger = logging.getLogger("chatty")
    for number in range(count):
        logger.info("line %d of what this procedure has to say", number)


SCRIPT = (
    "import os,sys,time; now = time.time(); "
    f"file = os.open(os.environ['{STAMPS}'], os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600); "
    "os.write(file, f'{sys.argv[1]} {now!r} None\\n'.encode())"
)
"""`stamp` for those who start a program for each run: `python -c SCRIPT 17`."""
