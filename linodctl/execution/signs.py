"""Signs between a worker and those around it, where no frame can go: a signal and two exit codes."""

from __future__ import annotations

import signal

STACKS_SIGNAL = signal.SIGUSR2
"""Makes a worker write the stacks of all its threads to its output, even when it is stuck in C code."""
BROKEN = 70
"""Exit code when the worker's own code, not the procedure, is at fault; its output says more."""
CHANNEL_CLOSED = 71
"""Exit code when the procedure has closed the descriptor by which the end would be reported."""
