"""The program: its commands by what they are for, each imported when it is called."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module

import click

from linodctl import __version__
from linodctl.cli.common import WithCommonOptions

COMMANDS: Mapping[str, Mapping[str, str]] = {
    "Keep it running": {
        "run": "Run the site in the foreground until it is stopped.",
        "status": "Show whether the runner is alive, and what needs a look.",
        "health": "Exit with 0 if the runner is well, else say why and exit with 4.",
        "reload": "Ask the runner to read its config again.",
        "stop": "Ask the runner to finish its runs and exit.",
    },
    "Look": {
        "top": "Show the site live in the terminal, with keys to act on it.",
        "list": "List the tasks, the procedures or the log levels.",
        "show": "Show one task in full.",
        "next": "Show the slots to come, of tasks or of a rule you type.",
        "simulate": "Show what would run and be skipped, without running anything.",
        "history": "Show what ran and what was skipped, newest first.",
        "explain": "Tell why a task did or didn't run, or isn't running now.",
        "logs": "Show the captured log of runs, or the site's log.",
        "metrics": "Print the site's metrics as Prometheus reads them.",
    },
    "Act": {
        "trigger": "Run tasks as soon as possible.",
        "cancel": "Withdraw a request, or stop a run.",
        "enable": "Enable tasks that failures or somebody disabled.",
        "disable": "Disable tasks, for good or for a while.",
        "set": "Override options of a task at run time.",
        "unset": "Take back options that were set at run time.",
        "reset": "Forget a task's last start, end and anchor.",
    },
    "Look after the site": {
        "init": "Write a commented config and example procedures.",
        "check": "Find every problem of the config and of the code it names.",
        "service": "Make the site a service of systemd.",
        "notify": "Send a test message to those whom the config wants alerted.",
        "schema": "Print the JSON Schema of the config.",
        "prune": "Delete history that is beyond the limits.",
        "completion": "Print what makes a shell complete commands and task names.",
    },
}
"""A new command is a file of its name beside this one, and a line here."""


class Program(WithCommonOptions, click.Group):
    """A group that knows its commands by name and imports only the one that is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [name for commands in COMMANDS.values() for name in commands]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        command = import_module(f"linodctl.cli.{cmd_name}").command
        assert isinstance(command, click.Command)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        name = args[0]
        if not name.startswith("-") and name not in self.list_commands(ctx) and not ctx.resilient_parsing:
            ctx.fail(f"there is no command '{name}'{self._nearest(ctx, name)}")
        return super().resolve_command(ctx, args)

    def _nearest(self, ctx: click.Context, name: str) -> str:
        import difflib

        near = difflib.get_close_matches(name[:50], self.list_commands(ctx), n=2, cutoff=0.5)
        return f"; did you mean {' or '.join(repr(word) for word in near)}?" if near else ""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """By what they are for; without importing any of them."""
        width = max(map(len, self.list_commands(ctx)))
        for purpose, commands in COMMANDS.items():
            with formatter.section(purpose):
                formatter.write_dl([(name.ljust(width), summary) for name, summary in commands.items()])

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[click.shell_completion.CompletionItem]:
        from click.shell_completion import CompletionItem

        items = [
            CompletionItem(name, help=summary)
            for commands in COMMANDS.values()
            for name, summary in commands.items()
            if name.startswith(incomplete)
        ]
        return [*items, *click.Command.shell_complete(self, ctx, incomplete)]


@click.command(
    cls=Program,
    name="linodctl",
    invoke_without_command=True,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="'linodctl COMMAND --help' tells more, with examples.",
)
@click.version_option(__version__, prog_name="linodctl", message="%(prog)s %(version)s")
@click.pass_context
def program(ctx: click.Context) -> None:
    """Run an application's background procedures: plain Python functions, one YAML file, one SQLite file.

    \b
    Start here:
      linodctl init demo && cd demo   a config and procedures that run as they are
      linodctl run                    run them
      linodctl list                   see what they do, from another terminal
    """
    if ctx.invoked_subcommand is None:
        click.echo(ctx.get_help())
