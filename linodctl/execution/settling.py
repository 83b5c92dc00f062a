"""How the zygote gets ready to be copied many times: what its children touch first is made, used and seen before."""

from __future__ import annotations

import gc
import logging
import socket
import sys
import threading

from linodctl.execution import capture, prctl
from linodctl.execution.bootstrap import Imports, list_folders
from linodctl.execution.foresight import Foresight
from linodctl.execution.rehearsal import STAGE
from linodctl.execution.worker import Worker

REHEARSALS = 10
"""After so many the interpreter writes nothing more beside the code of a run: its children needn't copy that."""


def settle_down(control: socket.socket, foresight: Foresight) -> Worker:
    """What the children are to live on as."""
    capture.silence_consoles()
    prctl.adopt_orphans()
    sys.stdout.flush()
    sys.stderr.flush()
    worker = Worker(Imports())  # here, for in a child to count its modules would touch the memory of all
    logging.root.setLevel(logging.INFO)  # most tasks': to change it makes all loggers look for theirs anew
    alone = threading.active_count() == 1
    foresight.install()
    for _ in range(REHEARSALS):
        worker.rehearse(control.fileno())
        if alone:  # else it would take the other threads for ended
            threading._after_fork()  # type: ignore[attr-defined]  # what a fork does first
    foresight.learn(STAGE)
    for _ in range(REHEARSALS):
        worker.rehearse(control.fileno())
    logging.captureWarnings(True)  # as in a run
    list_folders()
    gc.collect()
    gc.freeze()  # children must not touch, and so copy, the pages of objects that are never freed
    return worker
