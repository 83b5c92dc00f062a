"""`linodctl notify test`: does an alert arrive?"""

from __future__ import annotations

import click

from linodctl.cli import common, kinds
from linodctl.cli.call import Call
from linodctl.cli.failures import FAILED
from linodctl.paint import bad, good


@common.command()
@click.argument("what", metavar="test", type=click.Choice(["test"]))
@click.option("--tag", metavar="TAG", type=kinds.Tag(), help="Only to those who hear of tasks with this tag.")
def command(call: Call, what: str, tag: str | None) -> int:
    """Send a test message to those whom the config wants alerted.

    To every address of 'notify' in the config, or with --tag to those that hear of tasks with that tag. Says what went
    where; exits with 1 if one did not arrive, with 2 if there is nobody to send to or the extra is missing.

    \b
    Examples:
      linodctl notify test
      linodctl notify test --tag nightly
    """
    from linodctl.operations.alerts import Sent, send_test

    results: list[Sent] = []
    for sent in send_test(call.site, tag):
        results.append(sent)
        if not call.json:
            how = good("sent") if sent.why is None else bad(f"not sent: {sent.why}")
            call.print_line(f"{sent.target.shown}: ", how)
    if call.json:
        call.print_json(
            [
                {"route": sent.target.route, "to": sent.target.shown, "sent": sent.why is None, "why": sent.why}
                for sent in results
            ]
        )
    return FAILED if any(sent.why is not None for sent in results) else 0
