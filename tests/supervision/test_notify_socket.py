"""The protocol's own end: addresses, whom the watchdog is meant for, and that no host can trouble the runner."""

from __future__ import annotations

import socket
from pathlib import Path

import pytest
from fake_host import fake_host

from linodctl.supervision.notify_socket import NotifySocket, take_demands

ME = 4711


@pytest.mark.parametrize(
    "address", ["{folder}/notify", "{folder}/" + "deep" * 30 + "/notify", "@linodctl-test-{folder}"]
)
def test_assignments_arrive_in_one_datagram(address: str, tmp_path: Path) -> None:
    address = address.format(folder=tmp_path)
    if address.startswith("/"):
        Path(address).parent.mkdir(exist_ok=True)
    if len(address) < 100 or address.startswith("@"):
        with fake_host(address) as host:
            NotifySocket(address).tell("READY=1", "STATUS=a = b")
            assert host.wait_for("READY=1") == {"READY": "1", "STATUS": "a = b"}
        return
    with fake_host(str(tmp_path / "short")) as host:  # no listener can be bound to so long a path, but moved there
        (tmp_path / "short").rename(address)
        NotifySocket(address).tell("READY=1")
        assert host.wait_for("READY=1")


@pytest.mark.parametrize(
    "address", ["", "relative", "vsock:2:1234", "/nowhere/at/all", "@nobody-listens-here", "/dev/null"]
)
def test_a_host_that_is_not_there_is_no_error(address: str) -> None:
    NotifySocket(address).tell("READY=1")


def test_a_host_that_does_not_read_holds_nobody_up(tmp_path: Path) -> None:
    path = str(tmp_path / "notify")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as deaf:
        deaf.bind(path)
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as others:
            others.setblocking(False)
            with pytest.raises(BlockingIOError):
                while True:
                    others.sendto(b"x", path)
        NotifySocket(path).tell("READY=1")


@pytest.mark.parametrize(
    ("environ", "speaks", "watchdog"),
    [
        ({}, False, None),
        ({"NOTIFY_SOCKET": "@a"}, True, None),
        ({"NOTIFY_SOCKET": "@a", "WATCHDOG_USEC": "20000000"}, True, 20.0),
        ({"NOTIFY_SOCKET": "@a", "WATCHDOG_USEC": "500000", "WATCHDOG_PID": "4711"}, True, 0.5),
        ({"NOTIFY_SOCKET": "@a", "WATCHDOG_USEC": "20000000", "WATCHDOG_PID": "12"}, True, None),
        ({"NOTIFY_SOCKET": "@a", "WATCHDOG_USEC": "9" * 400}, True, None),
        ({"NOTIFY_SOCKET": "@a", "WATCHDOG_USEC": "9" * 5000}, True, None),
        ({"NOTIFY_SOCKET": "@a", "WATCHDOG_USEC": "0"}, True, None),
        ({"NOTIFY_SOCKET": "@a", "WATCHDOG_USEC": "soon"}, True, None),
        ({"NOTIFY_SOCKET": "@a", "WATCHDOG_USEC": "-5"}, True, None),
        ({"NOTIFY_SOCKET": "somewhere"}, False, None),
    ],
)
def test_what_the_host_demands_is_taken_out_of_the_environment(
    environ: dict[str, str], speaks: bool, watchdog: float | None
) -> None:
    environ = {**environ, "OTHER": "stays"}
    demands = take_demands(environ, ME)
    assert (bool(demands.socket), demands.watchdog) == (speaks, watchdog)
    assert environ == {"OTHER": "stays"}


def test_below_a_first_process_of_our_own_its_number_is_ours_too() -> None:
    assert take_demands({"WATCHDOG_USEC": "4000000", "WATCHDOG_PID": "1"}, ME, 1).watchdog == 4.0
