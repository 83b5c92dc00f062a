"""Records of many processes reach the site's log complete and in order, and no sender ever suffers for it."""

from __future__ import annotations

import logging
import os
import re
import signal
import subprocess
import sys
import threading
from collections import defaultdict
from pathlib import Path

import pytest
from log_bench import log_config, messages, outcome, serve, start_client, start_server, wait_for

from linodctl.logserver import Handler
from linodctl.sockets import ListeningSocket


def record(message: str) -> logging.LogRecord:
    return logging.LogRecord("test", logging.INFO, __file__, 1, message, (), None)


COUNTED = "for n in range({count}): log.info('{name} %d', n)\n"


def by_sender(folder: Path) -> dict[str, list[int]]:
    found = defaultdict(list)
    for message in messages(folder):
        name, _, number = message.partition(" ")
        found[name].append(int(number))
    return found


def test_eight_processes_while_the_log_is_rotated_and_moved(tmp_path: Path) -> None:
    """Ten thousand records of each, in a log that is put aside again and again, and moved away by somebody else."""
    moved = tmp_path / "moved"
    with serve(tmp_path, log_config(tmp_path, rotate_bytes=500_000, keep=50)):
        clients = [start_client(tmp_path, COUNTED.format(name=f"sender{n}", count=10_000)) for n in range(8)]
        wait_for(lambda: (tmp_path / "site.log").stat().st_size > 200_000, "a part of the records is in the log")
        (tmp_path / "site.log").rename(moved)
        assert [outcome(client) for client in clients] == [""] * 8
    assert len(list(tmp_path.glob("site.log.*"))) > 5
    assert all(path.stat().st_size <= 500_000 for path in tmp_path.glob("site.log*"))
    moved.rename(tmp_path / "site.log.99")
    assert dict(by_sender(tmp_path)) == {f"sender{n}": list(range(10_000)) for n in range(8)}


def test_a_server_that_is_killed_and_comes_again_gets_what_waited(tmp_path: Path) -> None:
    server = start_server(tmp_path)
    client = start_client(
        tmp_path, "for n in range(9000):\n    log.info('sender %d', n)\n    if n == 3000: print(input(), flush=True)\n"
    )
    assert client.stdin is not None and client.stdout is not None
    wait_for(lambda: len(messages(tmp_path)) >= 1000, "the first records are there")
    server.kill()
    server.communicate(timeout=30)
    client.stdin.write("go on\n")
    client.stdin.flush()
    client.stdout.readline()
    with serve(tmp_path):
        assert outcome(client) == ""
    found = by_sender(tmp_path)["sender"]
    assert list(dict.fromkeys(found)) == list(range(9000))
    assert len(found) <= 9000 + 200  # a batch that was written but not answered is there twice


def test_without_a_server_the_rest_goes_to_stderr_at_the_end(tmp_path: Path) -> None:
    said = outcome(start_client(tmp_path, COUNTED.format(name="sender", count=300))).splitlines()
    assert re.fullmatch(r"linodctl: 300 records for the log server at .*/log.sock follow here: it does not .*", said[0])
    assert [line.partition("]: ")[2] for line in said[1:]] == [f"sender {n}" for n in range(300)]


def test_a_full_queue_goes_to_stderr_and_what_is_lost_is_counted(tmp_path: Path) -> None:
    """With a stderr that nobody reads for now: nothing but the thread waits for it."""
    code = "log.root.handlers[0]._sender._limit = 1000\n" + COUNTED.format(name="sender", count=30_000)
    client = start_client(tmp_path, code + "print('done', flush=True)\ninput()\n")
    assert client.stdout is not None
    assert client.stdout.readline() == "done\n"  # it was not held up
    with serve(tmp_path):
        _, said = client.communicate("", timeout=30)
    on_stderr = re.findall(r"sender (\d+)$", said, re.MULTILINE)
    lost = sum(map(int, re.findall(r"and (\d+) more are lost", said)))
    in_log = messages(tmp_path)
    confessed = [int(text.split()[0]) for text in in_log if text.endswith("see its stderr")]
    arrived = [text.split()[1] for text in in_log if text.startswith("sender")]
    assert sum(confessed) + len(arrived) == 30_000
    assert lost > 0 and sum(confessed) >= len(on_stderr) + lost
    assert arrived[-1] not in on_stderr


def test_a_slow_server_holds_nobody_up(tmp_path: Path) -> None:
    """It accepts and never answers: the sender goes on, and closing gives up after its time."""
    listener = ListeningSocket(tmp_path / "log.sock")
    code = (
        "sender = log.root.handlers[0]._sender\nsender._limit = 1000\n"
        + COUNTED.format(name="sender", count=5000)
        + "sender.close(0.2)\n"
    )
    said = outcome(start_client(tmp_path, code))
    listener.close()
    arrived = [int(n) for n in re.findall(r"sender (\d+)$", said, re.MULTILINE)]
    lost = sum(map(int, re.findall(r"and (\d+) more are lost", said)))
    assert len(set(arrived)) + lost == 5000


def test_closing_waits_for_a_living_server(tmp_path: Path) -> None:
    """The server is stopped as by a debugger while the client ends, and goes on later."""
    server = start_server(tmp_path)
    server.send_signal(signal.SIGSTOP)
    client = start_client(tmp_path, COUNTED.format(name="sender", count=3000) + "print('done', flush=True)\n")
    assert client.stdout is not None and client.stdout.readline() == "done\n"
    server.send_signal(signal.SIGCONT)
    assert outcome(client) == ""
    server.communicate(timeout=30)
    assert by_sender(tmp_path) == {"sender": list(range(3000))}


