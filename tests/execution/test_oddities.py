"""Whatever a procedure does to its process, its run ends in a row that says what happened, and the next one works."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import execution_bench
import pytest
from execution_bench import Bench

from linodctl.domain import Outcome, Result

MIB = 1024 * 1024
LOG_BYTES = 100_000
SOON = timedelta(seconds=0.3)

FAILED, FINE, TIMED_OUT, LOST = Outcome.FAILED, Outcome.SUCCEEDED, Outcome.TIMED_OUT, Outcome.LOST


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Bench]:
    folder = tmp_path_factory.mktemp("site")
    (folder / "impatient.py").write_text(
        "from linodctl.execution import worker\ndef start(): worker.NOTE_AFTER = 0.1\n"
    )
    bench = Bench(folder, log_bytes=LOG_BYTES, setup="impatient.start").open()
    yield bench
    bench.close()


@dataclass(frozen=True)
class Case:
    func: str
    outcome: Outcome
    reason: str | None = None
    """How it begins."""
    code: int | None = None
    signal: int | None = None
    message: str | None = None
    log: str = ""
    """A text that is somewhere in the log."""
    error: str = ""
    """A text that is somewhere in the error."""
    args: dict[str, Any] = field(default_factory=dict)
    launch: dict[str, Any] = field(default_factory=dict)


BEFORE_RETURN = "before the procedure returned"
CASES = [
    Case("huge_exception", FAILED, "ValueError: xxx", 1, error="characters left out", args={"size": 10_000_000}),
    Case("huge_result", FINE, code=0, message="yyy", args={"size": 10_000_000}),
    Case("unpicklable_exception", FAILED, "_Unpicklable: (<function ", 1),
    Case("unpicklable_result", FINE, code=0, message="<unlocked _thread.lock object"),
    Case(
        "text_that_exits",
        FAILED,
        "_Exits: <_Exits whose text can't be made: SystemExit>",
        1,
        error="in text_that_exits",
    ),
    Case("text_that_never_ends", TIMED_OUT, "ran longer", signal=15, error="in __str__", launch={"timeout": SOON}),
    Case("result_that_exits", FINE, code=0, message="<_NoText whose text can't be made: SystemExit>"),
    Case("nameless", FAILED, "Odd: u", 1, error="in nameless"),
    Case("nested_groups", FAILED, "ExceptionGroup: g", 1),
    #
    Case("close_the_first_three", FINE, code=0, log="after"),
    Case("close_all_and_open_others", FAILED, f"the worker exited with code 71 {BEFORE_RETURN}, or", 71),
    Case("close_stdout", FINE, code=0, log="said"),
    Case("detach_stdout", FINE, code=0, log="said"),
    Case("replace_stdout", FINE, code=0),
    Case("end_logging", FINE, code=0, log="after"),
    Case("write_nonsense_to_the_channel", FINE, code=0, log="the worker sent an unreadable report"),
    #
    Case("leave_no_folder", FINE, code=0),
    Case("new_session", FAILED, "PermissionError", 1),
    Case("become_true", FAILED, f"the worker exited with code 0 {BEFORE_RETURN}", 0),
    Case("become_sleep", TIMED_OUT, "ran longer", signal=15, log="going", launch={"timeout": SOON}),
    Case("fork_and_fail", FAILED, "RuntimeError: twice", 1),
    Case("stop_itself", TIMED_OUT, "ran longer", code=0, launch={"timeout": SOON}),
    Case(
        "kill_group",
        LOST,
        "the worker was killed by SIGKILL from outside; if nobody did",
        signal=9,
    ),
    Case("abort", FAILED, "the worker was killed by SIGABRT", signal=6),
    Case("overflow", FAILED, "the worker was killed by SIGSEGV", signal=11),
    Case("no_more_files", FAILED, "OSError: [Errno 24] Too many open files", 1),
    Case(
        "hoard_objects",
        FAILED,
        "MemoryError (the task's memory_limit is 100 MiB)",
        1,
        launch={"memory_limit": 100 * MIB},
    ),
    Case("hoard_and_tell", FAILED, "_Wordy: xxx", 1, launch={"memory_limit": 100 * MIB}),
    Case("hoard_in_a_frame", FAILED, "MemoryError", 1, error="in hoard_in_a_frame", launch={"memory_limit": 100 * MIB}),
    Case("leave_no_folder", FAILED, "'oddities.leave_no_folder'", 1, launch={"memory_limit": MIB}),
    #
    Case(
        "leave_an_endless_thread",
        TIMED_OUT,
        "ran longer",
        signal=15,
        error="in run",
        log="the procedure has returned; the run goes on for its threads (sleeper)",
        launch={"timeout": SOON},
    ),
    Case("leave_an_endless_daemon_thread", FINE, code=0),
    Case(
        "hang_at_exit",
        TIMED_OUT,
        "ran longer",
        signal=15,
        log="the procedure has returned; the run goes on for its atexit functions",
        launch={"timeout": SOON},
    ),
    Case("raise_at_exit", FINE, code=0, log="ZeroDivisionError: division by zero"),
    Case("exit_at_exit", FINE, code=0, log="SystemExit: 4"),
    Case("vanish_at_exit", FAILED, f"the worker exited with code 4 {BEFORE_RETURN}", 4),
    Case("interrupt_at_exit", FINE, code=0, log="winding up failed"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.func)
def test_it_ends_in_a_row_that_says_what_happened(bench: Bench, case: Case) -> None:
    run_id = bench.start(f"oddities.{case.func}", args=case.args, **case.launch)
    result: Result = bench.end(run_id)
    told = f"{result}\n{bench.texts(run_id)}"
    assert result.outcome is case.outcome, told
    assert (result.exit_code, result.signal) == (case.code, case.signal), told
    assert (result.reason is None) == (case.reason is None), told
    assert (result.reason or "").startswith(case.reason or ""), told
    assert (result.message or "").startswith(case.message or ""), told
    assert case.error in (result.error or ""), told
    assert case.log in "\n".join(bench.texts(run_id)), told
    assert (result.cpu_seconds or 0) > 0 and (result.max_rss or 0) > MIB, told
    assert len(result.error or "") < 70_000 and len(result.reason or "") < 2_000 and len(result.message or "") < 2_000
    assert bench.run("answer").message == "42"


MOST_MEMORY = 40 * MIB
FLOODS = [
    ("flood", {"lines": 40_000}, 40_000),
    ("write_one_line", {"megabytes": 100}, 12_208),
    ("print_one_line", {"megabytes": 20}, 2_442),
    pytest.param("flood", {"lines": 1_000_000}, 1_000_000, marks=pytest.mark.soak),
]


@pytest.mark.parametrize(("func", "args", "lines"), FLOODS)
def test_a_flood_is_cut_to_log_bytes_and_does_not_fill_the_runners_memory(
    bench: Bench, monkeypatch: pytest.MonkeyPatch, func: str, args: dict[str, int], lines: int
) -> None:
    monkeypatch.setattr(execution_bench, "PATIENCE", 110.0)  # a million lines take a while on a busy machine
    before = resident()
    Path("/proc/self/clear_refs").write_text("5")  # forget the peak so far
    run_id = bench.start(f"oddities.{func}", args=args, timeout=timedelta(minutes=10))
    assert bench.end(run_id).outcome is FINE
    assert resident(peak=True) - before < MOST_MEMORY
    texts = bench.texts(run_id)
    [marker] = [text for text in texts if text.startswith("…")]
    dropped = int(marker.split()[1])
    assert dropped + len(texts) - 1 == lines
    assert sum(map(len, texts)) < LOG_BYTES + len(marker)
    assert 0 < texts.index(marker) < len(texts) - 1, "head and tail are kept"


def resident(peak: bool = False) -> int:
    """Bytes of memory that this process, the runner, takes; or has taken at most since the peak was forgotten."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return int(status["VmHWM" if peak else "VmRSS"].split()[0]) * 1024


def test_poison_is_passed_on_as_text(bench: Bench) -> None:
    run_id = bench.start("oddities.poison")
    assert (bench.end(run_id).reason or "").startswith("ValueError: nul \0 surrogate")
    loggers = [line.logger for line in bench.log(run_id)]
    assert {"stdout", "output"} < set(loggers) and max(map(len, loggers)) <= 200
    assert all(text.encode() for text in bench.texts(run_id)), "no lone surrogate comes through"
