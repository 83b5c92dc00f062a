"""What a figure is: something measured for several contenders, in one unit, with what is to be reached.

A round is one measurement of each contender; goals are judged round by round, so that both sides of a ratio have met
the same minute of the machine, and told as the median over the rounds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

Sample = Mapping[str, float]
"""Metric → value."""
Round = Mapping[str, Sample]
"""Label of the contender → what was measured. A contender that is absent or failed is missing."""


@dataclass(frozen=True, slots=True)
class Metric:
    """One number of a figure. `unit` is one of the table's: ms, s, MiB, KiB, /s, a plain text."""

    unit: str
    higher_is_better: bool = False


@dataclass(frozen=True, slots=True)
class Goal:
    """What one contender should reach. `value` raises KeyError when somebody it needs was not measured."""

    who: str
    text: str
    value: Callable[[Round], float]
    at_most: float | None = None
    at_least: float | None = None
    unit: str = "×"

    def reached(self, value: float) -> bool:
        return (self.at_most is None or value <= self.at_most) and (self.at_least is None or value >= self.at_least)


@dataclass(frozen=True, slots=True)
class Size:
    """How much is done: enough for a figure that means something, or just enough to see that it works."""

    small: bool

    def of(self, full: int, small: int) -> int:
        return small if self.small else full


Measure = Callable[[str, Mapping[str, Any], Size], Sample]
"""The contender's module, the options of one of its labels, the size."""


@dataclass(frozen=True, slots=True)
class Figure:
    """The first metric is the one that ratios are made of; they are to the contender `against`."""

    title: str
    how: str
    metrics: Mapping[str, Metric]
    measure: Measure
    against: str
    goals: tuple[Goal, ...] = ()
    rounds: int | None = None
    """At most so many rounds, since one takes long; None for as many as are asked for."""


def value(who: str, metric: str) -> Callable[[Round], float]:
    """What a goal is about: one metric of one contender."""
    return lambda measured: measured[who][metric]


def ratio(who: str, other: str, metric: str) -> Callable[[Round], float]:
    """What a goal is about: one contender's metric in times of another's."""
    return lambda measured: measured[who][metric] / measured[other][metric]
