"""What must not be shown: which keys and texts are secret, and how they look instead. Whoever prints, logs, reports or
sends something may ask here; the rules are pure, and `known` keeps what this process has learned from its config.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from functools import cache
from typing import Any

MASK = "***"
SHORTEST = 4
"""Characters: anything shorter would be found everywhere."""

UNUSUAL = 6
"""Characters that a value has to have to be known for a secret by itself."""

_NO_SECRETS = frozenset({"true", "false", "none", "null"})

_WORD = (
    r"passwords?|passwd|passphrase|passcode|pwd|secrets?|token|credentials?|apikey|api[_-]?keys?|access[_-]?keys?"
    r"|private[_-]?keys?|secret[_-]?keys?|signing[_-]?keys?|encryption[_-]?keys?|authorization|cookies?|jwt|dsn"
)

_STEMS = ("pass", "pwd", "secret", "token", "credential", "key", "authorization", "cookie", "jwt", "dsn")
"""One of these is in each of the words above: most texts have none, and need no closer look."""


@cache
def _secret_key() -> re.Pattern[str]:
    """(Patterns are compiled when they are needed: that takes longer than most commands do.)"""
    return re.compile(rf"(?:^|[^a-z0-9])(?:{_WORD})(?:$|[^a-z])", re.IGNORECASE)


@cache
def _userinfo() -> re.Pattern[str]:
    """`scheme://user:password@host`: the user stays."""
    return re.compile(r"(\b[a-z][a-z0-9+.-]{0,20}://[^\s/:@'\"]*):[^\s/'\"]*@", re.IGNORECASE)


@cache
def _said(apart: str, sign: str) -> re.Pattern[str]:
    """A secret's name, whose words are `apart` by these, the sign, and the value; bounded, so that it takes no time."""
    name = rf"-{{0,2}}(?:[a-z0-9]{{1,30}}[{apart}]){{0,5}}(?:{_WORD})(?:[_-][a-z0-9]{{1,30}}){{0,3}}"
    value = r"\"[^\"]*\"|'[^']*'|[^\s,;&'\"\]})]+"
    key = rf"(?<![a-z0-9_.-]){name}['\"]?\s{{0,3}}{sign}\s{{0,3}}"
    return re.compile(rf"(?P<key>{key})(?P<kind>(?:bearer|basic) )?(?:{value})", re.IGNORECASE)


_BY_SIGN = (("=", "_.-", "="), (":", "_-", ":(?!:|//)"))
"""`db.password=…`, `--token=…`; `"api_key": "…"`, `Authorization: Bearer …`. (What follows `tasks.a.args.password:`, a
place in a config, is no value.)"""


def is_secret_key(key: str) -> bool:
    """Whether what stands under this key looks like a secret: `DB_PASSWORD`, `apiKey`, `x-auth-token`, `dsn`."""
    return _secret_key().search(_apart(key)) is not None


def _apart(key: str) -> str:
    """`dbPassword` as `db_Password`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key)


def masked_text(text: str, secrets: Iterable[str] = ()) -> str:
    """The text without these secrets, without passwords in URLs, and without what it says behind a secret's name."""
    for secret in sorted(secrets, key=len, reverse=True):  # one may be part of another
        text = text.replace(secret, MASK)
    if "://" in text:
        text = _userinfo().sub(rf"\1:{MASK}@", text)
    folded = text.casefold()
    if not any(stem in folded for stem in _STEMS):
        return text
    for sign, apart, pattern in _BY_SIGN:
        if sign in text:
            text = _said(apart, pattern).sub(rf"\g<key>\g<kind>{MASK}", text)
    return text


def masked(value: Any, key: str = "", secrets: Iterable[str] = ()) -> Any:
    """A value of any JSON shape as it may be shown under this key; what is secret is `***`, the rest as it is."""
    if value is None or isinstance(value, bool):
        return value
    if key and is_secret_key(key):
        return MASK
    if isinstance(value, Mapping):
        return {name: masked(item, str(name), secrets) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [masked(item, "", secrets) for item in value]
    return masked_text(value, secrets) if isinstance(value, str) else value


class Known:
    """The secrets that a process knows by value."""

    def __init__(self) -> None:
        self._secrets: set[str] = set()

    def learn_variables(self, variables: Mapping[str, str]) -> None:
        """What an env file defines: a secret if it is called so, or if it looks like nothing that logs are full of."""
        self.learn(value for name, value in variables.items() if is_secret_key(name) or not _is_common(value))

    def learn(self, values: Iterable[str]) -> None:
        """These values are secret from now on; they stay so when a reload brings others, for old runs may still say
        them."""
        for value in values:
            lines = [value, *value.splitlines()] if "\n" in value else [value]
            self._secrets.update(x for x in lines if len(x) >= SHORTEST and x.casefold() not in _NO_SECRETS)

    def learn_from(self, options: Mapping[str, Any]) -> None:
        """The texts under keys that look like secrets, at any depth."""
        for key, value in options.items():
            if is_secret_key(str(key)):
                self.learn(_texts(value))
            elif isinstance(value, Mapping):
                self.learn_from(value)

    def text(self, text: str) -> str:
        return masked_text(text, self._secrets)

    def value(self, value: Any, key: str = "") -> Any:
        return masked(value, key, self._secrets)

    def forget(self) -> None:
        self._secrets.clear()


def _is_common(value: str) -> bool:
    """A plain word, a number, a path: to take these out of every text would take the sense out of it."""
    return len(value) < UNUSUAL or value.isalpha() or value.isdecimal() or value.startswith(("/", "."))


def _texts(value: Any) -> Iterable[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Mapping):
        return [text for item in value.values() for text in _texts(item)]
    return [text for item in value for text in _texts(item)] if isinstance(value, list | tuple) else []


known = Known()
"""Filled as configs are read: by value, wherever it turns up, an env file's secret is not shown."""
