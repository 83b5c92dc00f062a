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
    from linodctl.cli.failures import guarded
    from linodctl.cli.program import program

    code = guarded(program)
    gc.freeze()  # looking for some in what is about to end with the process takes as long as `list` calculates
    return code


def script() -> int:
    """What is installed as `linodctl`: `main`, and then the end of the process. Where nothing is left to be done (no
    thread, nothing that is registered for the end, no profiler or debugger that called it), it is gone at once: for
    taking apart, module by module, what a command has imported Python takes as long as `list` takes to find out what
    it prints."""
    code = main()
    import atexit
    import threading

    called_by_python = sys._getframe(1).f_back is None
    if called_by_python and threading.active_count() == 1 and not atexit._ncallbacks():
        try:
            for stream in filter(None, (sys.stdout, sys.stderr)):
                stream.flush()
        except (OSError, ValueError):
            return code  # Python tells what it couldn't get rid of
        os._exit(code)
    return code
