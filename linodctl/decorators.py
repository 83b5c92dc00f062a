"""Decorators that make a function a procedure, found by `discover:`. They leave the function as it is.

Options are the config's task options; what they mean and whether they fit is the config's to say, so that a mistake is
reported like every other one, with its place.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, overload

MARK = "__linodctl__"
"""The attribute that marks a function: a mapping with `name` and `options`."""

Function = TypeVar("Function", bound=Callable[..., Any])


@overload
def background_task(func: Function, /) -> Function: ...
@overload
def background_task(*, name: str | None = None, **options: Any) -> Callable[[Function], Function]: ...
def background_task(func: Any = None, /, *, name: str | None = None, **options: Any) -> Any:
    """Declare a function as a procedure, named `name` or like the function.

    `@background_task`, or with task options: `@background_task(every="day at 02:30", log_level="WARNING")`,
    `@background_task(every=2, every_unit="weekly", monday=True, run_after=["import"])`. Options that are words of
    Python take an underscore: `from_`, `except_`.
    """
    plain = {option.removesuffix("_"): value for option, value in options.items()}

    def mark(function: Function) -> Function:
        setattr(function, MARK, {"name": name or getattr(function, "__name__", ""), "options": plain})
        return function

    return mark if func is None else mark(func)


@overload
def schedule_often(every: Function, /) -> Function: ...
@overload
def schedule_often(every: int = 10, **options: Any) -> Callable[[Function], Function]: ...
def schedule_often(every: Any = 10, **options: Any) -> Any:
    """Declare a procedure that runs every so many seconds."""
    if callable(every):
        return schedule_often()(every)
    return background_task(every_unit="secondly", every=every, **options)


@overload
def schedule_daily(func: Function, /) -> Function: ...
@overload
def schedule_daily(**options: Any) -> Callable[[Function], Function]: ...
def schedule_daily(func: Any = None, /, **options: Any) -> Any:
    """Declare a procedure that runs once a day, at `start_time` if given."""
    declare = background_task(every_unit="daily", every=1, **options)
    return declare if func is None else declare(func)
