"""docs/procedures.md: its examples run, its tests pass, and its table of arguments is true."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import linodctl
from linodctl import procedures
from linodctl.testing import Given, run_procedure

GUIDE = (Path(linodctl.__file__).parent.parent / "docs" / "procedures.md").read_text()
EXAMPLES = re.findall(r"^```python\n(.*?)^```", GUIDE, re.DOTALL | re.MULTILINE)


@pytest.fixture(scope="module")
def guide() -> dict[str, Any]:
    """The names that all examples, run one after the other, leave behind."""
    names: dict[str, Any] = {"__name__": "guide"}
    for example in EXAMPLES:
        exec(compile(example, "docs/procedures.md", "exec", dont_inherit=True), names)
    return names


def test_every_test_of_the_guide_passes(guide: dict[str, Any]) -> None:
    tests: list[Callable[[], None]] = [value for name, value in guide.items() if name.startswith("test_")]
    assert len(tests) >= 4
    for test in tests:
        test()


@pytest.mark.parametrize(
    ("name", "args", "outcome", "says"),
    [
        ("count_words", {"text": "to be or not to be"}, "succeeded", "6 words"),
        ("shrink_pictures", {"names": ["a", "b"]}, "succeeded", "all done"),
        ("fetch_rates", {"published": True, "rows": 30}, "succeeded", "30 rates"),
        ("fetch_rates", {"published": True, "rows": 3}, "warned", "only 3 rates"),
        ("fetch_rates", {"published": False, "rows": 0}, "failed", "Retry: not out yet"),
        ("ask_everybody", {"partners": ["north", "south"]}, "succeeded", "north: fine, south: fine"),
        ("send_mails", {}, "succeeded", None),
        ("clean_up", {}, "succeeded", None),
        ("invoices", {}, "succeeded", None),
    ],
)
def test_examples_end_as_the_guide_says(guide, name: str, args: dict, outcome: str, says: str | None) -> None:
    ran = run_procedure(guide[name], **args)
    assert (ran.outcome, ran.message or ran.reason) == (outcome, says)


def test_memory_is_kept_of_a_run_that_fails() -> None:
    def breaks(ar: linodctl.RunContext) -> None:
        ar.memory["so_far"] = 3
        raise ValueError

    assert Given().run(breaks).memory == {"so_far": 3}


def test_the_table_of_arguments_is_true() -> None:
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*) \|$", GUIDE, re.MULTILINE))
    assert set(rows) == set(procedures.__all__)
    for name, told in rows.items():
        parameters = [p for p in inspect.signature(getattr(procedures, name)).parameters.values() if p.name != "ar"]
        assert [word.split("=")[0] for word in re.findall(r"`([^`%]+)`", told)][: len(parameters)] == [
            p.name for p in parameters
        ]
        for parameter in parameters:
            if parameter.default not in (None, inspect.Parameter.empty):
                assert f"`{parameter.name}={_as_yaml(parameter.default)}`" in told


def _as_yaml(value: object) -> str:
    return str(list(value) if isinstance(value, tuple) else value).replace("False", "false")
