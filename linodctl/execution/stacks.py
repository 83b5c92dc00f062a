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


_LAST = '  File "<string>", line 1 in <module>'
"""The zygote's program: the outermost frame of the main thread, which faulthandler writes last."""
_MOST = 2000
"""Lines: a hundred threads have less, a chatty subprocess has more."""


class Stacks:
    """Picks out of a worker's output what faulthandler writes there."""

    def __init__(self) -> None:
        self._lines: list[str] = []

    def hear(self, lines: Iterable[str]) -> bool:
        """Listen on; True, once, when the end was among these lines (of a very deep stack it is left out)."""
        if _LAST in self._lines:
            return False
        picked = [line for line in lines if _WRITTEN.match(line)]
        self._lines += picked[: _MOST - len(self._lines)]
        return _LAST in picked

    @property
    def text(self) -> str:
        """Without the frames that led to the procedure; empty if nothing was written."""
        lines = self._lines.copy()
        while lines and (not lines[-1] or _OUR_FRAME.match(lines[-1])):
            del lines[-1]
        return "\n".join([HEADING, *lines]) if lines else ""


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
