"""From bytes that a program wrote to lines of text fit for a log: nothing raises, nothing grows without bound."""

from __future__ import annotations

LONGEST = 8192
"""Bytes; a longer line is split."""


class Lines:
    """Collects output and gives back whole lines; broken UTF-8 is replaced, an unfinished last line waits."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[str]:
        *whole, rest = (self._rest + data).split(b"\n")
        if len(rest) > LONGEST:
            *pieces, rest = _split(rest)
            whole += pieces
        self._rest = rest
        return [_text(piece) for line in whole for piece in (_split(line) if len(line) > LONGEST else (line,))]

    def finish(self) -> list[str]:
        """The last line, if it had no newline."""
        rest, self._rest = self._rest, b""
        return [_text(rest)] if rest else []


def _split(line: bytes) -> list[bytes]:
    """Pieces of at most LONGEST bytes, never cut inside a UTF-8 character."""
    pieces = []
    start = 0
    while len(line) - start > LONGEST:
        end = start + LONGEST
        for back in range(4):
            if line[end - back] & 0xC0 != 0x80:  # the first byte of a character
                end -= back
                break
        pieces.append(line[start:end])
        start = end
    return [*pieces, line[start:]]


def _text(line: bytes) -> str:
    """What a terminal would have shown: a progress bar that rewrites its line leaves its last state."""
    text = line.decode("utf-8", "replace")
    return text.rstrip("\r").rsplit("\r", 1)[-1] if "\r" in text else text
