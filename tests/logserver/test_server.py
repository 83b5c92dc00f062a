"""The log server believes nothing it is sent, harms nobody by it, and is always to be found."""

from __future__ import annotations

import contextlib
import json
import logging
import os
import socket
import stat
from pathlib import Path

import pytest
from log_bench import log_config, messages, serve, wait_for

from linodctl.logserver import server as server_module
from linodctl.logserver.entry import MAX_FRAME
from linodctl.logserver.find import find_log_socket, log_socket
from linodctl.sockets import connect
from linodctl.values import replace

HELLO = b'{"pid": 7, "process": "p"}\n'
GOOD = [1795521600.25, 20, "x", "good", ""]

GARBAGE = {
    "no hello": b"[]\n",
    "http": b"GET / HTTP/1.1\r\n\r\n",
    "a hello of another kind": b'{"pid": "7", "process": 1}\n',
    "no JSON": HELLO + b"\x80\x04\x95\n",
    "no list": HELLO + b"7\n",
    "null": HELLO + b"null\n",
    "no record": HELLO + b"[7]\n",
    "a short record": HELLO + b"[[1, 2]]\n",
    "a text as the time": HELLO + json.dumps([["now", *GOOD[1:]]]).encode() + b"\n",
    "no number as the time": HELLO + b'[[NaN, 20, "x", "bad", ""]]\n',
    "a time beyond all calendars": HELLO + b'[[1e300, 20, "x", "bad", ""]]\n',
    "a time before all": HELLO + b'[[-1e18, 20, "x", "bad", ""]]\n',
    "an endless number": HELLO + b"[[" + b"9" * 5000 + b', 20, "x", "bad", ""]]\n',
    "a level of text": HELLO + b'[[1, "INFO", "x", "bad", ""]]\n',
    "a level that is true": HELLO + b'[[1, true, "x", "bad", ""]]\n',
    "a message of another kind": HELLO + b'[[1, 20, "x", {"a": 1}, ""]]\n',
    "a good record before a bad one": HELLO + json.dumps([GOOD, [1]]).encode() + b"\n",
    "deeply nested": HELLO + b"[" * 100_000 + b"\n",
    "an endless line": HELLO + b"x" * (2 * MAX_FRAME),
}


def answer(connection: socket.socket) -> bytes:
    """What comes back; nothing if it hangs up."""
    try:
        return connection.recv(100)
    except ConnectionResetError:
        return b""


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage_is_hung_up_on(tmp_path: Path, name: str, caplog: pytest.LogCaptureFixture) -> None:
    with serve(tmp_path), caplog.at_level(logging.WARNING), connect(tmp_path / "log.sock", 5) as bystander:
        with connect(tmp_path / "log.sock", 5) as client:
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                client.sendall(GARBAGE[name])
            assert answer(client) == b""
        bystander.sendall(HELLO + json.dumps([GOOD]).encode() + b"\n")
        assert answer(bystander) == b"1\n"
    assert messages(tmp_path) == ["good"]
    assert "hung up on a client of the log server" in caplog.text


