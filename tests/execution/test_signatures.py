"""Who gets a context, and which arguments fit."""

from __future__ import annotations

import functools
from typing import Any

import pytest

from linodctl import RunContext
from linodctl.execution.signature import ArgumentsDontFit, call_with, misfit, takes_context


def ar_first(ar: Any, a: int = 0) -> Any:
    return ar, a


def by_annotation(x: RunContext, a: int = 0) -> Any:
    return x, a


def optional(x: RunContext | None = None) -> Any:
    return x


def keyword_only(*, ctx: Any, a: int = 0) -> Any:
    return ctx, a


def positional_only(context: Any, /, a: int = 0) -> Any:
    return context, a


def second(a: int, ar: int = 0) -> Any:
    return a, ar


def everything(*args: Any, **kwargs: Any) -> Any:
    return args, kwargs


def star_ar(*ar: Any) -> Any:
    return ar


def no_keyword(a: int, /) -> Any:
    return a


def nothing() -> None: ...


@functools.wraps(ar_first)
def disguised() -> None: ...


class Callable_:
    def __call__(self, ar: Any) -> Any:
        return ar


class Holder:
    def method(self, ctx: Any) -> Any:
        return ctx


@pytest.mark.parametrize(
    ("func", "takes"),
    [
        (ar_first, True),
        (by_annotation, True),
        (optional, True),
        (keyword_only, True),
        (positional_only, True),
        (Callable_(), True),
        (Holder().method, True),
        (functools.partial(ar_first, a=1), True),
        (second, False),
        (everything, False),
        (star_ar, False),
        (nothing, False),
        (disguised, True),
        (print, False),
        (dict, False),
    ],
)
def test_takes_context(func: Any, takes: bool) -> None:
    assert takes_context(func) is takes


@pytest.mark.parametrize(
    ("func", "args", "value"),
    [
        (ar_first, {"a": 1}, ("AR", 1)),
        (by_annotation, {}, ("AR", 0)),
        (keyword_only, {"a": 1}, ("AR", 1)),
        (positional_only, {"a": 1}, ("AR", 1)),
        (second, {"a": 1, "ar": 2}, (1, 2)),
        (everything, {"x": 1}, ((), {"x": 1})),
        (dict, {"x": 1}, {"x": 1}),
    ],
)
def test_call(func: Any, args: dict[str, Any], value: Any) -> None:
    assert misfit(func, args) is None
    assert call_with(func, "AR", args) == value


@pytest.mark.parametrize(
    ("func", "args", "problem"),
    [
        (ar_first, {"b": 1, "c": 2}, "it takes no argument 'b', 'c'."),
        (ar_first, {"ar": 1}, "the argument 'ar' can't be given: linodctl fills it with the run's context."),
        (second, {}, "it needs the argument 'a'."),
        (no_keyword, {}, "its argument 'a' can't be given by name."),
        (star_ar, {"x": 1}, "it takes no argument 'x'."),
        (nothing, {"x": 1}, "it takes no argument 'x'."),
    ],
)
def test_misfit(func: Any, args: dict[str, Any], problem: str) -> None:
    assert misfit(func, args) == problem
    with pytest.raises(ArgumentsDontFit, match="argument"):
        call_with(func, "AR", args)
