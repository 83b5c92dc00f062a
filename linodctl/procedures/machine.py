"""`sample_machine`: one line on how the machine is doing."""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from linodctl.execution.context import RunContext

MEMINFO = Path("/proc/meminfo")


def sample_machine(ar: RunContext, path: str = ".", warn_above: float = 90) -> None:
    """Log the load, the memory, and how full the disk that holds `path` is.

    Raises a Warning when the disk is fuller than `warn_above` per cent: the run is `warned`, the task is not disabled.
    """
    disk = _disk_use(path)
    parts = [f"load {' '.join(f'{load:.2f}' for load in os.getloadavg())}", f"disk {disk:.0f} %"]
    memory = _memory_use()
    if memory is not None:
        parts.append(f"memory {memory:.0f} %")
    ar.info(", ".join(parts))
    if disk > warn_above:
        raise Warning(f"The disk that holds {Path(path).resolve()} is {disk:.1f} % full, more than {warn_above:g} %.")


def _disk_use(path: str) -> float:
    """Per cent of what ordinary users may fill, as `df` counts: blocks reserved for root are neither used nor free."""
    usage = shutil.disk_usage(path)
    usable = usage.used + usage.free
    return 100 * usage.used / usable if usable else 0.0


def _memory_use() -> float | None:
    """Per cent of memory that programs could not get any more; None where the kernel doesn't say."""
    try:
        lines = MEMINFO.read_text(encoding="ascii").splitlines()
    except OSError:
        return None
    kilobytes = {name: int(rest.split()[0]) for name, _, rest in (line.partition(":") for line in lines)}
    total, available = kilobytes.get("MemTotal"), kilobytes.get("MemAvailable")
    if not total or available is None:
        return None
    return 100 * (total - available) / total
