"""`linodctl completion`: for shells."""

from __future__ import annotations

import click

from linodctl.cli import common
from linodctl.cli.call import Call


@common.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def command(call: Call, shell: str) -> None:
    """Print what makes a shell complete commands and task names.

    \b
    Examples:
      eval "$(linodctl completion bash)"      in ~/.bashrc
      eval "$(linodctl completion zsh)"       in ~/.zshrc
      linodctl completion fish > ~/.config/fish/completions/linodctl.fish
    """
    from click.shell_completion import get_completion_class

    from linodctl.cli.program import program

    completer = get_completion_class(shell)
    assert completer is not None, "the choices are click's own shells"
    script = completer(program, {}, "linodctl", "_LINODCTL_COMPLETE").source()
    if call.json:
        call.print_json({"shell": shell, "script": script})
    else:
        call.print_text(script)
