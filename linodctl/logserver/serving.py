"""What a runner opens for its time: the site's log, and the server by which others reach it."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import tzinfo
from pathlib import Path

from linodctl.config import LogConfig
from linodctl.logserver.find import LOG_SOCKET, log_socket
from linodctl.logserver.server import LogServer
from linodctl.logserver.site_log import SiteLog, set_up_log

logger = logging.getLogger("linodctl")


@contextmanager
def serving(state: Path, config: LogConfig, zone: tzinfo, *, quiet: bool, color: bool) -> Iterator[SiteLog]:
    """The log of the site with this state file, until the end of the `with` block. The caller holds the site's lock.

    LinodctlError if the log file can't be written. Without a socket the runner goes on, and says so.
    """
    log = set_up_log(config, zone, quiet=quiet, color=color)
    path = log_socket(state)
    os.environ[LOG_SOCKET] = str(path)  # workers, and what they start, find their own site
    server = LogServer(path, log.take)
    with ExitStack() as parts:
        parts.callback(log.write_said)
        try:
            server.open()
        except OSError as error:
            logger.error("no log server at %s: %s; what other processes log stays with them", path, error.strerror)
        else:
            parts.callback(server.close)
        yield log
