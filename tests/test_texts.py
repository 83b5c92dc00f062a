"""The rule for text that comes from outside, and that it is the only one."""

from __future__ import annotations

import ast
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import linodctl
from linodctl.texts import LONGEST_WORD, printable, word

PACKAGE = Path(linodctl.__file__).parent

DOORS = {
    "cli/__init__.py": "the version",
    "cli/call.py": "results and notes, through paint",
    "cli/failures.py": "errors",
    "cli/meter.py": "a percentage",
    "cli/program.py": "the help page",
    "cli/terminal.py": "tables on a terminal",
    "cli/progress.py": "progress bars",
    "execution/capture.py": "the stdout that a procedure sees",
}
"""The modules that may write to the terminal."""


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain ü\ttab", "plain ü\ttab"),
        ("\x1b[31mred\nnext", "\\x1b[31mred\\nnext"),
        ("\x1b]0;title\x07", "\\x1b]0;title\\x07"),
        ("\x9b31m", "\\x9b31m"),
        ("user\u202egnp.exe", "user\\u202egnp.exe"),
        ("a\u2066b\u200bc", "a\\u2066b\\u200bc"),
        ("a\u2028b\u0085c", "a\\u2028b\\x85c"),
        ("\ud800", "\\ud800"),
        ("[red]not markup[/red]", "[red]not markup[/red]"),
    ],
    ids=ascii,
)
def test_what_cannot_be_seen_is_written_as_an_escape(text: str, shown: str) -> None:
    assert printable(text) == shown


@given(st.text())
def test_nothing_is_left_that_drives_a_terminal(text: str) -> None:
    shown = printable(text)
    assert all(c == "\t" or unicodedata.category(c)[0] != "C" for c in shown)
    assert shown.splitlines() == ([shown] if shown else [])
    assert printable(shown) == shown


def test_a_word_is_no_longer_than_a_name() -> None:
    assert word("x" * 5000) == "x" * LONGEST_WORD + "…"


def written_by(path: Path) -> Iterator[str]:
    """Calls that write to the terminal."""
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            if called in ("print", "click.echo", "click.secho", "console.print") or called.endswith(
                ("stdout.write", "stderr.write", "console(color).print", "console.print")
            ):
                yield called


def test_only_a_few_doors_lead_to_the_terminal() -> None:
    """A new one must go through `printable`: then add it to DOORS."""
    modules = [path for path in PACKAGE.rglob("*.py") if "procedures" not in path.parts and path.name != "testing.py"]
    writing = {str(path.relative_to(PACKAGE)) for path in modules if list(written_by(path))}
    assert len(writing) > 3 and writing <= DOORS.keys()
