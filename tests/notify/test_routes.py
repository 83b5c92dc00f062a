"""Who hears of which tasks, and how addresses are named."""

from __future__ import annotations

import pytest

from linodctl.notify.routes import routes_for, routes_of_the_site, targets

ROUTES = {"default": ("json://one",), "nightly": ("slack://two", "slack://three")}


@pytest.mark.parametrize(
    ("tags", "routes", "expected"),
    [
        ((), ROUTES, ["default"]),
        (("data",), ROUTES, ["default"]),
        (("data", "nightly"), ROUTES, ["nightly"]),
        (("nightly", "default", "nightly"), ROUTES, ["nightly", "default"]),
        (("data",), {"nightly": ("json://x",)}, []),
        ((), {}, []),
    ],
)
def test_routes_for(tags: tuple[str, ...], routes: dict[str, tuple[str, ...]], expected: list[str]) -> None:
    assert routes_for(tags, routes) == expected


def test_the_site_is_the_default_routes_or_everybodys() -> None:
    assert routes_of_the_site(ROUTES) == ["default"]
    assert routes_of_the_site({"a": ("json://x",), "b": ("json://x",)}) == ["a", "b"]


def test_targets_are_told_apart_without_their_addresses() -> None:
    found = targets(ROUTES)
    assert [target.shown for target in found] == [
        "default: json://***",
        "nightly: slack://*** (1 of 2)",
        "nightly: slack://*** (2 of 2)",
    ]
    assert len({target.key for target in found}) == 3
    assert all(word not in repr(found) for word in ("one", "two", "three"))
    assert [target.address for target in targets(ROUTES, "nightly")] == ["slack://two", "slack://three"]
