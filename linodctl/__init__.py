"""linodctl runs an application's background procedures on a machine without cron, Redis or a message broker."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__version__ = "0.1.0"
