"""Nonsense on the control socket: an answer in JSON or none, and the runner goes on."""

from __future__ import annotations

import asyncio
import json
import signal
import socket
import threading
from pathlib import Path
from typing import Any

import pytest
from examples import examples
from hypothesis import HealthCheck, example, given
from hypothesis import strategies as st
from sites import SiteFolder, signal_and_wait

from linodctl.runner.calling import MAX_LINE, Line, ask, socket_path
from linodctl.runner.control import ControlServer

json_values = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=10)),
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=5), inner, max_size=3)),
)
messages = st.fixed_dictionaries({"op": st.one_of(json_values, st.sampled_from(["wake", "status", "pause"]))})
lines = st.one_of(
    st.binary(max_size=200), json_values.map(json.dumps).map(str.encode), messages.map(json.dumps).map(str.encode)
)
HOSTILE = [
    b"[" * 60_000,
    b'{"op":' * 10_000,
    b"x" * (MAX_LINE + 10),
    b"\xff\xfe",
    b"",
    b"null",
    b"1" * 5000,
    b'{"op": NaN}',
]


def exchange(path: Path, line: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(20)
        client.connect(str(path))
        try:
            client.sendall(line.replace(b"\n", b" ") + b"\n")
            client.shutdown(socket.SHUT_WR)
            return client.makefile("rb").read()
        except (BrokenPipeError, ConnectionResetError):  # too much for it: it has hung up
            return b""


@examples(150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@example(line=HOSTILE[0])
@example(line=HOSTILE[1])
@given(line=lines)
def test_any_line_is_answered_in_json(tmp_path: Path, line: bytes) -> None:
    failures: list[dict[str, Any]] = []

    async def main() -> bytes:
        asyncio.get_running_loop().set_exception_handler(lambda _, context: failures.append(context))
        server = ControlServer(tmp_path / "linodctl.db", lambda message: {"ok": True, "heard": len(message)})
        await server.open()
        try:
            return await asyncio.to_thread(exchange, socket_path(tmp_path / "linodctl.db"), line)
        finally:
            await server.close()

    answer = asyncio.run(main())
    assert not failures
    assert isinstance(json.loads(answer), dict)


def test_each_line_has_its_answer(tmp_path: Path) -> None:
    """A caller may say something before it asks: answers don't get mixed up. Nor does it matter if nobody listens."""

    def call() -> tuple[dict[str, Any] | None, ...]:
        with Line(tmp_path / "linodctl.db") as line:
            line.tell("one")
            line.tell("two")
            return line.ask("three"), line.ask("four")

    async def main() -> tuple[dict[str, Any] | None, ...]:
        server = ControlServer(tmp_path / "linodctl.db", lambda message: message)
        await server.open()
        try:
            return await asyncio.to_thread(call)
        finally:
            await server.close()

    assert asyncio.run(main()) == ({"op": "three"}, {"op": "four"})
    assert call() == (None, None)


def test_a_runner_hears_nonsense_and_goes_on(tmp_path: Path) -> None:
    site = SiteFolder(tmp_path, "procedures: {quick: {func: jobs.quick, every: never}}")
    with site.runner() as runner:
        odd = [json.dumps({"op": op}).encode() for op in (None, [], {}, 1, "", "pause", "x" * 1000, {"op": "stop"})]
        odd += [json.dumps({"op": "expect", "fresh": fresh}).encode() for fresh in (None, "1", -1, 10**30)]
        for line in [*HOSTILE, *odd]:
            exchange(socket_path(site.state), line)
        assert site.cli("trigger", "quick", "--wait")[0]["outcome"] == "succeeded"
        assert "Traceback" not in site.log()
        assert signal_and_wait(runner, signal.SIGTERM) == 0


@pytest.mark.parametrize(
    "answer", [b"", b"\n", b"nonsense\n", b"[]\n", b"[" * 60_000 + b"\n", b"\xff\n", b"{" * 70_000]
)
def test_an_odd_answer_is_none(tmp_path: Path, answer: bytes) -> None:
    state = tmp_path / "linodctl.db"
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(str(socket_path(state)))
        server.listen()

        def serve() -> None:
            with server.accept()[0] as client:
                client.recv(1000)
                client.sendall(answer)

        thread = threading.Thread(target=serve)
        thread.start()
        assert ask(state, "status") is None
        thread.join()
