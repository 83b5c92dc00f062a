"""`linodctl schema`: for editors."""

from __future__ import annotations

import json

from linodctl.cli import common
from linodctl.cli.call import Call


@common.command()
def command(call: Call) -> None:
    """Print the JSON Schema of the config.

    Editors that know it complete the config and check it while you type. Name it in the config's first line:
    '# yaml-language-server: $schema=./linodctl.schema.json'.

    \b
    Examples:
      linodctl schema > linodctl.schema.json
    """
    from linodctl.config import json_schema

    call.print_text(json.dumps(json_schema(), indent=2, ensure_ascii=False))
