"""Why a task did or didn't run at a moment that somebody names: from the facts to the answer.

A moment belongs to the latest slot at or before it, if it is near that slot, or if its run waited or went on then.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from linodctl.domain import Run, SkipReason
from linodctl.operations.explain.answer import Answer, Verdict
from linodctl.operations.explain.facts import SlotFacts, TakenOut, Then
from linodctl.operations.explain.story import Story, in_short, story, verdict_of
from linodctl.operations.explain.words import Words

NEAR = timedelta(minutes=1)
"""People name a moment by its minute."""


def end_of_moment(at: datetime) -> datetime:
    """The last instant that people mean when they name `at`: its whole second, or the minute if it has no seconds."""
    if at.microsecond:
        return at
    span = timedelta(seconds=1) if at.second else timedelta(minutes=1)
    return at + span - timedelta(microseconds=1)


def explain_then(facts: Then) -> Answer:
    """The answer for a past moment, or one to come."""
    words = Words(facts.task, facts.now, facts.runner, facts.askers)
    here = facts.here
    if facts.at > facts.now:
        return _to_come(facts, words)
    if facts.taken_out is not None and _is_near(facts.taken_out.instant, facts.at):
        return _taken_out(facts, facts.taken_out, words)
    if here is not None and _belongs(here, facts):
        return _of_slot(facts, here, words)
    if facts.going_on:
        return _was_running(facts, facts.going_on[0], words)
    if facts.first_known is None or facts.at < facts.first_known:
        return _unknown(facts, words)
    return _not_due(facts, words)


def _belongs(here: SlotFacts, facts: Then) -> bool:
    if _is_near(here.slot, facts.at):
        return True
    if here.attempts:
        end = here.attempts[-1].end_time
        return end is None or facts.at <= end
    return here.waiting is not None or not here.decided


def _is_near(slot: datetime, at: datetime) -> bool:
    return at - slot <= NEAR


# --- the answers ---------------------------------------------------------------------------------


def _of_slot(facts: Then, here: SlotFacts, words: Words) -> Answer:
    if here.skip is None and not here.attempts and facts.first_known is not None and here.slot < facts.first_known:
        return _unknown(facts, words)
    told = _told(here, facts, words)
    reason, said = told.reason, list(told.sentences)
    if told.verdict is Verdict.WAITING and facts.runner.alive and facts.in_the_way is not None:
        reason = facts.in_the_way.obstacle.kind
        said.append(words.in_the_way(facts.in_the_way))
    return _answer(facts, told.verdict, reason, [*said, *_following(facts, words)], here.slot, told.run_id)


def _was_running(facts: Then, run: Run, words: Words) -> Answer:
    """No slot is near, but a run of the task went on: one that somebody asked for."""
    verdict, reason = verdict_of(run, words)
    start = words.when(run.start_time)
    said = f"Run {run.run_id}, {words.purpose(run)}, went on then: it started at {start} and {words.ended(run)}."
    return _answer(facts, verdict, reason, [said, *_following(facts, words)], run.slot, run.run_id)


def _taken_out(facts: Then, out: TakenOut, words: Words) -> Answer:
    said = [words.taken_out(out), *_before(facts, words), *_following(facts, words)]
    return _answer(facts, Verdict.NOT_DUE, out.why.reason, said, _after(facts))


def _not_due(facts: Then, words: Words) -> Answer:
    reason, why = _why_not_due(facts, words)
    said = [f"It was not due at {words.when(facts.at)}.", *why]
    if facts.away is not None:
        said.append(f"No runner was alive {words.away(facts.away)}.")
    return _answer(
        facts, Verdict.NOT_DUE, reason, [*said, *_before(facts, words), *_following(facts, words)], _after(facts)
    )


def _why_not_due(facts: Then, words: Words) -> tuple[str, list[str]]:
    """A word and a sentence; only the word where the schedule says it all."""
    rule = facts.task.recurrence
    if facts.taken_out is not None:
        return facts.taken_out.why.reason, [words.taken_out(facts.taken_out)]
    if rule.count is not None and facts.state is not None and facts.state.used >= rule.count and facts.after is None:
        return SkipReason.COUNT_REACHED.value, [words.used_up(rule.count)]
    return "not_scheduled", []


def _unknown(facts: Then, words: Words) -> Answer:
    if facts.first_known is None:
        said = ["No runner has seen this task yet, so nothing was decided about it."]
    else:
        seen = words.when(facts.first_known)
        said = [f"Nothing is known of {words.when(facts.at)}: the task was first seen at {seen}."]
        said += _following(facts, words)
    return _answer(facts, Verdict.UNKNOWN_TASK_THEN, "not_seen_yet", said)


def _to_come(facts: Then, words: Words) -> Answer:
    """The moment lies ahead: whether a slot falls on it, and what stands against that."""
    slot = facts.here.slot if facts.here is not None and _is_near(facts.here.slot, facts.at) else None
    slot = slot if slot is not None and slot > facts.now else None
    reason, said = _forecast(facts, slot, words)
    if facts.disabled is not None:
        said.append(f"But the task is disabled {words.since(facts.disabled)}.")
    if not facts.runner.alive:
        said.append(words.no_runner())
    return _answer(facts, Verdict.NOT_DUE, reason, [*said, *_following(facts, words)], slot or _after(facts))


def _forecast(facts: Then, slot: datetime | None, words: Words) -> tuple[str, list[str]]:
    out = facts.taken_out
    if out is not None and _is_near(out.instant, facts.at):
        return out.why.reason, [words.taken_out(out)]
    if slot is not None:
        return "to_come", [f"It will be due at {words.ahead(slot)}."]
    return "not_scheduled", [f"It will not be due at {words.ahead(facts.at)}."]


# --- their parts ---------------------------------------------------------------------------------


def _told(slot: SlotFacts, facts: Then, words: Words, subject: str = "The slot {}") -> Story:
    return story(slot, words, facts.limits, subject)


def _before(facts: Then, words: Words) -> tuple[str, ...]:
    if facts.here is None or (facts.first_known is not None and facts.here.slot < facts.first_known):
        return ()
    return _told(facts.here, facts, words, "The slot before that, {},").sentences


def _following(facts: Then, words: Words) -> tuple[str, ...]:
    return ("No slot is to come after that.",) if facts.after is None else (in_short(facts.after, words),)


def _after(facts: Then) -> datetime | None:
    return facts.after.slot if facts.after is not None else None


def _answer(
    facts: Then, verdict: Verdict, reason: str, said: list[str], slot: datetime | None = None, run_id: int | None = None
) -> Answer:
    return Answer(facts.task.name, facts.at, verdict, reason, tuple(said), slot, run_id, _after(facts))
