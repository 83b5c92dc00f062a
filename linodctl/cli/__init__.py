"""What does a person type? One small file per command, without logic of its own: parse, call `operations`, print.

program.py ──► <command>.py ──► operations/
    │               └─► call.py ──► table.py, terminal.py, words.py
    └─► failures.py (exit codes)
"""

from __future__ import annotations


def main() -> int:
    """The `linodctl` command; its exit code."""
    from linodctl.cli.failures import guarded
    from linodctl.cli.program import program

    return guarded(program)
