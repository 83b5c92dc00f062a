"""Env files: lines of `KEY=VALUE`, for the environment of runs and for `${NAME}` in a configuration."""

from __future__ import annotations

import re
from pathlib import Path

from linodctl.config.environment import NAME
from linodctl.config.problems import Place, Problems
from linodctl.config.reader import read_text

_LINE = re.compile(rf"\s*(?:export\s+)?(?P<name>{NAME})\s*=\s*(?P<value>.*?)\s*")
_QUOTED = re.compile(r"""(?:"(?P<double>(?:[^"\\]|\\.)*)"|'(?P<single>[^']*)')(?:\s+#.*)?""")
_COMMENT = re.compile(r"(?:^|\s+)#.*")
_ESCAPE = re.compile(r"\\(.)")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r"}


def read_env_file(file: Path, problems: Problems) -> dict[str, str]:
    """The variables of a file of `KEY=VALUE` lines (quotes, `# comments`, `export`); problems for other lines."""
    text = read_text(file, problems)
    variables: dict[str, str] = {}
    for number, line in enumerate((text or "").splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        value = _value(match["value"]) if match else None
        if match is None or value is None:
            wrong = "must be KEY=VALUE" if match is None else "the quote does not close, or something follows it"
            problems.error(Place(str(file), number, 1), "", wrong)
        else:
            variables[match["name"]] = value
    return variables


def _value(text: str) -> str | None:
    if text[:1] not in ("'", '"'):
        return _COMMENT.sub("", text)
    match = _QUOTED.fullmatch(text)
    if match is None:
        return None
    if match["double"] is None:
        return match["single"]
    return _ESCAPE.sub(lambda escape: _ESCAPES.get(escape[1], escape[1]), match["double"])
