"""Frames between runner, zygote and workers: one JSON value per line, never a pickle.

Lines, not length prefixes, because a whole chunk of them can be parsed in one call. File descriptors travel beside a
frame (SCM_RIGHTS).
"""

from __future__ import annotations

import json
import os
import socket
from array import array
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

from linodctl.errors import LinodctlError

MAX_FRAME = 16 * 1024 * 1024
"""Bytes. Senders cut their texts far below it; more than this is a worker gone wild."""

_MEASURE = 8
"""Hexadecimal digits before a frame that tell its length."""
_CLOEXEC = getattr(socket, "MSG_CMSG_CLOEXEC", 0)
_CTRUNC = int(socket.MSG_CTRUNC)  # what is made of the enum's member at each `&` takes longer than to receive
_FDS = array("i")


class BadFrame(LinodctlError):
    """The other side sent something that is no frame."""


class Unsendable(LinodctlError):
    """A value that can't be sent to another process as JSON."""


def pack(value: Any) -> bytes:
    """One frame. Dates and times keep their type; other values that JSON doesn't know raise `Unsendable`."""
    try:
        text = _encoder.encode(value)
    except (TypeError, ValueError) as error:
        raise Unsendable(str(error)) from None
    # A lone surrogate (a file name that isn't UTF-8, say) would be refused by the state file later on.
    return text.encode("utf-8", "replace") + b"\n"


def unpack(line: bytes) -> Any:
    """The value of one frame, dates and times restored."""
    try:
        text = line.decode()
        value, end = (_restorer if b'{"$' in line else _decoder).raw_decode(text)
        if text[end:] not in ("", "\n"):
            raise ValueError("more than one value")
    except (ValueError, RecursionError) as error:
        raise BadFrame(f"Not a frame: {error}.") from None
    return value


def unpack_many(lines: list[bytes]) -> list[Any]:
    """The values of many frames, by a single call of the parser; dates stay text. For reports, which come in masses."""
    try:
        values: list[Any] = json.loads(b"[" + b",".join(lines) + b"]")
    except (ValueError, RecursionError) as error:
        raise BadFrame(f"Not a frame: {error}.") from None
    return values


class Splitter:
    """Cuts a stream of bytes into whole lines; an unfinished one waits for its rest."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[bytes]:
        *lines, self._rest = (self._rest + data).split(b"\n")
        if len(self._rest) > MAX_FRAME:
            raise BadFrame(f"A frame of more than {MAX_FRAME} bytes.")
        return lines


def receive_line(sock: socket.socket) -> bytes | None:
    """Wait for one frame and take exactly that from the socket; None at end-of-file."""
    line = b""
    while True:
        ahead = sock.recv(65536, socket.MSG_PEEK)
        if not ahead:
            return None
        end = ahead.find(b"\n") + 1
        line += sock.recv(end or len(ahead))
        if end:
            return line


def measured(frame: bytes) -> bytes:
    """A frame for a pipe of which the reader is to take that and no more."""
    return b"%0*x%b" % (_MEASURE, len(frame), frame)


def read_measured(fd: int) -> bytes | None:
    """Wait for one such frame; None at end-of-file.

    What follows it stays in the pipe: the worker finds out that it is cancelled by seeing more to read.
    """
    measure = os.read(fd, _MEASURE)
    while 0 < len(measure) < _MEASURE and (more := os.read(fd, _MEASURE - len(measure))):
        measure += more
    if len(measure) < _MEASURE:
        return None
    size = int(measure, 16)
    frame = os.read(fd, size)
    while len(frame) < size:
        more = os.read(fd, size - len(frame))
        if not more:
            return None
        frame += more
    return frame


def send_with_fds(sock: socket.socket, frame: bytes, fds: list[int]) -> int:
    """Send (the beginning of) a frame and its descriptors; how many bytes went. Raises BlockingIOError if none did."""
    return socket.send_fds(sock, [frame], fds) if fds else sock.send(frame)


def receive_with_fds(sock: socket.socket, most: int) -> tuple[bytes, list[int]]:
    """Some bytes and the descriptors that came with them (never later than the last byte of their frame)."""
    data, beside, flags, _ = sock.recvmsg(65536, socket.CMSG_LEN(most * _FDS.itemsize), _CLOEXEC)
    if flags & _CTRUNC:
        raise BadFrame("Descriptors were lost on the way: this process may not open more of them.")
    fds = _FDS[:]
    for _, _, packed in beside:
        fds.frombytes(packed)
    return data, fds.tolist()


def _extra(value: Any) -> Any:
    """JSON for what a YAML file can hold beyond JSON."""
    match value:
        case Mapping():
            return dict(value)
        case datetime():
            return {"$datetime": value.isoformat()}
        case date():
            return {"$date": value.isoformat()}
        case time():
            return {"$time": value.isoformat()}
        case timedelta():
            return {"$seconds": repr(value.total_seconds())}
    raise TypeError(f"a {type(value).__name__} can't be sent to another process: {value!r:.100}")


_encoder = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_extra)

_RESTORERS: Mapping[str, Any] = {
    "$datetime": datetime.fromisoformat,
    "$date": date.fromisoformat,
    "$time": time.fromisoformat,
    "$seconds": lambda text: timedelta(seconds=float(text)),
}


def _restore(pairs: dict[str, Any]) -> Any:
    if len(pairs) == 1:
        [(key, value)] = pairs.items()
        if key in _RESTORERS and isinstance(value, str):
            try:
                return _RESTORERS[key](value)
            except ValueError:
                return pairs  # somebody's own mapping that happens to look like ours
    return pairs


_decoder, _restorer = json.JSONDecoder(), json.JSONDecoder(object_hook=_restore)
