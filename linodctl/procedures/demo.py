"""What the sample config `configs/quickstart.yaml` runs: procedures that show something without needing anything."""

from __future__ import annotations

import os
import sqlite3
import threading
from contextlib import closing
from datetime import timedelta
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from pathlib import Path
from socketserver import ThreadingTCPServer
from typing import TYPE_CHECKING

from linodctl.procedures.errors import ProcedureError

if TYPE_CHECKING:
    from linodctl.execution.context import RunContext

LOOPBACK = "127.0.0.1"


def serve_pages(ar: RunContext, port: int, text: str = "Hello from linodctl\n") -> None:
    """Answer every GET on this machine's `port` with `text` until the run is asked to stop; port 0 picks a free one.

    An example of a task that lasts as long as the runner: `every: startup`, and a timeout that is long enough.
    """
    body = text.encode()

    class Page(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(HTTPStatus.OK)
            self.send_header("Content-Type", "text/plain; charset=utf-8")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *values: object) -> None:
            ar.debug(format % values)

    with _listen(port, Page) as server:
        ar.info(f"serving http://{LOOPBACK}:{server.server_address[1]}/")
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        try:
            while not ar.cancelled.wait(60):
                pass
        finally:
            server.shutdown()
            thread.join()
    ar.info("asked to stop: no longer serving")


class _Server(ThreadingTCPServer):
    """Not `http.server.HTTPServer`, which looks up the machine's name before it answers."""

    allow_reuse_address = True
    daemon_threads = True


def _listen(port: int, handler: type[BaseHTTPRequestHandler]) -> _Server:
    try:
        return _Server((LOOPBACK, port), handler)
    except (OSError, OverflowError) as error:
        raise ProcedureError(f"Port {port} of {LOOPBACK} can't be served: {error}. Choose another `port`.") from None


def make_sample_data(ar: RunContext, folder: str, rows: int = 500, files: int = 3) -> int:
    """Add `rows` orders to `folder`/shop.db and `files` log files to `folder`/logs, 10, 20, … days old.

    Returns how many orders there are now. `ar.memory` counts the calls, so that each makes files of its own.
    """
    call = ar.memory["calls"] = ar.memory.get("calls", 0) + 1
    logs = Path(folder) / "logs"
    logs.mkdir(parents=True, exist_ok=True)
    for number in range(1, files + 1):
        path = logs / f"shop-{call:04}-{number}.log"
        path.write_text(f"Log file {number} of call {call}\n" * 100, encoding="utf-8")
        changed = (ar.scheduled_for - timedelta(days=10 * number)).timestamp()
        os.utime(path, (changed, changed))

    with closing(sqlite3.connect(Path(folder) / "shop.db")) as shop, shop:
        shop.execute("CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, placed TEXT, cents INTEGER)")
        placed = ar.scheduled_for.isoformat()
        shop.executemany("INSERT INTO orders (placed, cents) VALUES (?, ?)", [(placed, 100 + n) for n in range(rows)])
        (orders,) = shop.execute("SELECT count(*) FROM orders").fetchone()
    ar.info(f"{orders} orders in {folder}/shop.db, {files} more files in {logs}")
    return int(orders)


def count_to(ar: RunContext, n: int, pause: float = 0.1) -> int:
    """Count to `n`, a number every `pause` seconds, telling the progress; stop early when asked to."""
    for number in range(1, n + 1):
        ar.progress(number, n, f"counting: {number}")
        if ar.cancelled.wait(pause):
            ar.warning(f"asked to stop at {number}")
            return number
    ar.info(f"counted to {n}")
    return n


def fail_on_purpose(
    ar: RunContext, message: str = "This procedure fails on purpose, to show what happens then"
) -> None:
    """Raise a ValueError: the run is `failed`, its traceback kept, and the task disabled with the reason."""
    ar.info("about to fail")
    raise ValueError(message)


def warn(ar: RunContext, message: str = "Something is odd, but the task goes on") -> None:
    """Raise a Warning: the run is `warned`, which is no failure."""
    raise Warning(message)
