"""Values as people type them on the command line: `OPTION=VALUE` words, read as YAML would read them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from linodctl.errors import UsageError
from linodctl.texts import printable, word

NOT_YAML = tuple("*&!|>%@`?,]}#")
"""What no plain YAML value begins with, and a cron expression or a pattern may: such a value is text as it stands."""


def pairs(words: Sequence[str], example: str) -> dict[str, Any]:
    """`KEY=VALUE` words as a mapping; `retries='{attempts: 3}'` and `tags='[a, b]'` work. UsageError."""
    found: dict[str, Any] = {}
    for typed in words:
        key, equals, value = typed.partition("=")
        if not equals or not key:
            raise UsageError(f"'{word(typed)}' is not KEY=VALUE; for example {example}")
        found[key] = value_of(value)
    return found


def value_of(text: str) -> Any:
    """The value that this text has in YAML 1.2; UsageError if it has none."""
    from linodctl.config.nodes import plain
    from linodctl.config.problems import Problems
    from linodctl.config.reader import read_yaml

    if not text.strip() or text.lstrip().startswith(NOT_YAML):
        return text
    problems = Problems()
    node = read_yaml(text, "", problems)
    if node is None:
        why = next(iter(problems.found)).message if problems.found else "is not YAML"
        raise UsageError(f"the value {printable(text)!r} {why}; quote it twice to give it as text: KEY='\"…\"'")
    return plain(node)
