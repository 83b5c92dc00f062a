"""From samples to the document that is written as JSON and that the table is made of."""

from __future__ import annotations

import statistics
from collections.abc import Iterable
from typing import Any

from benchmarks.figure import Figure, Goal, Sample
from benchmarks.figures import FIGURES
from benchmarks.rounds import Entry


def document(plan: list[Entry], about: dict[str, Any]) -> dict[str, Any]:
    figures = dict.fromkeys(entry.figure for entry in plan)
    found = {name: _figure(FIGURES[name], _of(plan, name), judge=not about["small"]) for name in figures}
    return {**about, "rounds": max((len(entry.samples) for entry in plan), default=0), "figures": found}


def _of(plan: list[Entry], figure: str) -> list[Entry]:
    return [entry for entry in plan if entry.figure == figure]


def _figure(figure: Figure, entries: list[Entry], *, judge: bool) -> dict[str, Any]:
    metrics = {
        name: {"unit": metric.unit, "higher": metric.higher_is_better} for name, metric in figure.metrics.items()
    }
    goals = [judged for goal in figure.goals if judge and (judged := _judged(goal, entries))]
    contenders = {
        entry.label: {
            "contender": entry.contender,
            "trouble": entry.trouble,
            "samples": entry.samples,
            **{name: spread(_values(entry, name)) for name in figure.metrics if _values(entry, name)},
        }
        for entry in entries
    }
    return {
        "title": figure.title,
        "how": figure.how,
        "against": figure.against,
        "metrics": metrics,
        "contenders": contenders,
        "goals": goals,
    }


def _values(entry: Entry, metric: str) -> list[float]:
    return [sample[metric] for sample in entry.samples if sample and metric in sample]


def spread(values: Iterable[float]) -> dict[str, float]:
    """Median, best and worst of the rounds. With few rounds the extremes say more than a deviation would."""
    known = sorted(values)
    return {"median": statistics.median(known), "least": known[0], "most": known[-1]}


def _judged(goal: Goal, entries: list[Entry]) -> dict[str, Any] | None:
    """The goal's value over the rounds; None when whom it speaks of takes no part."""
    if goal.who not in {entry.label for entry in entries}:
        return None
    values = []
    for number in range(max(len(entry.samples) for entry in entries)):
        measured: dict[str, Sample] = {}
        for entry in entries:
            if number < len(entry.samples) and (sample := entry.samples[number]):
                measured[entry.label] = sample
        try:
            values.append(goal.value(measured))
        except (KeyError, ZeroDivisionError):
            continue  # somebody was not measured in this round
    told: dict[str, Any] = {
        "who": goal.who,
        "text": goal.text,
        "at_most": goal.at_most,
        "at_least": goal.at_least,
        "unit": goal.unit,
    }
    if values:
        found = spread(values)
        told |= {"value": found, "reached": goal.reached(found["median"])}
    return told
