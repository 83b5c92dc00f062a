"""What a callable asks for: whether it takes a context, and whether given arguments fit it."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import Any
from weakref import WeakKeyDictionary

from linodctl.execution.job import CantRun

CONTEXT_NAMES = ("ar", "ctx", "context")

_POSITIONAL = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
_NAMED = (inspect.Parameter.POSITIONAL_OR_KEYWORD, inspect.Parameter.KEYWORD_ONLY)
_GATHERS = inspect.CO_VARARGS | inspect.CO_VARKEYWORDS
_Parameters = list[inspect.Parameter]


class ArgumentsDontFit(CantRun):
    """The declared arguments are not what the procedure takes."""


def call_with(func: Callable[..., Any], context: object, args: Mapping[str, Any]) -> Any:
    """Call `func` with the context, if it takes one, and `args` by keyword. Raises ArgumentsDontFit before the call."""
    if not args and _takes_nothing(func):
        return func()
    parameters = _parameters(func)
    problem = _misfit(parameters, set(args))
    if problem:
        raise ArgumentsDontFit(problem)
    parameter = context_parameter(parameters)
    if parameter is None:
        return func(**args)
    if parameter.kind in _POSITIONAL:
        return func(context, **args)
    return func(**{parameter.name: context}, **args)


def takes_context(func: Callable[..., Any]) -> bool:
    return context_parameter(_parameters(func)) is not None


def misfit(func: Callable[..., Any], names: Iterable[str]) -> str | None:
    """One sentence on why a call with arguments of these names would fail; None if it would not."""
    return _misfit(_parameters(func), set(names))


def _misfit(parameters: _Parameters | None, given: set[str]) -> str | None:
    if parameters is None:
        return None  # some callables written in C don't say what they take
    context = context_parameter(parameters)
    if context is not None:
        if context.name in given:
            return f"the argument '{context.name}' can't be given: linodctl fills it with the run's context."
        parameters = [p for p in parameters if p is not context]
    return _unknown(parameters, given) or _missing(parameters, given)


def context_parameter(parameters: _Parameters | None) -> inspect.Parameter | None:
    """The first parameter, if it is named like a context or annotated `RunContext`."""
    if not parameters:
        return None
    first = parameters[0]
    if first.kind not in (*_POSITIONAL, inspect.Parameter.KEYWORD_ONLY):
        return None
    return first if first.name in CONTEXT_NAMES or _is_run_context(first.annotation) else None


def _parameters(func: Callable[..., Any]) -> _Parameters | None:
    """None for what doesn't say."""
    if not inspect.isfunction(func):
        return _ask(func)
    if func not in _KNOWN:
        _KNOWN[func] = _ask(func)
    return _KNOWN[func]


_KNOWN: WeakKeyDictionary[Callable[..., Any], _Parameters | None] = WeakKeyDictionary()
"""Of functions, which stay as they are: to ask one takes longer than a short run."""


def _ask(func: Callable[..., Any]) -> _Parameters | None:
    if _takes_nothing(func):
        return []
    try:
        return list(inspect.signature(func).parameters.values())
    except (TypeError, ValueError):
        return None


def _takes_nothing(func: Callable[..., Any]) -> bool:
    """Of a function without parameters and decorations its code says so, in a hundredth of the time."""
    if not inspect.isfunction(func) or func.__dict__:
        return False
    code = func.__code__
    return not (code.co_argcount or code.co_kwonlyargcount or code.co_flags & _GATHERS)


def _is_run_context(annotation: Any) -> bool:
    name = annotation if isinstance(annotation, str) else getattr(annotation, "__name__", "")
    return name.split("|")[0].strip().rpartition(".")[2] == "RunContext"


def _unknown(parameters: _Parameters, given: set[str]) -> str | None:
    if any(p.kind is inspect.Parameter.VAR_KEYWORD for p in parameters):
        return None
    known = {p.name for p in parameters if p.kind in _NAMED}
    unknown = sorted(given - known)
    return f"it takes no argument {_listed(unknown)}." if unknown else None


def _missing(parameters: _Parameters, given: set[str]) -> str | None:
    needed = [p for p in parameters if p.default is p.empty and p.kind in (*_POSITIONAL, *_NAMED)]
    unfillable = [p.name for p in needed if p.kind is inspect.Parameter.POSITIONAL_ONLY]
    if unfillable:
        return f"its argument {_listed(unfillable)} can't be given by name."
    missing = [p.name for p in needed if p.name not in given]
    return f"it needs the argument {_listed(missing)}." if missing else None


def _listed(names: Iterable[str]) -> str:
    return ", ".join(f"'{name}'" for name in names)