FORKS = """
import os, multiprocessing
log.info('parent 0')
for n in range(1, 500): log.info('parent %d', n)
child = os.fork()
who = 'parent' if child else 'child'
for n in range(500, 1000): log.info('%s %d', who, n)
if child:
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
    def more(): log.info('grandchild 1')
    process = multiprocessing.get_context('fork').Process(target=more)
    process.start()
    process.join()
"""


def test_a_forked_child_has_a_connection_and_a_thread_of_its_own(tmp_path: Path) -> None:
    with serve(tmp_path):
        assert outcome(start_client(tmp_path, FORKS)) == ""
    assert dict(by_sender(tmp_path)) == {
        "parent": list(range(1000)),
        "child": list(range(500, 1000)),
        "grandchild": [1],
    }
    text = (tmp_path / "site.log").read_text()
    assert re.search(r" client\[\d+ ForkProcess-1\]: grandchild 1$", text, re.MULTILINE)


def test_a_signal_handler_may_log_in_the_midst_of_logging(tmp_path: Path) -> None:
    code = """
import signal
signal.signal(signal.SIGALRM, lambda *_: log.info('signal 1'))
signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
for n in range(5000): log.info('sender %d', n)
signal.setitimer(signal.ITIMER_REAL, 0)
"""
    with serve(tmp_path):
        assert outcome(start_client(tmp_path, code)) == ""
    found = by_sender(tmp_path)
    assert found["sender"] == list(range(5000)) and found["signal"]


def test_a_traceback_a_bad_format_and_an_endless_text(tmp_path: Path) -> None:
    code = """
try: 1 / 0
except ZeroDivisionError: log.exception('it failed\\x1b[2J')
log.info('%d', 'no number')
log.info('x' * 10**6)
log.info('caf\\u00e9 \\udc80')
"""
    with serve(tmp_path):
        said = outcome(start_client(tmp_path, code))
    assert "--- Logging error ---" in said
    lines = (tmp_path / "site.log").read_text().splitlines()
    assert lines[0].endswith("it failed\\x1b[2J")
    assert lines[1] == "    Traceback (most recent call last):"
    assert lines[-3].endswith("ZeroDivisionError: division by zero") and lines[-3].startswith("    ")
    assert lines[-2].endswith("x… (967232 characters left out)")
    assert lines[-1].endswith("café ?")


def test_it_can_be_reconfigured_and_closed_twice(tmp_path: Path) -> None:
    with serve(tmp_path):
        handler = Handler(socket=str(tmp_path / "log.sock"))
        logger = logging.Logger("x")
        logger.addHandler(handler)
        logger.warning("sender 1")
        handler.flush()
        assert by_sender(tmp_path) == {"sender": [1]}
        handler.close()
        handler.close()
        handler.flush()


def test_what_is_logged_after_the_end_goes_to_stderr(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    handler = Handler(socket=str(tmp_path / "log.sock"))
    handler.close()
    handler.handle(record("late"))
    assert capfd.readouterr().err.endswith("]: late\n")


def test_an_idle_client_gives_its_connection_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("linodctl.logserver.sender.IDLE", 0.05)
    with serve(tmp_path) as server:
        handler = Handler(socket=str(tmp_path / "log.sock"))
        for number in range(2):
            handler.handle(record(f"sender {number}"))
            handler.flush()
            wait_for(lambda: not server._clients, "the connection is closed")
        handler.close()
    assert by_sender(tmp_path) == {"sender": [0, 1]}


def test_importing_it_is_cheap() -> None:
    heavy = {"pydantic", "yaml", "sqlite3", "asyncio", "linodctl.config", "linodctl.store"}
    program = f"import sys; import linodctl.logserver; print(sorted({heavy} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_threads_of_one_process_keep_their_order(tmp_path: Path) -> None:
    with serve(tmp_path):
        handler = Handler(socket=str(tmp_path / "log.sock"))

        def say(name: str) -> None:
            for number in range(1000):
                handler.handle(record(f"{name} {number}"))

        threads = [threading.Thread(target=say, args=[f"thread{n}"]) for n in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        handler.close()
    assert dict(by_sender(tmp_path)) == {f"thread{n}": list(range(1000)) for n in range(4)}


def test_no_descriptor_is_left_behind(tmp_path: Path) -> None:
    before = len(os.listdir("/proc/self/fd"))
    with serve(tmp_path):
        for _ in range(3):
            handler = Handler(socket=str(tmp_path / "log.sock"))
            handler.handle(record("x"))
            handler.close()
    assert len(os.listdir("/proc/self/fd")) == before


def test_a_client_reads_nothing_but_answers(tmp_path: Path) -> None:
    """Somebody else listens at the path and talks: that is no log server."""
    listener = ListeningSocket(tmp_path / "log.sock")

    def talk() -> None:
        connection, _ = listener.socket.accept()
        with connection:
            connection.recv(4096)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    thread = threading.Thread(target=talk)
    thread.start()
    handler = Handler(socket=str(tmp_path / "log.sock"))
    handler.handle(record("sender 1"))
    thread.join()
    listener.close()
    with serve(tmp_path):
        handler.flush()
        wait_for(lambda: by_sender(tmp_path) == {"sender": [1]}, "the record has found its server")
        handler.close()
