"""The report of a bug in linodctl: what a developer needs to find it, in a file that only its owner can read.

It is made to be sent on, so secrets are masked in it.
"""

from __future__ import annotations

import os
import platform
import sys
import tempfile
import traceback

from linodctl import __version__
from linodctl.masking import known


def write_report(error: BaseException) -> str | None:
    """Write the report into the folder for temporary files; its path, or None if that is impossible."""
    text = "\n".join(
        [
            f"linodctl {__version__}",
            f"Python {sys.version}",
            f"{platform.platform()}",
            f"command: {sys.argv!r}",
            "",
            "".join(traceback.format_exception(error)),
        ]
    )
    try:
        descriptor, path = tempfile.mkstemp(prefix="linodctl-bug-", suffix=".txt", text=True)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
            os.fchmod(descriptor, 0o600)  # a umask may have taken the owner's own rights
            file.write(known.text(text))
    except OSError:
        return None
    return path
