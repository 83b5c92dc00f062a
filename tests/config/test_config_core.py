"""pydantic's validator without its package: for everybody it is the same one."""

from __future__ import annotations

import subprocess
import sys

import pydantic_core

from linodctl.config import core


def test_it_is_the_one_of_the_package() -> None:
    assert core.ValidationError is pydantic_core.ValidationError


def test_the_package_can_be_imported_later() -> None:
    code = """
import sys
from linodctl.config import core, validator
validator.validator().validate_python({"procedures": {"job": {"func": "a.b"}}})
assert not any(name.startswith("pydantic") for name in sys.modules)

import pydantic, pydantic_core
assert pydantic_core._pydantic_core.ValidationError is core.ValidationError
class Model(pydantic.BaseModel):
    number: int
try:
    Model(number="none")
except core.ValidationError as error:
    assert error.error_count() == 1
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
