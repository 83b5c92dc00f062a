"""What a procedure is given: arguments, context, memory, surroundings."""

from __future__ import annotations

import getpass
import os
import pwd
import signal
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from execution_bench import Bench, gone

from linodctl.domain import Outcome


@pytest.mark.parametrize(
    ("func", "args", "message"),
    [
        ("plain", {"number": 1}, "1 datetime.date(2000, 1, 1)"),
        ("plain", {"number": [1, {"a": None}], "when": date(2026, 2, 1)}, "[1, {'a': None}] datetime.date(2026, 2, 1)"),
        ("plain", {"number": {"$date": "no date"}}, "{'$date': 'no date'} datetime.date(2000, 1, 1)"),
        ("by_annotation", {}, "a_task"),
        ("with_args", {"number": 21}, "42"),
        ("os.path.basename", {"p": "/a/b"}, "b"),
    ],
)
def test_arguments_arrive(bench: Bench, func: str, args: dict[str, object], message: str) -> None:
    assert bench.run(func, args=args).message == message


@pytest.mark.parametrize(
    ("func", "args", "reason"),
    [
        ("plain", {}, "'jobs.plain' can't be called: it needs the argument 'number'."),
        ("nothing", {"x": 1}, "'jobs.nothing' can't be called: it takes no argument 'x'."),
        ("describe", {"ar": 1}, "'jobs.describe' can't be called: the argument 'ar' can't be given"),
        ("plain", {"number": {1, 2}}, "an argument can't be handed over: a set can't be sent"),
        ("nowhere", {}, "'jobs.nowhere': module 'jobs' has no attribute 'nowhere'"),
        ("no.such.thing", {}, "'no.such.thing': there is no module 'no'"),
    ],
)
def test_what_does_not_fit_is_said_before_the_call(
    bench: Bench, func: str, args: dict[str, object], reason: str
) -> None:
    result = bench.run(func, args=args)
    assert result.outcome is Outcome.FAILED
    assert (result.reason or "").startswith(reason)
    assert "Traceback" not in (result.error or "")


def test_the_context_tells_about_the_run(bench: Bench) -> None:
    last = datetime(2026, 2, 1, tzinfo=UTC)
    order = {"attempt": 2, "last_success": last, "args": {"b": 2}}
    run_id = bench.start("describe_args", args={"a": 1, "b": 1}, order=order)
    assert bench.end(run_id).message == (
        f"a_task {run_id} 2 2026-03-01T12:00:00+00:00 2026-02-01 00:00:00+00:00 {{'a': 1, 'b': 2}}"
    )


def test_memory_is_saved_only_when_it_changed(bench: Bench) -> None:
    result = bench.run("remember", args={"value": [1]}, order={"memory": {"n": 1}})
    assert result.memory == {"n": 2, "value": [1]}
    assert bench.run("nothing", order={"memory": {"n": 1}}).memory is None


def test_memory_is_saved_with_a_failed_run_too(bench: Bench) -> None:
    result = bench.run("remember_and_fail")
    assert result.outcome is Outcome.FAILED
    assert result.memory == {"cursor": 5}


def test_memory_that_json_can_not_hold_fails_the_run(bench: Bench) -> None:
    result = bench.run("remember_unfit")
    assert result.outcome is Outcome.FAILED
    assert result.memory is None
    assert result.reason == ("ar.memory can't be saved: memory['when']['start'] is a date, which JSON can't hold.")


def test_memory_that_can_not_be_written_down_fails_the_run(bench: Bench) -> None:
    result = bench.run("remember_too_long_a_number")
    assert result.outcome is Outcome.FAILED
    assert (result.reason or "").startswith("ar.memory can't be saved: ValueError: Exceeds the limit")


def test_surroundings(bench: Bench) -> None:
    uid, user = os.getuid(), os.environ.get("USER")
    folder = bench.site.folder
    niceness = os.getpriority(os.PRIO_PROCESS, 0)
    assert bench.run("surroundings").message == f"{folder} None {niceness} {uid} {user}"
    (folder / "sub").mkdir()
    result = bench.run("surroundings", cwd="sub", env={"COLOR": "red"}, nice=3)
    assert result.message == f"{folder / 'sub'} red 3 {uid} {user}"


def test_a_memory_limit_holds(bench: Bench) -> None:
    limit = 2 * 1024**3
    assert bench.run("limits", memory_limit=limit).message == str(limit)
    result = bench.run("use_memory", args={"size": 2 * limit}, memory_limit=limit)
    assert (result.reason or "").startswith("MemoryError")


@pytest.mark.parametrize(
    ("launch", "reason"),
    [
        ({"cwd": "no/such/folder"}, "cwd: {folder}/no/such/folder: No such file or directory."),
        ({"user": "nobody-of-that-name"}, "user: there is no user 'nobody-of-that-name' on this machine."),
    ],
)
def test_surroundings_that_can_not_be_had(bench: Bench, launch: dict[str, str], reason: str) -> None:
    result = bench.run("surroundings", **launch)
    assert result.outcome is Outcome.FAILED
    assert result.reason == reason.format(folder=bench.site.folder)


@pytest.mark.skipif(os.getuid() != 0, reason="only root may become another user")
def test_another_user(make_bench: Callable[..., Bench]) -> None:
    nobody = pwd.getpwnam("nobody")  # who may not even read the standard library here: all is loaded before
    bench = make_bench(preload=("oddities",))
    run_id = bench.start("oddities.who", user="nobody", cwd="/")
    assert bench.end(run_id).outcome is Outcome.SUCCEEDED
    groups = " ".join(map(str, os.getgrouplist("nobody", nobody.pw_gid)))
    uid, gid, found, home, there, _, caps = bench.texts(run_id)
    assert (uid, gid, found, home) == (str(nobody.pw_uid), str(nobody.pw_gid), groups, f"home {nobody.pw_dir}")
    assert there == "there", "a program may open /dev/stderr"
    assert set(caps) <= {"0", " "}, "no capability of root is left"


@pytest.mark.skipif(os.getuid() != 0, reason="only root may become another user")
def test_another_user_s_worker_dies_with_the_zygote_too(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(preload=("jobs",))
    run_id = bench.start("sleep", user="nobody", cwd="/")
    bench.line(run_id, "sleeping")
    with gone(bench.started(run_id).pid) as it_is_gone:
        os.kill(bench.zygote_pid(), signal.SIGKILL)
        assert it_is_gone()


def test_the_own_user_needs_no_root(bench: Bench) -> None:
    assert bench.run("nothing", user=getpass.getuser()).outcome is Outcome.SUCCEEDED


def test_deployed_code_is_what_runs(bench: Bench) -> None:
    module = Path(bench.site.folder) / "deployed.py"
    module.write_text("def version(): return 1\n")
    assert bench.run("deployed.version").message == "1"
    module.write_text("def version(): return 'two'\n")
    assert bench.run("deployed.version").message == "two"
    module.unlink()
    result = bench.run("deployed.version")
    assert result.outcome is Outcome.FAILED
    assert result.reason == "'deployed.version': there is no module 'deployed'."
