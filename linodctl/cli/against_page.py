"""What `check --against` prints for people: the tasks that change, then how many don't."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from linodctl.paint import Painted, bad, dim, good, strong, warn
from linodctl.planning.comparing import MANY, Change, Kind, Slots
from linodctl.words import how_many, when

if TYPE_CHECKING:
    from linodctl.cli.call import Call
    from linodctl.operations.against import Comparison

_KINDS = {Kind.ADDED: good("added"), Kind.REMOVED: bad("removed"), Kind.CHANGED: warn("changed")}


def print_comparison(call: Call, found: Comparison) -> None:
    """Nothing, if one of the configs can't be used."""
    if not found.is_valid:
        return
    same = [change for change in found.changes if change.kind is Kind.SAME]
    for change in found.changes:
        if change.kind is not Kind.SAME:
            _print_change(call, change)
    until = when(found.until, ZoneInfo(found.zone))
    call.print_line(dim(f"{how_many(len(same), 'task')} with the same slots, from now until {until}"))


def _print_change(call: Call, change: Change) -> None:
    call.print_line(strong(change.task), ": ", _KINDS[change.kind], f", {_numbers(change)}")
    if change.before != change.after:
        for word, rule in (("was", change.before), ("now", change.after)):
            if rule is not None:
                call.print_line(dim(f"  {word}  "), rule)
    _print_slots(call, bad("  -  "), change.first_removed, change.removed, change.zone)
    _print_slots(call, good("  +  "), change.first_added, change.added, change.zone)


def _numbers(change: Change) -> str:
    before, after = _number(change.slots_before), _number(change.slots_after)
    if change.kind is Kind.CHANGED:
        return f"slots before: {before}, after: {after}"
    return f"slots: {after if change.kind is Kind.ADDED else before}"


def _number(slots: Slots) -> str:
    if not slots.known:
        return "as many as runs end"
    return f"more than {MANY:,}" if slots.count is None else f"{slots.count:,}"


def _print_slots(call: Call, sign: Painted, first: Sequence[datetime], count: int | None, zone: str) -> None:
    if not first:
        return
    named = ", ".join(when(slot, ZoneInfo(zone)) for slot in first)
    rest = ", and more" if count is None else f", and {count - len(first):,} more" if count > len(first) else ""
    call.print_line(sign, named, dim(rest))
