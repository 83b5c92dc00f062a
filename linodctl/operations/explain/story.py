"""What became of one slot: its verdict, and the story in a few sentences."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import NamedTuple

from linodctl.domain import Outcome, Run, SkipReason, Trigger
from linodctl.operations.explain.answer import Verdict
from linodctl.operations.explain.facts import SlotFacts, Switch
from linodctl.operations.explain.words import Words
from linodctl.planning.status import in_words

LATE = timedelta(seconds=2)
"""A start up to this late is one in time."""


class Story(NamedTuple):
    """The fate of a slot."""

    verdict: Verdict
    reason: str
    run_id: int | None
    sentences: tuple[str, ...]


def story(facts: SlotFacts, words: Words, limits: str, subject: str = "The slot {}") -> Story:
    """Tell it from the facts; `subject` opens the first sentence, with the slot's time in place of the braces."""
    who = subject.format(words.when(facts.slot))
    if facts.attempts:
        return _ran(facts, words, who)
    if facts.skip is not None:
        return _skipped(facts, words, who)
    if facts.slot > words.now:
        return Story(Verdict.NOT_DUE, "to_come", None, (f"{who} is yet to come.",))
    if (switch := _surely_disabled(facts)) is not None:
        return _will_be_skipped(switch, words, who)
    if facts.waiting is not None or not facts.decided:
        return _waits(facts, words, who)
    return _without_record(words, facts.slot, limits)


def in_short(facts: SlotFacts, words: Words) -> str:
    """One sentence on the slot that follows."""
    slot = words.when(facts.slot)
    if facts.attempts:
        last = facts.attempts[-1]
        return f"The next slot, {slot}, ran: run {last.run_id} {words.ended(last)}."
    if facts.skip is not None:
        return f"The next slot, {slot}, was skipped ({facts.skip.reason})."
    if facts.slot > words.now:
        return f"The next slot is {words.ahead(facts.slot)}."
    if _surely_disabled(facts) is not None:
        return f"The next slot, {slot}, is skipped ({SkipReason.DISABLED})."
    if facts.waiting is not None or not facts.decided:
        return f"The next slot, {slot}, waits{'' if words.runner.alive else ' for a runner'}."
    return f"Of the next slot, {slot}, there is no record."


# --- it ran --------------------------------------------------------------------------------------


def _ran(facts: SlotFacts, words: Words, who: str) -> Story:
    first, *others = facts.attempts
    last = facts.attempts[-1]
    fate = "was skipped by the procedure" if first.outcome is Outcome.SKIPPED else "ran"
    sentences = [f"{who} {fate}: run {first.run_id} started {_how_late(facts, first)} and {words.ended(first)}."]
    if (why := _why_late(facts, first, words)) is not None:
        sentences.append(why)
    for run in others:
        what = "It was run again after that" if run.trigger is Trigger.RERUN else "It was tried again"
        ended = words.ended(run)
        sentences.append(f"{what}: attempt {run.attempt}, run {run.run_id} at {words.when(run.start_time)}, {ended}.")
    if facts.waiting is not None:
        due = f" at {words.when(facts.waiting.due)}" if facts.waiting.due else ""
        sentences.append(f"Attempt {facts.waiting.attempt} is to come{due}.")
    return Story(*verdict_of(last, words), last.run_id, tuple(sentences))


def verdict_of(last: Run, words: Words) -> tuple[Verdict, str]:
    if last.outcome is None:
        return (Verdict.RUNNING, last.trigger.value) if words.runner.alive else (Verdict.RAN, Outcome.LOST.value)
    if last.outcome is Outcome.SKIPPED:
        return Verdict.SKIPPED, SkipReason.PROCEDURE.value
    return Verdict.RAN, last.outcome.value


def _how_late(facts: SlotFacts, run: Run) -> str:
    late = run.start_time - facts.slot
    return "in time" if late <= LATE else f"{in_words(late)} late"


def _why_late(facts: SlotFacts, run: Run, words: Words) -> str | None:
    """What kept the slot from starting in time, as far as the records tell."""
    if run.start_time - facts.slot <= LATE:
        return None
    if facts.away is not None:
        return f"No runner was alive {words.away(facts.away)}; it caught up at {words.when(run.start_time)}."
    if facts.overlapped:
        return f"It waited for {words.went_on(facts.overlapped[0])}."
    if facts.rivals:
        return f"It waited for room: there ran {words.runs(facts.rivals)}."
    if run.trigger is Trigger.CATCH_UP:
        return "The runner was alive, but did not get to it: the machine slept or was busy."
    return None


# --- it was skipped ------------------------------------------------------------------------------


def _skipped(facts: SlotFacts, words: Words, who: str) -> Story:
    assert facts.skip is not None
    skip = facts.skip
    cause = _CAUSES.get(skip.reason, _recorded)(facts, words)
    sentences = [f"{who} was skipped ({skip.reason}): {cause}."]
    if skip.count > 1:
        sentences.append(words.streak(skip))
    in_the_way = facts.overlapped[0].run_id if skip.reason is SkipReason.OVERLAP and facts.overlapped else None
    return Story(Verdict.SKIPPED, skip.reason.value, in_the_way, tuple(sentences))


def _recorded(facts: SlotFacts, words: Words) -> str:
    """What the runner noted down at the time."""
    assert facts.skip is not None
    return words.detail(facts.skip.detail, facts.beside) or "nothing more is on record"


def _overlap(facts: SlotFacts, words: Words) -> str:
    if facts.overlapped:
        return f"the task was still busy with {words.went_on(facts.overlapped[0])}"
    return _recorded(facts, words)


def _disabled(facts: SlotFacts, words: Words) -> str:
    return f"the task was disabled {words.since(facts.disabled)}" if facts.disabled else _recorded(facts, words)


_CAUSES: dict[SkipReason, Callable[[SlotFacts, Words], str]] = {
    SkipReason.OVERLAP: _overlap,
    SkipReason.DISABLED: _disabled,
}
"""Reasons of which the records tell more than the detail of the skip does."""


# --- it waits, or is forgotten --------------------------------------------------------------------


def _waits(facts: SlotFacts, words: Words, who: str) -> Story:
    if not words.runner.alive:
        said = (f"{who} came due and waits for a runner.", words.no_runner())
        return Story(Verdict.WAITING, SkipReason.RUNNER_DOWN.value, None, said)
    return Story(Verdict.WAITING, "due", None, (f"{who} came due and has not started yet.",))


def _surely_disabled(facts: SlotFacts) -> Switch | None:
    """What disables the task, if that has settled the slot though nobody has written it down yet."""
    switch = facts.disabled
    if switch is None or facts.decided or facts.waiting is not None:
        return None
    return switch if switch.since is None or switch.since < facts.slot else None


def _will_be_skipped(switch: Switch, words: Words, who: str) -> Story:
    said = f"{who} is skipped ({SkipReason.DISABLED}): the task is disabled {words.since(switch)}."
    return Story(Verdict.SKIPPED, SkipReason.DISABLED.value, None, (said,))


def _without_record(words: Words, slot: datetime, limits: str) -> Story:
    sentences = (
        f"What became of the slot {words.when(slot)} is not known.",
        f"By its rule the task was due then, but there is no record of it: the limits of the history ({limits}) have "
        "removed it, or the rule was changed later.",
    )
    return Story(Verdict.UNKNOWN_TASK_THEN, "no_record", None, sentences)
