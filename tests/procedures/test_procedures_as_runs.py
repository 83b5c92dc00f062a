"""The shipped procedures as a worker runs them: the real context, captured output, errors that become outcomes."""

from __future__ import annotations

from pathlib import Path

from linodctl.domain import Outcome
from linodctl.testing import Given, run_procedure


def test_what_a_command_prints_is_in_the_log_of_the_run() -> None:
    ran = run_procedure("linodctl.procedures.shell", command="echo out; echo err >&2; printf end")
    assert ran.outcome is Outcome.SUCCEEDED
    assert sorted((line.logger, line.text) for line in ran.log if line.logger.startswith("std")) == [
        ("stderr", "err"),
        ("stdout", "end"),
        ("stdout", "out"),
    ]


def test_a_failed_command_says_so_in_one_line_and_more_below() -> None:
    ran = run_procedure("linodctl.procedures.shell", command="echo first; echo last; exit 3")
    assert ran.outcome is Outcome.FAILED
    assert ran.reason == "CommandFailed: The command exited with code 3: last"
    assert ran.error is not None
    assert ran.error.endswith("Its last lines:\n  first\n  last")


def test_a_stopped_command_ends_at_once() -> None:
    ran = Given(cancelled=True).run("linodctl.procedures.shell", command="exec sleep 60")
    assert ran.reason == "CommandFailed: The command was ended by SIGTERM: it printed nothing"


def test_a_page_that_is_not_there_shows_no_chain_of_tracebacks() -> None:
    ran = run_procedure("linodctl.procedures.http_get", url="http://127.0.0.1:1/")
    assert ran.reason == "PageFailed: http://127.0.0.1:1/ did not answer: Connection refused."
    assert (ran.error or "").count("Traceback") == 1


def test_a_full_disk_warns() -> None:
    assert run_procedure("linodctl.procedures.sample_machine", warn_above=-1).outcome is Outcome.WARNED


def test_a_database_is_copied_with_progress(tmp_path: Path) -> None:
    folder = str(tmp_path)
    assert run_procedure("linodctl.procedures.demo.make_sample_data", folder=folder).message == "500"
    ran = run_procedure("linodctl.procedures.backup_sqlite", source=f"{folder}/shop.db", target=f"{folder}/%Y.db")
    assert ran.message == f"{folder}/2026.db"
    done, total, _ = ran.progress[-1]
    assert done == total


def test_what_was_deleted_is_shown_with_the_run(tmp_path: Path) -> None:
    run_procedure("linodctl.procedures.demo.make_sample_data", folder=str(tmp_path))
    ran = run_procedure("linodctl.procedures.delete_old_files", folder=f"{tmp_path}/logs", older_than="15d")
    assert ran.message == "OldFiles(files=2, bytes=4200)"
