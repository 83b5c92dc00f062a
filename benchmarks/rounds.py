"""The order of measuring: in each round everybody once, in turn, so that a noisy minute hits both sides of a ratio.

Who begins changes from round to round. A contender that is absent or fails is told so, and the others go on.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from benchmarks.asking import absence
from benchmarks.everybody import CONTENDERS
from benchmarks.figure import Size
from benchmarks.figures import FIGURES

SIZES = ("tasks", "runs", "count", "rules")
"""The options that say how much there is to do."""

AT_A_TIME = 4
"""How many are tried out at the same time; they mostly wait."""


@dataclass(slots=True)
class Entry:
    """One contender in one figure, and what was measured so far: a sample per round, None where it failed."""

    figure: str
    label: str
    contender: str
    options: dict[str, object]
    samples: list[dict[str, float] | None] = field(default_factory=list)
    trouble: str | None = None
    """What went wrong the last time; or why it is absent."""
    absent: bool = False


def entries(figures: list[str], contenders: list[str]) -> list[Entry]:
    """Everybody who takes part in these figures, linodctl first."""
    missing = {name: absence(name) for name in contenders}
    return [
        Entry(figure, label, name, options, trouble=missing[name], absent=missing[name] is not None)
        for figure in figures
        for name in contenders
        for label, options in CONTENDERS[name].TAKES_PART.get(figure, {}).items()
    ]


def measure(plan: list[Entry], rounds: int, size: Size) -> Iterator[None]:
    """Fill the samples of `plan`; comes up for air after each figure of each round."""
    for number in range(rounds):
        for figure in dict.fromkeys(entry.figure for entry in plan):
            if number >= (FIGURES[figure].rounds or rounds):
                continue
            taking_part = [entry for entry in plan if entry.figure == figure and not entry.absent]
            turn = number % max(1, len(taking_part))
            for entry in taking_part[turn:] + taking_part[:turn]:
                _measure_one(entry, size, f"round {number + 1} of {rounds}")
            yield


def try_out(plan: list[Entry], size: Size) -> Iterator[None]:
    """Each once, several at a time: to see that all still work. What is measured so means nothing.

    Of those that differ in their size alone the smallest stands for all, since every size is tiny here.
    """
    different: dict[str, Entry] = {}
    for entry in plan:
        how = {name: value for name, value in entry.options.items() if name not in SIZES}
        different.setdefault(f"{entry.figure} {entry.contender} {how}", entry)
    with ThreadPoolExecutor(AT_A_TIME) as pool:
        list(pool.map(lambda entry: _measure_one(entry, size, "trial"), filter(_is_there, different.values())))
    yield


def _is_there(entry: Entry) -> bool:
    return not entry.absent


def _measure_one(entry: Entry, size: Size, where: str) -> None:
    begin, figure = time.monotonic(), FIGURES[entry.figure]
    try:
        sample = dict(figure.measure(entry.contender, entry.options, size))
        entry.samples.append(sample)
        told = ", ".join(f"{name} {value:,.4g}" for name, value in sample.items())
    except Exception as trouble:  # whatever one contender does wrong must not cost the others their figures
        entry.samples.append(None)
        entry.trouble = told = f"{type(trouble).__name__}: {trouble}"
    print(f"{where}: {entry.figure}, {entry.label}: {told} ({time.monotonic() - begin:.0f} s)", file=sys.stderr)
