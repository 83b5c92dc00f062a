"""What does a person type? One small file per command, without logic of its own: parse, call `operations`, print.

program.py ──► <command>.py ──► operations/
    │               └─► call.py ──► table.py, terminal.py
    └─► failures.py (exit codes)
"""

from __future__ import annotations

import sys

from linodctl import __version__


def main() -> int:
    """The `linodctl` command; its exit code."""
    if sys.argv[1:] == ["--version"]:  # scripts ask often, and importing click takes longer than Python's own start
        sys.stdout.write(f"linodctl {__version__}\n")
        return 0
    from linodctl.cli.failures import guarded
    from linodctl.cli.program import program

    return guarded(program)
