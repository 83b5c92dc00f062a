"""The steps of one run, wherever it happens: resolve, check the arguments, call, look at what came of it."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable
from typing import Any

from linodctl.execution.context import Cancelled, RunContext, Sink, Way
from linodctl.execution.job import CantRun, Job
from linodctl.execution.outcome import Ending, raised, returned, unfit_for_json
from linodctl.execution.resolve import resolve
from linodctl.execution.signature import ArgumentsDontFit, call_with

LARGEST_MEMORY = 64 * 1024
"""Characters of JSON."""


_NOTHING = "{}"
_encode = json.JSONEncoder(sort_keys=True).encode


class NotARun(CantRun):
    """Calling the procedure runs nothing."""


def perform(
    job: Job,
    sink: Sink,
    cancelled: Cancelled,
    way: Way,
    find: Callable[[str], Callable[..., Any]] = resolve,
    is_over: Callable[[], None] = lambda: None,
) -> Ending:
    """Carry out one run and say how it ended. Raises nothing that the procedure raises. `is_over` is called once that
    has come back, before its end is put into words."""
    before = _encode(job.memory) if job.memory else _NOTHING
    context = RunContext(job, sink, cancelled, way)
    try:
        try:
            value = _call(job, context, find)
        finally:
            is_over()
        ending = returned(value)
    except ArgumentsDontFit as misfit:
        reason = f"'{job.func}' can't be called: {misfit}"
        ending = Ending("failed", reason=reason, error=reason, code=1)
    except BaseException as error:  # whatever it was, it becomes the run's outcome
        ending = raised(error)
    try:
        return _with_memory(ending, context.memory, before)
    except Exception as error:  # a number of too many digits, or a thread of the procedure's that goes on changing it
        return _unsaved(ending, f"{type(error).__name__}: {error}")


def _call(job: Job, context: RunContext, find: Callable[[str], Callable[..., Any]]) -> object:
    value: object = call_with(find(job.func), context, job.args)
    if value is None:
        return None
    if inspect.isgenerator(value) or inspect.isasyncgen(value):
        raise NotARun(f"'{job.func}' has a 'yield': calling it makes a generator and runs nothing.")
    if inspect.isawaitable(value):
        return _await(value)
    return value


def _await(awaitable: Any) -> object:
    import asyncio  # not before it is needed: it doubles what a worker imports

    async def main() -> object:
        return await awaitable

    return asyncio.run(main())


def _with_memory(ending: Ending, memory: Any, before: str) -> Ending:
    """The ending with the memory to be kept, if it changed; a failed run if it can't be kept."""
    if memory == {} and before == _NOTHING:
        return ending
    problem = unfit_for_json(memory, "memory") if isinstance(memory, dict) else "it is no longer a dict"
    if problem is None:
        after = _encode(memory)
        if after == before:
            return ending
        if len(after) <= LARGEST_MEMORY:
            return ending._replace(memory=json.loads(after))  # as it is now, whoever goes on changing the other
        problem = f"it has {len(after)} characters of JSON, and {LARGEST_MEMORY} is the limit"
    return _unsaved(ending, problem)


def _unsaved(ending: Ending, problem: str) -> Ending:
    reason = f"ar.memory can't be saved: {problem}."
    if ending.outcome == "failed":
        return ending._replace(error=f"{ending.error}\n\n{reason}")
    return Ending("failed", reason=reason, error=reason, message=ending.message, code=1)
