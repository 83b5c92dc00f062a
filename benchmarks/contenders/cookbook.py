"""The pattern of the standard library's logging cookbook: pickles over TCP, and a receiver with a thread per client."""

from __future__ import annotations

import logging
import logging.handlers
import pickle
import socketserver
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

PEER = False
DISTRIBUTIONS: tuple[str, ...] = ()
PROGRAMS: tuple[str, ...] = ()
TAKES_PART: dict[str, dict[str, dict[str, Any]]] = {"log_server": {"logging cookbook": {}}}


class Receiver(socketserver.StreamRequestHandler):
    """One client: a length of four bytes, then a pickled record, again and again."""

    def handle(self) -> None:
        while header := self.connection.recv(4):
            while len(header) < 4:
                header += self.connection.recv(4 - len(header))
            (length,) = struct.unpack(">L", header)
            data = b""
            while len(data) < length:
                data += self.connection.recv(length - len(data))
            record = logging.makeLogRecord(pickle.loads(data))
            logging.getLogger(record.name).handle(record)


class Server(socketserver.ThreadingTCPServer):
    daemon_threads = True
    request_queue_size = 100


@contextmanager
def receiver(folder: Path) -> Iterator[str]:
    """A receiver that writes `site.log` in this folder, and its clients' handler as dictConfig takes it."""
    words = [sys.executable, "-m", "benchmarks.contenders.cookbook", str(folder / "site.log")]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=Path(__file__).parents[2]) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield repr({"class": "logging.handlers.SocketHandler", "host": "127.0.0.1", "port": port})
        process.kill()


def main(file: str) -> None:
    logging.basicConfig(
        filename=file, level=logging.INFO, format="%(asctime)s %(levelname)-8s %(name)s[%(process)d]: %(message)s"
    )
    with Server(("127.0.0.1", 0), Receiver) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main(sys.argv[1])