def test_a_client_gone_wild_does_not_fill_the_log(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with serve(tmp_path), caplog.at_level(logging.WARNING):
        for _ in range(20):
            with connect(tmp_path / "log.sock", 5) as client:
                client.sendall(b"x\n")
                assert answer(client) == b""
    assert len(caplog.records) == server_module.BAD_CLIENTS_TOLD


def test_half_a_frame_is_no_record(tmp_path: Path) -> None:
    with serve(tmp_path), connect(tmp_path / "log.sock", 5) as client:
        client.sendall(HELLO + json.dumps([GOOD]).encode())
    assert messages(tmp_path) == []


def test_frames_come_in_any_pieces(tmp_path: Path) -> None:
    with serve(tmp_path), connect(tmp_path / "log.sock", 5) as client:
        for byte in HELLO + json.dumps([GOOD]).encode() + b"\n":
            client.sendall(bytes([byte]))
        assert answer(client) == b"1\n"
    assert messages(tmp_path) == ["good"]


def test_more_clients_than_it_takes_wait_their_turn(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "FEWEST_CLIENTS", 2)
    monkeypatch.setattr("resource.getrlimit", lambda _: (4, 4))
    batch = HELLO + json.dumps([GOOD]).encode() + b"\n"
    with serve(tmp_path):
        clients = [connect(tmp_path / "log.sock", 5) for _ in range(4)]
        for client in clients:
            client.sendall(batch)
        for client in clients:  # the first two are served, and make room for the others
            assert answer(client) == b"1\n"
            client.close()
    assert messages(tmp_path) == ["good"] * 4


def test_a_client_that_reads_no_answers_is_hung_up_on(tmp_path: Path) -> None:
    batch = json.dumps([GOOD]).encode() + b"\n"
    with serve(tmp_path) as server, connect(tmp_path / "log.sock", 5) as client:
        client.sendall(HELLO)
        with pytest.raises((BrokenPipeError, ConnectionResetError)):
            while True:
                client.sendall(batch * 100)
        wait_for(lambda: not server._clients, "it is gone")


@pytest.mark.parametrize("umask", [0, 0o777])
def test_the_socket_is_its_owners_alone(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        with serve(tmp_path):
            assert stat.S_IMODE((tmp_path / "log.sock").stat().st_mode) == 0o600
            assert stat.S_IMODE((tmp_path / "site.log").stat().st_mode) == 0o600
        assert not (tmp_path / "log.sock").exists()
    finally:
        os.umask(before)


def test_a_folder_with_a_long_name(tmp_path: Path) -> None:
    folder = tmp_path / ("x" * 200)
    folder.mkdir()
    with serve(folder), connect(folder / "log.sock", 5) as client:
        client.sendall(HELLO + json.dumps([GOOD]).encode() + b"\n")
        assert answer(client) == b"1\n"


def test_a_stale_socket_is_replaced_and_a_removed_one_made_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server_module, "LOOK_AROUND", 0.02)
    stale = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    stale.bind(str(tmp_path / "log.sock"))
    stale.close()
    with serve(tmp_path):
        (tmp_path / "log.sock").unlink()
        wait_for((tmp_path / "log.sock").exists, "the socket is there again")
        with connect(tmp_path / "log.sock", 5) as client:
            client.sendall(HELLO + json.dumps([GOOD]).encode() + b"\n")
            assert answer(client) == b"1\n"


def test_the_level_of_the_site_filters(tmp_path: Path) -> None:
    with serve(tmp_path), connect(tmp_path / "log.sock", 5) as client:
        batch = [[GOOD[0], level, "x", str(level), ""] for level in (10, 19, 20, 30)]
        client.sendall(HELLO + json.dumps(batch).encode() + b"\n")
        assert answer(client) == b"1\n"
    assert messages(tmp_path) == ["20", "30"]


def test_without_a_file_or_with_a_full_disk_it_goes_to_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    usual = log_config(tmp_path)
    for config in (replace(usual, file=Path("/dev/full")), replace(usual, file=None)):
        with serve(tmp_path, config), connect(tmp_path / "log.sock", 5) as client:
            for _ in range(2):
                client.sendall((HELLO if not _ else b"") + json.dumps([GOOD]).encode() + b"\n")
                assert answer(client) == b"1\n"
    said = capsys.readouterr().err.splitlines()
    assert [line.partition("+00:00 ")[2] for line in said] == [
        "ERROR    the log file /dev/full can't be written (No space left on device); others' entries come here",
        *["INFO     x[7 p]: good"] * 4,
    ]


# --- where it is found --------------------------------------------------------------------------------


def test_it_is_found_as_the_commands_find_the_site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "linodctl.yaml").write_text("state: data/${WHICH}.db\nprocedures: nonsense\n")
    other = tmp_path / "other"
    other.mkdir()
    (other / "site.yaml").write_text("procedures: {}\n")
    assert find_log_socket({"WHICH": "a"}) == tmp_path / "data/a.db.log.sock"
    assert find_log_socket({"LINODCTL_CONFIG": "other"}) == other / "linodctl.db.log.sock"
    assert find_log_socket({"LINODCTL_CONFIG": "other", "LINODCTL_STATE": "s.db"}) == tmp_path / "s.db.log.sock"
    assert find_log_socket({"LINODCTL_LOG_SOCKET": "/x/y", "LINODCTL_STATE": "s.db"}) == Path("/x/y")
    assert find_log_socket({"LINODCTL_LOG_SOCKET": "/x/y"}, config="other") == other / "linodctl.db.log.sock"
    assert log_socket(Path("/a/b.db")) == Path("/a/b.db.log.sock")
