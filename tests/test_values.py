"""What is secret in a value is in no text that is made of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from rich.pretty import pretty_repr

from linodctl.values import Value


class Login(Value):
    unshown = ("password",)

    name: str
    password: str


@pytest.mark.parametrize("shown", [repr, str, pretty_repr])
def test_what_is_unshown_stands_in_no_text(shown: Callable[[object], str]) -> None:
    assert shown(Login("ann", "hunter2")) == "Login(name='ann')"
