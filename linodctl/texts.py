"""Text from outside, made fit for a terminal: the one rule for everything that linodctl prints, logs or says."""

from __future__ import annotations

LONGEST_WORD = 100
"""Characters of what somebody typed that a message repeats: no name is longer."""


def printable(text: str) -> str:
    """One line that can't play tricks on a terminal: what can't be seen, line ends included, is shown as an escape.

    That is all of Unicode's control, format (bidirectional overrides too), private and unassigned characters and line
    separators. A tab stays: it moves nothing but what is behind it.
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c == "\t" else c.encode("unicode_escape").decode() for c in text)


def word(text: str) -> str:
    """A word that somebody typed, printable and no longer than a name may be, for a message."""
    return printable(text if len(text) <= LONGEST_WORD else f"{text[:LONGEST_WORD]}…")
