"""Wishes: in the state file before the runner is woken, and announced to it before they are written."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable

from linodctl.operations.site import Site
from linodctl.operations.wishes import Heard, trigger
from linodctl.runner.calling import socket_path
from linodctl.store import open_reader

CONFIG = """\
procedures:
  fresh: {func: jobs.work, every: never}
  warm: {func: jobs.work, every: never, reuse: 5}
"""


def listen(site: Site, heard: list[tuple[dict[str, object], int]], *, hangs_up: bool) -> threading.Thread:
    """A runner's ear: every message, and how many requests were in the state file when it came. One that hangs up does
    so after each message, as older runners did."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(socket_path(site.state)))
    server.listen()

    def serve() -> None:
        with server:
            while not heard or heard[-1][0]["op"] != "wake":
                with server.accept()[0] as client, client.makefile("rb") as lines:
                    for line in lines:
                        with open_reader(site.state) as reader:
                            heard.append((json.loads(line), len(reader.requests())))
                        client.sendall(b'{"ok": true}\n')
                        if hangs_up:
                            break

    thread = threading.Thread(target=serve)
    thread.start()
    return thread


def test_a_runner_may_fork_while_the_request_is_written(make_site: Callable[[str], Site]) -> None:
    site, heard = make_site(CONFIG), list[tuple[dict[str, object], int]]()
    ear = listen(site, heard, hangs_up=False)
    _, answer = trigger(site, ["fresh", "warm"])
    ear.join()
    assert heard == [({"op": "expect", "fresh": 1}, 0), ({"op": "wake"}, 2)]
    assert answer == Heard(alive=True, woken=True)


def test_a_runner_that_knows_nothing_of_that_is_woken(make_site: Callable[[str], Site]) -> None:
    site, heard = make_site(CONFIG), list[tuple[dict[str, object], int]]()
    ear = listen(site, heard, hangs_up=True)
    _, answer = trigger(site, ["fresh"])
    ear.join()
    assert [(message["op"], requests) for message, requests in heard] == [("expect", 0), ("wake", 1)]
    assert answer == Heard(alive=True, woken=True)
