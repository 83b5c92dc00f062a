"""What of a run's words is kept, in which order, and how much."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC
from types import SimpleNamespace
from typing import cast

import pytest
from execution_bench import Bench

from linodctl.domain import LogLevel, Outcome
from linodctl.execution.capture import SinkHandler
from linodctl.execution.context import Sink
from linodctl.execution.reports import Progressed


def lines(bench: Bench, func: str, **options: object) -> list[tuple[str, int, str]]:
    run_id = bench.start(func, **options)  # type: ignore[arg-type]
    assert bench.end(run_id).outcome is not Outcome.FAILED or func in ("print_and_crash",)
    return [(line.logger, line.level, line.text) for line in bench.log(run_id)]


def test_logs_and_prints_in_their_order(bench: Bench) -> None:
    *said, warned, error, binary, last = lines(bench, "talk")
    assert said == [
        ("a_task", 20, "info 1"),
        ("stdout", 20, "printed"),
        ("jobs", 30, "warned"),
        ("stderr", 30, "to stderr"),
    ]
    assert warned[:2] == ("py.warnings", 30)
    assert "UserWarning: deprecated somehow" in warned[2]
    assert (error, binary, last) == (
        ("a_task", 40, "error"),
        ("stdout", 20, "binary"),
        ("stdout", 20, "no newline"),
    )


def test_the_traceback_of_a_failure_is_the_last_of_its_log(bench: Bench) -> None:
    run_id = bench.start("fail", log_level=LogLevel.CRITICAL)
    error = bench.end(run_id).error
    assert error is not None and "RuntimeError: it broke" in error
    last = list(bench.log(run_id))[-1]
    assert (last.logger, last.level, last.text) == ("linodctl", 40, error)


def test_the_level_holds_for_logs_and_not_for_prints(bench: Bench) -> None:
    assert [text for _, _, text in lines(bench, "talk", log_level=LogLevel.ERROR)] == [
        "printed",
        "to stderr",
        "error",
        "binary",
        "no newline",
    ]
    assert lines(bench, "talk", log_level=LogLevel.DEBUG)[0] == ("a_task", 10, "debug")


def test_times_are_aware(bench: Bench) -> None:
    run_id = bench.start("talk")
    bench.end(run_id)
    assert {line.time.tzinfo for line in bench.log(run_id)} == {UTC}


def test_output_of_subprocesses_and_of_c_code(bench: Bench) -> None:
    assert lines(bench, "raw_output") == [
        ("output", 20, "café \ufffd broken"),
        ("output", 20, "echo from a shell".removeprefix("echo ")),
        ("output", 20, "and stderr"),
        ("output", 20, "rest"),
    ]


def test_a_logged_exception_brings_its_traceback(bench: Bench) -> None:
    [(logger, level, text)] = lines(bench, "log_exception")
    assert (logger, level) == ("jobs", 40)
    assert text.startswith("caught\nTraceback")
    assert text.endswith("ValueError: inner")


def test_filters_and_formatters_that_a_procedure_gives_the_handler_count() -> None:
    said: list[str] = []
    sink = SimpleNamespace(line=lambda when, level, logger, text: said.append(text))
    handler = SinkHandler(cast(Sink, sink), logging.INFO)
    logger = logging.Logger("any")
    logger.addHandler(handler)
    logger.info("plain %s", 1)
    handler.setFormatter(logging.Formatter("<%(message)s>"))
    logger.info("formatted")
    handler.addFilter(lambda record: "secret" not in record.getMessage())
    logger.info("secret")
    logger.info("last")
    assert said == ["plain 1", "<formatted>", "<last>"]


def test_what_can_not_be_encoded_is_replaced(bench: Bench) -> None:
    printed, logged = (text for _, _, text in lines(bench, "print_surrogate"))
    assert printed == "file \\udcff name"
    assert logged == "logged ? too"


def test_a_long_line_is_split_between_characters(bench: Bench) -> None:
    texts = [text for _, _, text in lines(bench, "print_long", args={"size": 10_000})]
    assert len(texts) == 3
    assert "".join(texts) == "é" * 10_000


def test_a_forked_process_prints_through_the_pipe(bench: Bench) -> None:
    assert lines(bench, "print_from_fork") == [("output", 20, "from a fork")]


def test_nothing_said_before_a_crash_is_missing(bench: Bench) -> None:
    said = [text for logger, _, text in lines(bench, "print_and_crash") if logger != "output"]
    assert said == ["last words", "logged last words"]


def test_threads_are_awaited_and_atexit_functions_called(bench: Bench) -> None:
    assert [text for _, _, text in lines(bench, "print_at_exit")] == ["from a thread", "at exit"]


def test_a_site_s_console_handler_does_not_double_the_records(make_bench: Callable[..., Bench], tmp_path) -> None:
    (tmp_path / "consolesetup.py").write_text("import logging\ndef start(): logging.basicConfig(level='DEBUG')\n")
    bench = make_bench(setup="consolesetup.start")
    assert [text for _, _, text in lines(bench, "log_exception")][1:] == []


@pytest.mark.parametrize("func", ["print_many"])
def test_a_log_beyond_its_budget_keeps_head_and_tail(make_bench: Callable[..., Bench], func: str) -> None:
    bench = make_bench(log_bytes=10_000)
    run_id = bench.start(func, args={"count": 5000})
    bench.end(run_id)
    texts = bench.texts(run_id)
    assert texts[0] == "line 0"
    assert texts[-1] == "line 4999"
    [marker] = [text for text in texts if text.startswith("…")]
    kept = len(texts) - 1
    assert f"{5000 - kept} lines (" in marker
    assert "log_bytes is 10000" in marker
    assert 5000 < sum(len(text) + 46 for text in texts) < 11_000
    before, after = texts[: texts.index(marker)], texts[texts.index(marker) + 1 :]
    assert before == [f"line {i}" for i in range(len(before))]
    assert after == [f"line {i}" for i in range(5000 - len(after), 5000)]


@pytest.mark.parametrize("reuse", [1, 2])
def test_a_chatty_run_arrives_complete(make_bench: Callable[..., Bench], reuse: int) -> None:
    bench = make_bench(log_bytes=100_000_000)
    count = 20_000
    run_id = bench.start("print_many", args={"count": count}, reuse=reuse)
    bench.end(run_id)
    assert bench.texts(run_id) == [f"line {i}" for i in range(count)]


def test_progress_is_thinned_out_and_the_last_one_arrives(bench: Bench) -> None:
    run_id = bench.start("progress", args={"steps": 2000})
    bench.end(run_id)
    steps = [r for r in bench.of(run_id) if isinstance(r, Progressed)]
    assert (steps[0].done, steps[0].total, steps[0].text) == (0, 2000, "step 0")
    assert (steps[-1].done, steps[-1].text) == (2000, "step 2000")
    assert len(steps) < 100
