"""Why a task isn't running now: from the facts to the answer, one function per status of the task."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from linodctl.domain import Pending, SkipReason, Trigger
from linodctl.operations.explain.answer import Answer, Verdict
from linodctl.operations.explain.facts import Present
from linodctl.operations.explain.words import Words
from linodctl.planning.status import in_words


def explain_now(facts: Present) -> Answer:
    """The answer for the present moment."""
    return _BY_STATE[facts.status.state](facts, Words(facts.task, facts.now, facts.runner, facts.askers))


# --- it runs, or is about to ---------------------------------------------------------------------


def _running(facts: Present, words: Words) -> Answer:
    run, *others = facts.running
    if not facts.runner.alive:
        said = [f"Run {run.run_id}, {words.purpose(run)}, {words.ended(run)}.", words.no_runner()]
        return _answer(facts, Verdict.WAITING, SkipReason.RUNNER_DOWN.value, said, words, run.slot, run.run_id)
    lasting = in_words(facts.now - run.start_time)
    said = [
        f"It is running: run {run.run_id}, {words.purpose(run)}, since {words.when(run.start_time)} ({lasting} so far)."
    ]
    if run.progress is not None:
        said.append(f"It says of its progress: {_progress(run.progress)}.")
    if run.cancel_requested:
        said.append(f"It was asked to stop by {run.cancel_requested}.")
    if others:
        said.append(f"Beside it: {words.runs(others)}.")
    return _answer(facts, Verdict.RUNNING, run.trigger.value, said, words, run.slot, run.run_id)


def _requested(facts: Present, words: Words) -> Answer:
    request = min(facts.requests, key=lambda request: request.requested_at)
    said = [f"{request.requested_by} asked for a run at {words.when(request.requested_at)}; it has not started yet."]
    reason, why = _what_keeps_it(facts, words)
    return _answer(facts, Verdict.WAITING, reason or "requested", [*said, *why], words)


def _asap(facts: Present, words: Words) -> Answer:
    slot = facts.status.next_time
    waiting = _first_waiting(facts)
    if waiting is not None and waiting.attempt > 1:
        said = f"Attempt {waiting.attempt} for the slot {words.when(waiting.slot)} is due."
    elif slot is None or facts.state is None or facts.state.settled is None:
        said = "It was never run and is due as soon as possible."
    else:
        said = f"The slot {words.when(slot)} came due {in_words(facts.now - slot)} ago and waits."
    reason, why = _what_keeps_it(facts, words)
    return _answer(facts, Verdict.WAITING, reason or "due", [said, *why], words, waiting.slot if waiting else slot)


def _what_keeps_it(facts: Present, words: Words) -> tuple[str, list[str]]:
    """The one thing that keeps what is due from starting, as a word and as a sentence."""
    if not facts.runner.alive:
        return SkipReason.RUNNER_DOWN.value, [words.no_runner()]
    if facts.in_the_way is not None:
        return facts.in_the_way.obstacle.kind, [words.in_the_way(facts.in_the_way)]
    if facts.state is None or facts.state.settled is None:
        return "", ["The runner doesn't know the task yet: 'linodctl reload' makes it read its config again."]
    return "", ["Nothing stands in its way: the runner is about to start it."]


# --- it is not due -------------------------------------------------------------------------------


def _scheduled(facts: Present, words: Words) -> Answer:
    waiting = _first_waiting(facts)
    if waiting is not None and waiting.due is not None and waiting.due == facts.status.next_time:
        return _retry(facts, waiting, waiting.due, words)
    slot = facts.status.next_time
    assert slot is not None
    said = [f"It is not due until {words.ahead(slot)}."]
    reason = "not_scheduled"
    if facts.taken_out is not None:
        reason = facts.taken_out.why.reason
        said.append(words.taken_out(facts.taken_out))
    return _answer(facts, Verdict.NOT_DUE, reason, said, words, slot)


def _retry(facts: Present, waiting: Pending, due: datetime, words: Words) -> Answer:
    kind = "rerun" if waiting.trigger is Trigger.RERUN else "retry"
    said = [f"It waits for its {kind}: attempt {waiting.attempt} starts at {words.ahead(due)}."]
    return _answer(facts, Verdict.WAITING, kind, said, words, None if waiting.request_id else waiting.slot)


def _disabled(facts: Present, words: Words) -> Answer:
    since = words.since(facts.disabled) if facts.disabled else f"({facts.status.disabled_reason})"
    said = [f"It is disabled {since}."]
    probation = next((item for item in _waiting(facts) if item.trigger is Trigger.PROBATION), None)
    if probation is not None and probation.due is not None:
        said.append(f"A probation run starts at {words.when(probation.due)}.")
    if facts.state is not None and facts.state.disabled:
        said.append(f"'linodctl enable {facts.task.name}' enables it.")
    return _answer(facts, Verdict.NOT_DUE, SkipReason.DISABLED.value, said, words)


def _not_scheduled(facts: Present, words: Words) -> Answer:
    rule, used = facts.task.recurrence, facts.state.used if facts.state else 0
    if rule.count is not None and used >= rule.count:
        said, reason = words.used_up(rule.count), SkipReason.COUNT_REACHED.value
    elif rule.at_startup:
        said, reason = "It runs when the runner starts.", "startup"
    elif rule.expired(facts.now):
        said, reason = f"Its rule has expired: {rule.text}.", SkipReason.WINDOW.value
    else:
        said, reason = "It has no schedule of its own and runs only when it is triggered.", "not_scheduled"
    return _answer(facts, Verdict.NOT_DUE, reason, [said], words)


_BY_STATE: dict[str, Callable[[Present, Words], Answer]] = {
    "running": _running,
    "requested": _requested,
    "asap": _asap,
    "scheduled": _scheduled,
    "disabled": _disabled,
    "not_scheduled": _not_scheduled,
}
"""The states of `planning.status`."""


# --- their parts ---------------------------------------------------------------------------------


def _answer(
    facts: Present,
    verdict: Verdict,
    reason: str,
    said: list[str],
    words: Words,
    slot: datetime | None = None,
    run_id: int | None = None,
) -> Answer:
    """With the last run, and that nobody is there to start the next one."""
    if facts.last is not None and not facts.running:
        last = facts.last
        said.append(f"It last ran at {words.when(last.start_time)}: run {last.run_id} {words.ended(last)}.")
        run_id = last.run_id if run_id is None and reason in ("retry", "rerun") else run_id
    if not facts.runner.alive and verdict is Verdict.NOT_DUE:
        said.append(words.no_runner())
    next_slot = facts.status.next_time if facts.status.next_time != slot else None
    return Answer(facts.task.name, facts.now, verdict, reason, tuple(said), slot, run_id, next_slot)


def _waiting(facts: Present) -> tuple[Pending, ...]:
    return facts.state.pending if facts.state is not None else ()


def _first_waiting(facts: Present) -> Pending | None:
    return min(_waiting(facts), key=lambda item: item.due or item.slot, default=None)


def _progress(progress: tuple[float, float | None, str]) -> str:
    done, total, text = progress
    return f"{done:g} of {total:g}{f', {text}' if text else ''}" if total else text or f"{done:g}"
