"""`shell`: any command of the machine as a procedure."""

from __future__ import annotations

import codecs
import os
import selectors
import signal
import subprocess
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, TextIO

from linodctl.procedures.errors import CommandFailed

if TYPE_CHECKING:
    from linodctl.execution.context import RunContext

LOOK_UP = 0.2
"""Seconds between two looks at `ar.cancelled`, and at whether a silent command has ended."""
LAST_LINES = 10
"""How much of its output a failed command's error repeats."""
LONGEST_LINE = 300


def shell(
    ar: RunContext,
    command: str,
    cwd: str | None = None,
    env: Mapping[str, object] | None = None,
    shell: str = "/bin/sh",
    ok_codes: Sequence[int] = (0,),
) -> None:
    """Run `command` by `shell -c`; what it prints becomes part of the run's log.

    It reads from /dev/null, gets `env` on top of the run's environment, and starts in `cwd`, a path relative to the
    run's working folder. It belongs to the run's process group, so that whatever stops the run stops it, too; and it is
    sent TERM as soon as the run is asked to stop. An exit code that is not among `ok_codes` raises CommandFailed.
    """
    ar.debug(f"$ {command}")
    process = _start(command, cwd, env, shell)
    with process:
        last_lines = _relay_output(ar, process)
    if process.returncode not in ok_codes:
        raise _failure(process.returncode, last_lines)


def _start(command: str, cwd: str | None, env: Mapping[str, object] | None, shell: str) -> subprocess.Popen[bytes]:
    environment = {**os.environ, **{name: str(value) for name, value in (env or {}).items()}}
    try:
        return subprocess.Popen(
            [shell, "-c", command],
            cwd=cwd,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
    except (OSError, ValueError) as error:
        raise CommandFailed(f"The command could not be started with the shell {shell!r}: {error}.") from None


def _relay_output(ar: RunContext, process: subprocess.Popen[bytes]) -> list[str]:
    """Pass on what the command prints, as it comes, until it has ended; the last lines of it.

    A program that the command left in the background may keep the pipes open: its silence is not waited for.
    """
    tail = _Tail()
    asked_to_stop = False
    with selectors.DefaultSelector() as pipes:
        for pipe, stream in ((process.stdout, sys.stdout), (process.stderr, sys.stderr)):
            assert pipe is not None
            pipes.register(pipe, selectors.EVENT_READ, _Relay(stream, tail))
        while pipes.get_map() or not _ends_soon(process):
            if ar.cancelled and not asked_to_stop:
                asked_to_stop = True
                process.terminate()
            ready = pipes.select(LOOK_UP) if pipes.get_map() else []
            for key, _ in ready:
                chunk = os.read(key.fd, 65536)
                key.data.pass_on(chunk)
                if not chunk:
                    pipes.unregister(key.fileobj)
            if not ready and process.poll() is not None:
                break
    return tail.lines()


def _ends_soon(process: subprocess.Popen[bytes]) -> bool:
    try:
        process.wait(LOOK_UP)
    except subprocess.TimeoutExpired:
        return False
    return True


class _Relay:
    """Passes bytes of one pipe on to a text stream of this process, and to the tail."""

    def __init__(self, stream: TextIO, tail: _Tail) -> None:
        self._stream, self._tail = stream, tail
        self._decoder = codecs.getincrementaldecoder("utf-8")("replace")

    def pass_on(self, chunk: bytes) -> None:
        text = self._decoder.decode(chunk, final=not chunk)
        self._stream.write(text)
        self._stream.flush()
        self._tail.add(self, text)


class _Tail:
    """The last lines of several streams, in the order in which they began."""

    def __init__(self) -> None:
        self._lines: deque[list[str]] = deque(maxlen=LAST_LINES)
        self._open: dict[_Relay, list[str]] = {}
        """Of each stream the line that has no newline yet."""

    def add(self, source: _Relay, text: str) -> None:
        for piece in text.splitlines(keepends=True):
            line = self._open.get(source)
            if line is None:
                line = self._open[source] = [""]
                self._lines.append(line)
            line[0] = (line[0] + piece)[:LONGEST_LINE]
            if piece.endswith(("\n", "\r")):
                del self._open[source]

    def lines(self) -> list[str]:
        return [line[0].rstrip() for line in self._lines if line[0].strip()]


def _failure(code: int, last_lines: Sequence[str]) -> CommandFailed:
    """How the command ended and its last words; what it said before stands below the traceback."""
    failure = CommandFailed(f"The command {_ending(code)}: {last_lines[-1] if last_lines else 'it printed nothing'}")
    if len(last_lines) > 1:
        failure.add_note("\n".join(["Its last lines:", *(f"  {line}" for line in last_lines)]))
    return failure


def _ending(code: int) -> str:
    if code < 0:
        return f"was ended by {_signal_name(-code) or f'signal {-code}'}"
    # A shell whose child died by signal n exits with 128 + n itself.
    name = _signal_name(code - 128) if code > 128 else None
    return f"exited with code {code}" + (f" (a child was ended by {name})" if name else "")


def _signal_name(number: int) -> str | None:
    try:
        return signal.Signals(number).name
    except ValueError:
        return None
