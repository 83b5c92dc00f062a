"""From what went wrong to an exit code and one clear line on stderr: the only place that knows how."""

from __future__ import annotations

import contextlib
import os
import sys
from typing import TYPE_CHECKING

import click

from linodctl.cli.call import OutputLost, ReaderGone
from linodctl.errors import LinodctlError
from linodctl.masking import known
from linodctl.texts import printable

if TYPE_CHECKING:
    from collections.abc import Sequence

FAILED, BUG, INTERRUPTED, BROKEN_PIPE = 1, 70, 130, 141
"""Besides those that errors carry. 1: what was asked for was begun, and did not end well. 141 is what a shell calls a
program that SIGPIPE has ended."""


def guarded(program: click.Command, args: Sequence[str] | None = None) -> int:
    """Run the program; its exit code. No expected error comes as a traceback, no unexpected one gets lost."""
    _have_streams()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(AttributeError):  # replaced by something that isn't a text file
            stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]
    try:
        result = program.main(args, prog_name="linodctl", standalone_mode=False)
        sys.stdout.flush()
    except BaseException as error:
        return _code_for(error)
    return result if isinstance(result, int) else 0


def _have_streams() -> None:
    """Python has none where they were closed before it began: then nobody wants to hear."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, os.fdopen(os.open(os.devnull, os.O_WRONLY), "w"))


def _code_for(error: BaseException) -> int:
    match error:
        case click.exceptions.Exit():
            return error.exit_code
        case BrokenPipeError() | ReaderGone():
            _forget_stdout()
            return BROKEN_PIPE
        case SystemExit():
            return error.code if isinstance(error.code, int) else 0 if error.code is None else 1
        case click.ClickException():
            _tell_usage(error)
            return error.exit_code
        case LinodctlError():
            if isinstance(error, OutputLost):
                _forget_stdout()
            _tell(error)
            return error.exit_code
        case click.Abort() | KeyboardInterrupt():
            return INTERRUPTED
        case Exception():
            _report(error)
            return BUG
    raise error


def _tell(error: LinodctlError) -> None:
    """The message, a line for each of its lines; a mistake in a phrase is pointed at."""
    from linodctl.config.problems import ConfigError

    prefix, text = "linodctl: ", str(error)
    if not isinstance(error, ConfigError):
        text = known.text(text)
    elif error.problems[0].file:
        prefix = ""
    for line in text.splitlines() or [type(error).__name__]:
        _say(prefix + printable(line))
    for line in _pointed(error).splitlines():
        _say(f"  {printable(line)}")


def _pointed(error: LinodctlError) -> str:
    pointed = getattr(error, "pointed", None)
    return str(pointed()) if callable(pointed) else ""


def _tell_usage(error: click.ClickException) -> None:
    context = getattr(error, "ctx", None)
    path = context.command_path if context else "linodctl"
    _say(f"{path}: {printable(known.text(' '.join(error.format_message().split())))}")
    if isinstance(error, click.UsageError):
        _say(f"'{path} --help' shows how it is used")


def _report(error: Exception) -> None:
    """Keep the traceback in a file; say where in one line."""
    from linodctl.cli.reports import write_report

    what = printable(known.text(f"{type(error).__name__}: {error}"))[:200]
    path = write_report(error)
    where = f"please report it with the file {path}" if path else "and no report could be written"
    _say(f"linodctl: you met a bug ({what}); {where}")


def _say(line: str) -> None:
    with contextlib.suppress(OSError):
        click.echo(line, err=True)


def _forget_stdout() -> None:
    """Nobody reads any more: keep the interpreter from complaining about that when it ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
