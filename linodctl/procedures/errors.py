"""What the shipped procedures raise when their job can't be done; the message says in one sentence why."""

from __future__ import annotations

from linodctl.errors import LinodctlError


class ProcedureError(LinodctlError):
    """Root of the failures that a shipped procedure expects."""


class CommandFailed(ProcedureError):
    """A shell command could not be started, or ended otherwise than it should."""


class PageFailed(ProcedureError):
    """A web page did not answer, or not as expected."""


class BackupFailed(ProcedureError):
    """A database could not be copied, or its copy is not sound."""
