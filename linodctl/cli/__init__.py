"""What does a person type? One small file per command, without logic of its own: parse, call `operations`, print.

program.py ──► <command>.py ──► operations/
    │               └─► call.py ──► table.py, terminal.py
    └─► failures.py (exit codes)
"""

from __future__ import annotations

import gc
import os
import sys

from linodctl import __version__

USUAL = gc.get_threshold()
"""How often Python looks for garbage by itself."""


def main() -> int:
    """The `linodctl` command; its exit code."""
    if sys.argv[1:] == ["--version"]:  # scripts ask often, and importing click takes longer than Python's own start
        sys.stdout.write(f"linodctl {__version__}\n")
        return 0
    gc.set_threshold(100_000)  # most commands end before they have made any; `run` goes back to what is usual
    from linodctl.lean import lean_imports

    with lean_imports():
        import pathlib  # noqa: F401 - most commands want it

        from linodctl.cli.failures import guarded
        from linodctl.cli.program import program

    code = guarded(program)
    if _nothing_is_left():
        gc.freeze()  # looking for garbage in what is about to end with the process takes as long as `list` calculates
    return code


def script() -> int:
    """What is installed as `linodctl`: `main`, and then the end of the process. Where nothing is left to be done, not
    even by a profiler or debugger that has called it, it is gone at once: for taking apart, module by module, what a
    command has imported Python takes as long as `list` takes to find out what it prints."""
    code = main()
    called_by_python = sys._getframe(1).f_back is None
    if called_by_python and _nothing_is_left():
        try:
            for stream in filter(None, (sys.stdout, sys.stderr)):
                stream.flush()
        except (OSError, ValueError):
            return code  # Python tells what it couldn't get rid of
        os._exit(code)
    return code


def _nothing_is_left() -> bool:
    """Whether no thread lives and nothing is registered for the end. Where user code has run, logging always is: then
    Python has to come upon every object, for a file that was never closed is written to when it goes."""
    import atexit

    threading = sys.modules.get("threading")  # where nobody has imported it, nobody has made a thread
    return (threading is None or threading.active_count() == 1) and not atexit._ncallbacks()
