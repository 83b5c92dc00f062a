"""Reading the config in a process of its own: only that needs YAML, pydantic and all their memory, which a runner would
hold for months, and it takes a large config's time without keeping the runner's loop from its work.

    runner ── request, a line of JSON ──► reader ── an answer, and rows, lines of JSON ──► runner
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linodctl.config.problems import ConfigError, Problem
from linodctl.config.rows import Incomplete, from_lines
from linodctl.errors import HelperEnded, LinodctlError, StateError

if TYPE_CHECKING:
    from linodctl.config.loaded import Loaded

_PACKAGES = str(Path(__file__).parents[2])
_PROGRAM = """
import sys; sys.path.append(sys.argv[1])
from linodctl.lean import lean_imports
with lean_imports():
    from linodctl.operations.reader import main
main()
"""


def read_apart(
    paths: Sequence[Path],
    environ: Mapping[str, str],
    state: str | None,
    looked: bool,
    meanwhile: Callable[[], None] | None = None,
) -> Loaded:
    """What `Declaration.load_lean` promises. HelperEnded if something ended the other process, OSError if none can be
    started."""
    with _reader(environ) as reader:
        assert reader.stdin and reader.stdout
        try:
            request = {"paths": [str(path) for path in paths], "state": state, "looked": looked}
            reader.stdin.write(json.dumps(request).encode())
            reader.stdin.close()
            if meanwhile is not None:
                meanwhile()
            answer = reader.stdout.readline()
            if answer.endswith(b"\n"):
                return _understood(json.loads(answer), reader.stdout)
        except (BrokenPipeError, Incomplete):
            pass  # the answer breaks off
        except BaseException:
            reader.kill()
            raise
        code = reader.wait()
    raise HelperEnded(f"the process that reads the config was ended by {_ender(code)} before it was done; try again")


def _reader(environ: Mapping[str, str]) -> subprocess.Popen[bytes]:
    words = [sys.executable, "-P", "-c", _PROGRAM, _PACKAGES]
    return subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=dict(environ))


def _understood(answer: dict[str, Any], rows: Any) -> Loaded:
    if "problems" in answer:
        raise ConfigError([Problem(**problem) for problem in answer["problems"]])
    if "state_error" in answer:
        raise StateError(answer["state_error"])
    if "error" in answer:
        raise LinodctlError(answer["error"])
    if "bug" in answer:
        raise RuntimeError(f"reading the config met a bug:\n{answer['bug']}")
    from linodctl.config.loaded import assemble

    return assemble(answer, streamed=from_lines(answer, rows))


def _ender(code: int) -> str:
    import signal

    return signal.Signals(-code).name if code < 0 else f"itself (exit code {code})"
