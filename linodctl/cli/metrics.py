"""`linodctl metrics`: what Prometheus is told."""

from __future__ import annotations

from pathlib import Path

import click

from linodctl.cli import common
from linodctl.cli.call import Call


@common.command()
@click.option("--output", metavar="FILE", type=click.Path(path_type=Path), help="Into a file, whole or not at all.")
def command(call: Call, output: Path | None) -> None:
    """Print the site's metrics as Prometheus reads them.

    With --output for the textfile collector of the node exporter, from a timer or a task of its own. For scrapes
    'metrics: {listen: 127.0.0.1:9464}' in the config lets the runner serve the same. Needs the extra 'metrics'.

    \b
    Examples:
      linodctl metrics | grep _total
      linodctl metrics --output /var/lib/prometheus/node-exporter/mysite.prom
    """
    from linodctl.operations import metrics

    if output is not None:
        metrics.write(call.site, output)
    elif call.json:
        call.print_json(metrics.as_shapes(call.site))
    else:
        call.print_text(metrics.text(call.site).decode().rstrip("\n"))
