"""The dotted paths that a config names, and what importing them costs."""

from __future__ import annotations

import importlib
import subprocess
import sys

import pytest

NAMES = ["shell", "http_get", "backup_sqlite", "delete_old_files", "sample_machine"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("file_first", [False, True])
def test_a_name_is_the_function_even_after_its_file_was_imported(name: str, file_first: bool) -> None:
    procedures = importlib.import_module("linodctl.procedures")
    if file_first:
        importlib.import_module(getattr(procedures, name).__module__)
    function = getattr(procedures, name)
    assert callable(function)
    assert function.__name__ == name
    assert function.__doc__


def test_all_and_dir_tell_the_names() -> None:
    procedures = importlib.import_module("linodctl.procedures")
    assert sorted(procedures.__all__) == sorted(NAMES)
    assert set(NAMES) <= set(dir(procedures))


def test_an_unknown_name_is_no_attribute() -> None:
    procedures = importlib.import_module("linodctl.procedures")
    assert not hasattr(procedures, "shel")


def test_the_package_loads_no_procedure_before_it_is_asked_for() -> None:
    code = "import sys, linodctl.procedures; print(*[m for m in sys.modules if m.startswith('linodctl.procedures.')])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_a_shell_command_loads_no_http_client_and_no_database() -> None:
    code = (
        "import sys; from linodctl.procedures import shell; print(*{'http.client', 'sqlite3', 'ssl'} & {*sys.modules})"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []
