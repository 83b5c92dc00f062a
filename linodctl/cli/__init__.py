"""What does a person type? One small file per command, without logic of its own: parse, call `operations`, print.

program.py ──► <command>.py ──► operations/
    │               └─► call.py ──► table.py, terminal.py
    └─► failures.py (exit codes)
"""

from __future__ import annotations

import gc
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
