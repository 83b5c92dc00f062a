"""Where a run hung: the stacks of its threads at a timeout, as faulthandler writes them or this process sees them."""

from __future__ import annotations

import re
import sys
import traceback
from collections.abc import Iterable
from pathlib import Path

HEADING = "Where it was when its time was over:"
_OWN = str(Path(__file__).parent)
_WRITTEN = re.compile(r'(Current thread|Thread) 0x[0-9a-f]+.*:$|  File ".*", line \d+ in |  \.\.\.$|  <.*>$|$')
_OUR_FRAME = re.compile(rf'  File "(<string>|{re.escape(_OWN)}/.*)", line \d+ in ')


def written(lines: Iterable[str]) -> str:
    """What faulthandler wrote among a worker's other output, without the frames that led to the procedure; empty if it
    wrote nothing."""
    picked = [line for line in lines if _WRITTEN.match(line)]
    if not any(line.strip() for line in picked):
        return ""
    while not picked[-1] or _OUR_FRAME.match(picked[-1]):
        del picked[-1]
    return "\n".join([HEADING, *picked])


def of_thread(ident: int | None) -> str:
    """The stack of a thread of this process; empty if it has ended."""
    frame = sys._current_frames().get(ident or 0)
    if frame is None:
        return ""
    frames = traceback.extract_stack(frame)
    while frames and frames[0].filename.startswith(
        (_OWN, traceback.__file__.removesuffix("traceback.py") + "threading")
    ):
        del frames[0]
    return HEADING + "\n" + "".join(traceback.format_list(frames)).rstrip("\n")
