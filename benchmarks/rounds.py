"""The order of measuring: in each round everybody once, in turn, so that a noisy minute hits both sides of a ratio.

Who begins changes from round to round. A contender that is absent or fails is told so, and the others go on.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from benchmarks.asking import Absent, Failed, absence
from benchmarks.everybody import CONTENDERS
from benchmarks.figure import Figure, Size
from benchmarks.figures import FIGURES


@dataclass(slots=True)
class Entry:
    """One contender in one figure, and what was measured so far: a sample per round, None where it failed."""

    figure: str
    label: str
    contender: str
    options: dict[str, object]
    samples: list[dict[str, float] | None] = field(default_factory=list)
    trouble: str | None = None


def entries(figures: list[str], contenders: list[str]) -> list[Entry]:
    """Everybody who takes part in these figures, linodctl first."""
    return [
        Entry(figure, label, name, options)
        for figure in figures
        for name in contenders
        for label, options in CONTENDERS[name].TAKES_PART.get(figure, {}).items()
    ]


def measure(plan: list[Entry], rounds: int, size: Size) -> Iterator[int]:
    """Fill the samples of `plan`; yields the number of each round that is done."""
    for entry in plan:
        entry.trouble = absence(entry.contender)
    for number in range(rounds):
        for figure in dict.fromkeys(entry.figure for entry in plan):
            taking_part = [entry for entry in plan if entry.figure == figure]
            turn = number % len(taking_part)
            for entry in taking_part[turn:] + taking_part[:turn]:
                _measure_one(entry, FIGURES[figure], size, f"round {number + 1} of {rounds}")
        yield number + 1


def _measure_one(entry: Entry, figure: Figure, size: Size, where: str) -> None:
    if entry.trouble and not entry.samples:
        return  # it is not there
    begin = time.monotonic()
    try:
        sample = dict(figure.measure(entry.contender, entry.options, size))
        entry.samples.append(sample)
        told = ", ".join(f"{name} {value:,.4g}" for name, value in sample.items())
    except (Absent, Failed, RuntimeError, OSError) as trouble:
        entry.samples.append(None)
        entry.trouble = told = f"{type(trouble).__name__}: {trouble}"
    print(f"{where}: {entry.figure}, {entry.label}: {told} ({time.monotonic() - begin:.0f} s)", file=sys.stderr)
