"""Stand-ins for modules that commands don't need: nobody can tell them from the modules."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from linodctl.lean import StandIn


def test_nobody_notices_that_modules_are_read_later() -> None:
    """In a process of its own: here all of them have been read."""
    code = """
import sys
from linodctl.lean import StandIn, lean_imports
with lean_imports():
    import click, msgspec, pathlib, uuid
assert {"inspect", "gettext", "msgspec.json", "typing_extensions", "urllib.parse"} & sys.modules.keys() == set()

assert click.Option(["--x"], help="a line").help == "a line"
assert "inspect" not in sys.modules
assert click.Option(["--x"], help="  two\\n    lines").help == "two\\nlines"
assert click.Choice("ab").get_missing_message(click.Option(["--x"]), None).startswith("Choose from:")
assert pathlib.Path("/a b").as_uri() == "file:///a%20b"

import gettext, inspect, typing, typing_extensions, urllib.parse
assert not any(isinstance(module, StandIn) for module in sys.modules.values())
assert click.core.inspect.isfunction is inspect.isfunction
assert typing_extensions.Required is typing.Required and typing_extensions.NotRequired is typing.NotRequired
gettext.gettext = lambda text: text.replace("Choose", "Take")
assert click.Choice("ab").get_missing_message(click.Option(["--x"]), None).startswith("Take from:")

class Read(typing_extensions.TypedDict):
    number: typing_extensions.NotRequired[typing_extensions.Annotated[int, msgspec.Meta(gt=0)]]

assert msgspec.json.decode(b'{"number": 1}', type=Read) == {"number": 1}
import msgspec.json
assert not isinstance(msgspec.json, StandIn)
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_who_can_t_do_without_gets_the_module_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "needed_early.py").write_text("KNOWN = 'real'\nOTHER = 2\n")
    monkeypatch.syspath_prepend(tmp_path)
    stand_in = StandIn("needed_early", {"KNOWN": "known"})
    monkeypatch.setitem(sys.modules, "needed_early", stand_in)
    from needed_early import KNOWN, OTHER  # type: ignore[import-not-found] # it is made above

    assert (KNOWN, OTHER) == ("known", 2)
    assert sys.modules["needed_early"].KNOWN == "real"
    with pytest.raises(AttributeError, match="module 'needed_early' has no attribute 'third'"):
        _ = stand_in.third
