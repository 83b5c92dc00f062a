"""What counts as a secret, and that nothing else does."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from linodctl.masking import MASK, Known, is_secret_key, masked, masked_text


@pytest.mark.parametrize(
    "key",
    ["password", "PASSWORD", "db_password", "DB_PASSWORD", "dbPassword", "passwd", "secret", "client_secret",
     "SECRET_KEY",
     "pwd", "token",
     "access_token", "authToken", "x-auth-token", "api_key", "apikey", "apiKey", "API-KEY", "private_key",
     "credentials", "aws_secret_access_key", "Authorization", "cookie", "dsn", "SENTRY_DSN", "password2"],
)  # fmt: skip
def test_a_secret_key(key: str) -> None:
    assert is_secret_key(key)


@pytest.mark.parametrize(
    "key",
    ["", "user", "path", "tokenizer", "secretary", "author", "authors", "compass", "passenger", "key", "keys",
     "keyboard",
     "deep", "url", "host", "command", "monkey", "max_tokens", "auth", "database", "MODE"],
)  # fmt: skip
def test_an_ordinary_key(key: str) -> None:
    assert not is_secret_key(key)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("postgres://ann:hunter2@db/x", "postgres://ann:***@db/x"),
        ("redis://:hunter2@cache:6379/0", "redis://:***@cache:6379/0"),
        ("amqp://u:p@ss@host", "amqp://u:***@host"),
        ("https://example.com:8080/a@b", "https://example.com:8080/a@b"),
        ("password=hunter2 user=ann", "password=*** user=ann"),
        ("--db-password=hunter2 -v", "--db-password=*** -v"),
        ("{'password': 'hunter2', 'user': 'ann'}", "{'password': ***, 'user': 'ann'}"),
        ('{"api_key": "hunter2", "n": 1}', '{"api_key": ***, "n": 1}'),
        ("Authorization: Bearer hunter2", "Authorization: Bearer ***"),
        ("password: 'hunter 2'", "password: ***"),
        ("DB_PASSWORD=hunter2", "DB_PASSWORD=***"),
        ("no password given", "no password given"),
        ("ValueError: author: Ann", "ValueError: author: Ann"),
        ("2026-01-01 10:30:00+02:00 a: run 1 started", "2026-01-01 10:30:00+02:00 a: run 1 started"),
        ("spring.datasource.password=hunter2", "spring.datasource.password=***"),
        ("tasks.a.args.password: unknown option", "tasks.a.args.password: unknown option"),
        ("tasks.a.env.DB_PASSWORD: must be text", "tasks.a.env.DB_PASSWORD: must be text"),
    ],
)
def test_a_text(text: str, shown: str) -> None:
    assert masked_text(text) == shown


WORDS = """
    password passwords passwd passphrase passcode pwd secret secrets token credential credentials apikey api-key
    api_keys access_key private-key secret_key signing_key encryption_keys Authorization cookie cookies JWT dsn
    paſſword toKen
"""


@pytest.mark.parametrize("word", WORDS.split())
def test_each_word_for_a_secret_hides_what_follows_it(word: str) -> None:
    assert masked_text(f"{word}=opensesame") == f"{word}={MASK}"


def test_known_values_are_found_anywhere_the_longer_first() -> None:
    assert masked_text("a hunter2000 and hunter2", ["hunter2", "hunter2000"]) == "a *** and ***"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ({"password": "x", "n": 1}, {"password": MASK, "n": 1}),
        ({"db": {"passwd": ["a", "b"], "host": "h"}}, {"db": {"passwd": MASK, "host": "h"}}),
        ([{"token": 7}], [{"token": MASK}]),
        ({"use_token": True, "secret": None}, {"use_token": True, "secret": None}),
        ({"url": "http://u:p@h/"}, {"url": "http://u:***@h/"}),
        ({"command": "curl -u x --token=abc"}, {"command": "curl -u x --token=***"}),
        (3, 3),
    ],
)
def test_a_value(value: Any, shown: Any) -> None:
    assert masked(value) == shown


def test_what_a_process_has_learned() -> None:
    known = Known()
    known.learn(["hunter2", "1", "true", "line one\nline two"])
    known.learn_from({"args": {"password": ["s3cret"], "user": "plain"}, "token": {"a": "deep-one"}})
    assert known.text("hunter2 1 true plain s3cret deep-one") == "*** 1 true plain *** ***"
    assert known.text("says line two") == "says ***"
    assert known.value({"x": "my hunter2"}) == {"x": "my ***"}
    known.forget()
    assert known.text("hunter2") == "hunter2"


@given(st.text(), st.lists(st.text(min_size=4, alphabet="abcXYZ0189"), max_size=3))
def test_no_secret_is_left(text: str, secrets: list[str]) -> None:
    shown = masked_text(text.join([*secrets, ""]), secrets)
    assert not any(secret in shown for secret in secrets)


@pytest.mark.parametrize(
    "piece", ["a_", "a.", "://", "http://a:", "password", "password=", "pass_", "x" * 30 + "_", '"']
)
def test_long_texts_end(piece: str) -> None:
    """Nothing in the patterns makes the time grow with more than the length: this would take minutes."""
    masked_text(piece * (300_000 // len(piece)))
