"""Records a second that eight processes get into one file: through linodctl's log server, and as the cookbook does it.

    python benchmarks/log_server.py [--pairs 5] [--records 10000] [--processes 8]

The other side is the pattern of the standard library's logging cookbook: `logging.handlers.SocketHandler` sends pickles
over TCP, and a receiver with a thread per client hands them to a `FileHandler`. Both run in turns, in pairs, each with
a receiver of its own; a run is over when every record is in the file. Told are medians, the ratios within the pairs,
and how long the senders' own loops took: that is what logging costs the application.
"""

from __future__ import annotations

import argparse
import logging
import logging.handlers
import pickle
import socketserver
import statistics
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

SENDER = """
import logging, logging.config, sys, time
handler, process, records = eval(sys.argv[1]), sys.argv[2], int(sys.argv[3])
root = {"level": "INFO", "handlers": ["site"]}
logging.config.dictConfig({"version": 1, "handlers": {"site": handler}, "root": root})
logger = logging.getLogger("bench")
logger.info("warm")
print("ready", flush=True)
sys.stdin.readline()
begin = time.perf_counter()
for number in range(records):
    logger.info("process %s says number %d of its records", process, number)
print(time.perf_counter() - begin, flush=True)
"""


class Receiver(socketserver.StreamRequestHandler):
    """One client of the cookbook's receiver: a length of four bytes, then a pickled record, again and again."""

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


def receive(file: str) -> None:
    """What the benchmark's other side runs, in a process of its own."""
    logging.basicConfig(
        filename=file, level=logging.INFO, format="%(asctime)s %(levelname)-8s %(name)s[%(process)d]: %(message)s"
    )
    with Server(("127.0.0.1", 0), Receiver) as server:
        print(server.server_address[1], flush=True)
        server.serve_forever()


@contextmanager
def cookbook(folder: Path) -> Iterator[str]:
    command = [sys.executable, __file__, "--receive", str(folder / "site.log")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        yield repr({"class": "logging.handlers.SocketHandler", "host": "127.0.0.1", "port": port})
        process.kill()


@contextmanager
def linodctl(folder: Path) -> Iterator[str]:
    config = folder / "linodctl.yaml"
    config.write_text(
        "log: {file: site.log, rotate: {bytes: 1GB}}\nprocedures: {a: {func: json.dumps, every: never}}\n"
    )
    process = subprocess.Popen([sys.executable, "-m", "linodctl", "run", "-q", "-c", str(config)])
    try:
        while not (folder / "linodctl.db.log.sock").exists() or not (folder / "site.log").stat().st_size:
            time.sleep(0.05)
        time.sleep(1)  # until the zygote has loaded, too
        yield repr({"class": "linodctl.logserver.Handler", "config": str(config)})
    finally:
        process.terminate()
        process.wait()


def measure(side: str, processes: int, records: int) -> tuple[float, float]:
    """Records a second until all are in the file; the median of the senders' seconds."""
    with (
        tempfile.TemporaryDirectory() as name,
        {"linodctl": linodctl, "cookbook": cookbook}[side](Path(name)) as handler,
    ):
        log = Path(name) / "site.log"
        senders = [
            subprocess.Popen(
                [sys.executable, "-c", SENDER, handler, str(number), str(records)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            for number in range(processes)
        ]
        for sender in senders:
            assert sender.stdout is not None and sender.stdout.readline() == "ready\n"
        begin = time.perf_counter()
        for sender in senders:
            assert sender.stdin is not None
            sender.stdin.write("go\n")
            sender.stdin.flush()
        loops = [float(sender.stdout.readline()) for sender in senders if sender.stdout]
        while _count(log) < processes * records:
            if time.perf_counter() - begin > 120:
                raise SystemExit(f"{side}: only {_count(log)} of {processes * records} records arrived")
            time.sleep(0.02)
        took = time.perf_counter() - begin
        for sender in senders:
            sender.communicate()
    return processes * records / took, statistics.median(loops)


def _count(log: Path) -> int:
    return log.read_bytes().count(b" of its records\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pairs", type=int, default=5)
    parser.add_argument("--processes", type=int, default=8)
    parser.add_argument("--records", type=int, default=10_000)
    parser.add_argument("--receive", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.receive:
        return receive(options.receive)
    figures: dict[str, list[tuple[float, float]]] = {"linodctl": [], "cookbook": []}
    for number in range(options.pairs):
        for side in list(figures)[:: 1 if number % 2 else -1]:  # who is first changes: neither gains by it
            figures[side].append(measure(side, options.processes, options.records))
    for side, runs in figures.items():
        rate, loop = (statistics.median(run[at] for run in runs) for at in (0, 1))
        each = loop / options.records * 1e6
        print(f"{side:<9} {rate:>9,.0f} records/s; a sender's loop took {loop:.2f} s ({each:.0f} µs a record)")
    for at, what in ((0, "records/s"), (1, "senders' seconds")):
        pairs = zip(figures["linodctl"], figures["cookbook"], strict=True)
        ratios = sorted(ours[at] / theirs[at] for ours, theirs in pairs)
        median = statistics.median(ratios)
        print(f"{what}, linodctl to cookbook: median {median:.2f}, {ratios[0]:.2f} to {ratios[-1]:.2f}")
    return None


if __name__ == "__main__":
    main()
