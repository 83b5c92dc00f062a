"""What an unquoted YAML word means, by the core schema of YAML 1.2 (section 10.3.2).

So `no`, `on` and `yes` are text, `09:30` is text, `010` is ten, and dates are text until something reads them as dates.
"""

from __future__ import annotations

import re

_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]+")
_OCTAL_OR_HEX = re.compile(r"0o[0-7]+|0x[0-9a-fA-F]+")
_FLOAT = re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?")
_NOT_FINITE = re.compile(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_LONGEST_NUMBER = 300


def resolve(text: str) -> str | int | float | bool | None:
    """The value of a plain scalar; raises ValueError for numbers that no option can mean."""
    if text in _NULLS:
        return None
    if text in _BOOLEANS:
        return _BOOLEANS[text]
    if text[0] not in "+-.0123456789":
        return text
    return _number(text)


def _number(text: str) -> str | int | float:
    if _NOT_FINITE.fullmatch(text):
        raise ValueError("numbers must be finite")
    if _INTEGER.fullmatch(text):
        return int(_short(text))
    if _OCTAL_OR_HEX.fullmatch(text):
        return int(_short(text), 0)
    if _FLOAT.fullmatch(text):
        number = float(_short(text))
        if number in (float("inf"), float("-inf")):
            raise ValueError("the number is too large")
        return number
    return text


def _short(text: str) -> str:
    if len(text) > _LONGEST_NUMBER:
        raise ValueError("the number has too many digits; put it in quotes if it is text")
    return text
