"""Addresses of alerts and pings: every way to say them, and that none is ever told."""

from __future__ import annotations

import pytest
from config_project import Project

from linodctl.config.addresses import masked_address, ping_of

JOB = "procedures: {a: {func: x.y, every: never}}\n"
SECRET = "T0PSECRET"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("json://one", {"default": ("json://one",)}),
        ("[json://one, json://two]", {"default": ("json://one", "json://two")}),
        ("{default: json://one, nightly: [json://two, json://three]}", None),
        ("${ALERTS}", {"default": ("json://one", "mailto://two")}),
        ("{default: '${NONE:-}'}", {}),
        ("", {}),
    ],
)
def test_routes(project: Project, text: str, expected: dict[str, tuple[str, ...]] | None) -> None:
    project.environ["ALERTS"] = "json://one mailto://two"
    routes = project.load(f"{JOB}notify: {text}").notify
    assert routes == (expected or routes)
    if expected is None:
        assert routes == {"default": ("json://one",), "nightly": ("json://two", "json://three")}


@pytest.mark.parametrize(
    "text",
    [
        f"notify: {SECRET}",
        f"notify: [{SECRET}]",
        f"notify: {{default: {SECRET}}}",
        f"notify: {{default: [{SECRET}, 5]}}",
        f"notify: {{default: {{url: {SECRET}}}}}",
        'notify: "${ALERT}"',
        f"defaults: {{ping: {SECRET}}}",
        f"defaults: {{ping: 'ftp://{SECRET}'}}",
        f"defaults: {{ping: 'https://me:{SECRET}@example.com'}}",
        f"defaults: {{ping: ['https://{SECRET}']}}",
        "defaults: {ping: '${ALERT}'}",
    ],
)
def test_a_wrong_address_is_a_problem_that_does_not_tell_it(project: Project, text: str) -> None:
    project.environ["ALERT"] = SECRET
    [problem] = project.problems(JOB + text)
    assert SECRET not in problem
    assert "address such as" in problem


def test_nothing_that_is_printed_of_a_config_tells_its_addresses(project: Project) -> None:
    loaded = project.load(f"{JOB}notify: slack://{SECRET}\ndefaults: {{ping: 'https://hc-ping.com/{SECRET}'}}")
    assert SECRET not in repr(loaded)
    assert loaded.tasks[0].ping == f"https://hc-ping.com/{SECRET}"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (f"https://hc-ping.com:8000/{SECRET}?x=1", "https://hc-ping.com/***"),
        (f"slack://{SECRET}/{SECRET}", "slack://***"),
        ("", ""),
        (f"mailto://me:{SECRET}@example.com", "mailto://***"),
    ],
)
def test_masked(address: str, expected: str) -> None:
    assert masked_address(address) == expected


def test_one_ping_for_all_tasks() -> None:
    assert ping_of("https://hc-ping.com/key/{task}?create=1", "Shop.check_1") == (
        "https://hc-ping.com/key/shop-check_1?create=1"
    )
    assert ping_of("", "a") is None
