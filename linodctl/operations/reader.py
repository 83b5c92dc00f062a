"""The process that reads a config for a runner, which `apart` has started: it answers one request and ends.

It imports no more than reading takes, since a start waits for it.
"""

from __future__ import annotations

import gc
import json
import os
import signal
import sys
from collections.abc import Iterable, Sequence
from pathlib import Path

from linodctl.config.problems import ConfigError
from linodctl.config.rows import to_lines
from linodctl.errors import LinodctlError, StateError


def main() -> None:
    """Take the request from stdin, answer on stdout."""
    for number in (signal.SIGINT, signal.SIGPIPE):  # without the runner there is nobody to read for
        signal.signal(number, signal.SIG_DFL)
    gc.disable()  # looking for garbage again and again would take as long as reading a large config, and find none
    request = json.load(sys.stdin)
    answers = sys.stdout.buffer
    sys.stdout = sys.stderr  # nothing that code prints may get between
    for line in _answer([Path(path) for path in request["paths"]], request["state"], request["looked"]):
        answers.write(line)
    answers.flush()


def _answer(paths: Sequence[Path], state: str | None, looked: bool) -> Iterable[bytes]:
    from linodctl.clock import SystemClock
    from linodctl.operations.declaration import Declaration

    try:
        document = Declaration(paths, os.environ, state, SystemClock()).read_for_another(looked=looked)
    except ConfigError as error:
        return to_lines({"problems": [problem.to_json() for problem in error.problems]})
    except StateError as error:
        return to_lines({"state_error": str(error)})
    except LinodctlError as error:
        return to_lines({"error": str(error)})
    except Exception:
        import traceback

        return to_lines({"bug": traceback.format_exc()})
    return to_lines(document)
