"""Records a second that eight processes get into one file, through one receiver."""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from benchmarks.figure import Figure, Goal, Metric, Sample, Size, ratio

PROCESSES = 8
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


def measure(contender: str, _: Mapping[str, Any], size: Size) -> Sample:
    """Over when every record is in the file. `each`: what one record costs the application that logs it."""
    from benchmarks.everybody import CONTENDERS

    records = size.of(10_000, 100)
    with tempfile.TemporaryDirectory() as name, CONTENDERS[contender].receiver(Path(name)) as handler:
        log = Path(name) / "site.log"
        senders = [_sender(handler, number, records) for number in range(PROCESSES)]
        for sender in senders:
            assert sender.stdout is not None and sender.stdout.readline() == "ready\n"
        begin = time.perf_counter()
        for sender in senders:
            assert sender.stdin is not None
            sender.stdin.write("go\n")
            sender.stdin.flush()
        loops = [float(sender.stdout.readline()) for sender in senders if sender.stdout]
        while _count(log) < PROCESSES * records:
            if time.perf_counter() - begin > 120:
                raise RuntimeError(f"only {_count(log)} of {PROCESSES * records} records arrived")
            time.sleep(0.02)
        took = time.perf_counter() - begin
        for sender in senders:
            sender.communicate()
    return {"rate": PROCESSES * records / took, "each": statistics.median(loops) / records * 1e6}


def _sender(handler: str, number: int, records: int) -> subprocess.Popen[str]:
    words = [sys.executable, "-c", SENDER, handler, str(number), str(records)]
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def _count(log: Path) -> int:
    return log.read_bytes().count(b" of its records\n") if log.exists() else 0


FIGURE = Figure(
    title="log server, eight processes at once",
    how="all records in one file; each: what the call costs the application that logs",
    metrics={"rate": Metric("/s", higher_is_better=True), "each": Metric("µs")},
    measure=measure,
    against="linodctl",
    goals=(
        Goal("linodctl", "the standard library's cookbook", ratio("linodctl", "logging cookbook", "rate"), at_least=1),
    ),
    rounds=3,
)
