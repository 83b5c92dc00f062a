"""The options that every command takes, before and after the command's name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import click

from linodctl.cli.call import Call

if TYPE_CHECKING:
    Base = click.Command
else:
    Base = object


def _options() -> list[click.Option]:
    path = click.Path()
    return [
        click.Option(
            ["-c", "--config"],
            multiple=True,
            metavar="PATH",
            type=path,
            help="The config: a file, or a folder of *.yaml; may be repeated.",
        ),
        click.Option(["--state"], metavar="PATH", type=path, help="The state file; wins over the config's."),
        click.Option(["--json", "as_json"], is_flag=True, help="Print one JSON document."),
        click.Option(["-q", "--quiet"], count=True, help="Say only what was asked for, and errors."),
        click.Option(["-v", "--verbose"], count=True, help="Say on stderr which files are used."),
        click.Option(["--color/--no-color"], default=None, help="Colour, also where it isn't the default."),
    ]


OPTIONS = _options()
COMMON = frozenset(option.name for option in OPTIONS)


class WithCommonOptions(Base):
    """Takes the common options off what was parsed and keeps them in the context as a `Call`."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.params += OPTIONS

    def invoke(self, ctx: click.Context) -> Any:
        said = {name: ctx.params.pop(name) for name in COMMON if name is not None}
        before = ctx.obj if isinstance(ctx.obj, Call) else Call()
        ctx.obj = before.with_options(**said)
        return super().invoke(ctx)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """A command's own options first; those that all have in a section of their own."""
        own: list[tuple[str, str]] = []
        common: list[tuple[str, str]] = []
        for param in self.get_params(ctx):
            record = param.get_help_record(ctx)
            if record is not None and isinstance(param, click.Option):
                (common if param.name in COMMON else own).append(record)
        with formatter.section("Options"):
            formatter.write_dl(own)
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)
        with formatter.section("Options of all commands"):
            formatter.write_dl(common)


class Command(WithCommonOptions, click.Command):
    """A command of linodctl."""


def command() -> Callable[[Callable[..., Any]], Command]:
    """Make a function that takes a `Call` and its own parameters a command."""
    return lambda function: click.command(cls=Command)(click.pass_obj(function))
