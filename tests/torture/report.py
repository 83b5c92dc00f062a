"""The report of a torture: what was done to the site, what it made of that, and the verdict."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from .evidence import Evidence


@dataclass(frozen=True)
class Report:
    seed: int
    minutes: float
    """How long the mischief lasted."""
    deeds: Mapping[str, int]
    kills: Mapping[str, int]
    starts: int
    """How often a runner was started."""
    evidence: Evidence
    discrepancies: Sequence[str]

    @property
    def killed(self) -> int:
        return sum(self.kills.values())

    def text(self) -> str:
        evidence = self.evidence
        started = len(evidence.told("start"))
        outcomes = Counter(run.outcome.value if run.outcome else "without an end" for run in evidence.runs)
        reasons: Counter[str] = Counter()
        for skip in evidence.skips:
            reasons[skip.reason.value] += skip.count
        lines = [
            f"Tortured {len(evidence.tasks)} tasks for {self.minutes:.1f} minutes with seed {self.seed}: "
            f"{self.killed} kills, {self.starts} starts of a runner.",
            "",
            *_table("kills", self.kills),
            *_table("other mischief", {name: n for name, n in self.deeds.items() if "kill" not in name}),
            *_table("runs", outcomes),
            *_table("slots skipped", reasons),
            f"The journal tells of {started} starts; {len(evidence.runs)} runs are on record.",
            "",
        ]
        if not self.discrepancies:
            lines.append("No slot was started twice, none is missing, nothing was left behind.")
        else:
            lines += [f"{len(self.discrepancies)} DISCREPANCIES:", *(f"  - {what}" for what in self.discrepancies)]
        return "\n".join(lines)


def _table(title: str, counts: Mapping[str, int]) -> list[str]:
    rows = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    head = f"{title} ({sum(counts.values())})"
    return [head, *(f"  {number:>7}  {name.replace('_', ' ')}" for name, number in rows), ""]
