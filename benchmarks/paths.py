"""Where programs are."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path


def program_path(program: str) -> str | None:
    """Beside the Python that we run in, in the PATH, or where Debian keeps those of PostgreSQL."""
    beside = Path(sys.executable).with_name(program)
    debian = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{program}"))
    return str(beside) if beside.exists() else shutil.which(program) or (str(debian[-1]) if debian else None)
