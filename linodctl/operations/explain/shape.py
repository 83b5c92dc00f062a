"""The JSON shape of an answer."""

from __future__ import annotations

from datetime import tzinfo
from typing import Any

from linodctl.operations.explain.answer import Answer
from linodctl.operations.shapes import stamp


def answer_shape(answer: Answer, zone: tzinfo) -> dict[str, Any]:
    """With all instants in the task's zone."""
    return {
        "task": answer.task,
        "at": stamp(answer.at, zone),
        "verdict": answer.verdict.value,
        "reason": answer.reason,
        "text": answer.text,
        "slot": stamp(answer.slot, zone),
        "run_id": answer.run_id,
        "next_slot": stamp(answer.next_slot, zone),
    }
