"""Kinds of values that commands take: task names that a shell can complete, durations, log levels."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

    from linodctl.operations.site import Site

    TextKind = click.ParamType[str]
    DurationKind = click.ParamType[timedelta]
    PatternKind = click.ParamType[re.Pattern[str]]
    TaskDurationKind = click.ParamType[tuple[str, timedelta]]
else:  # generic only in newer releases of click
    TextKind = DurationKind = PatternKind = TaskDurationKind = click.ParamType


class TaskName(TextKind):
    """A task's name, a glob, or `tag:TAG`; what it means is found out by the operation."""

    name = "name"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        from linodctl.texts import printable

        site = site_of(ctx)
        tasks = site.loaded.tasks if site else ()
        tags = dict.fromkeys(f"tag:{tag}" for task in tasks for tag in task.tags)
        words = {task.name: printable(task.description or task.recurrence.text) for task in tasks}
        words |= dict.fromkeys(tags, "")
        return [CompletionItem(word, help=text or None) for word, text in words.items() if word.startswith(incomplete)]


class Tag(TextKind):
    """A tag of tasks, or one that the config alerts somebody for."""

    name = "tag"

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        site = site_of(ctx)
        tags = {*site.loaded.notify, *(tag for task in site.loaded.tasks for tag in task.tags)} if site else set()
        return [CompletionItem(tag) for tag in sorted(tags) if tag.startswith(incomplete)]


class Setting(TextKind):
    """`OPTION=VALUE`, or just the option."""

    name = "setting"

    def __init__(self, suffix: str = "=") -> None:
        self._suffix = suffix

    def shell_complete(self, ctx: click.Context, param: click.Parameter, incomplete: str) -> list[CompletionItem]:
        from click.shell_completion import CompletionItem

        from linodctl.config.keys import TASK_OPTIONS

        return [CompletionItem(option + self._suffix) for option in TASK_OPTIONS if option.startswith(incomplete)]


class Duration(DurationKind):
    """A length of time such as `2h 30m`."""

    name = "duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> timedelta:
        from linodctl.config.durations import parse_duration
        from linodctl.errors import UsageError

        if isinstance(value, timedelta):
            return value
        try:
            return parse_duration(str(value))
        except UsageError as error:
            self.fail(str(error), param, ctx)


class TaskDuration(TaskDurationKind):
    """`NAME=30s`: which tasks, and how long their runs take."""

    name = "task duration"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, timedelta]:
        if isinstance(value, tuple):
            return value
        name, sign, duration = str(value).rpartition("=")
        if not (sign and name):
            self.fail(f"write NAME=DURATION, such as backup=30s, not {str(value)!r}", param, ctx)
        return name, Duration().convert(duration, param, ctx)


class Pattern(PatternKind):
    """A regular expression, for which upper and lower case are the same."""

    name = "pattern"

    def convert(self, value: object, param: click.Parameter | None, ctx: click.Context | None) -> re.Pattern[str]:
        if isinstance(value, re.Pattern):
            return value
        try:
            return re.compile(str(value), re.IGNORECASE)
        except re.error as error:
            self.fail(f"not a regular expression: {error}; a '\\' before . * + ? ( [ means just that sign", param, ctx)


LOG_LEVEL = click.Choice(["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"], case_sensitive=False)
OUTCOME = click.Choice(
    ["succeeded", "warned", "failed", "timed_out", "cancelled", "lost", "skipped"], case_sensitive=False
)
"""A test holds both against `domain`, which is not needed for `--help`."""


def site_of(ctx: click.Context) -> Site | None:
    """The site that a half-typed command is about; None if it can't be had: completion never complains."""
    from linodctl.operations.site import Site

    said = [context.params for context in (ctx.parent, ctx) if context is not None]
    try:
        site = Site(
            [path for params in said for path in params.get("config") or ()],
            next((params["state"] for params in reversed(said) if params.get("state")), None),
        )
        _ = site.loaded
    except Exception:  # whatever it is, the person is still typing
        return None
    return site
