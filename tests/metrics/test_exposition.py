"""The text keeps to Prometheus' format and naming conventions: the rules of `promtool check metrics`, and some more."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from a_past import FACTS, at
from prometheus_client.parser import text_string_to_metric_families

import linodctl
from linodctl.errors import UsageError
from linodctl.metrics.catalog import FAMILIES, Family
from linodctl.metrics.exposition import MISSING, exposition
from linodctl.metrics.figures import figures
from linodctl.store.store import Store

GUIDE = (Path(linodctl.__file__).parent.parent / "docs" / "metrics.md").read_text()
WRONG_UNITS = re.compile(r"_(ms|milliseconds?|minutes?|hours?|days?|percent|kb|mb|kilobytes|megabytes)(_|$)")
ABBREVIATED = re.compile(r"_(sec|secs|s|min|num|cnt|avg|dur|ts)(_|$)")


@pytest.fixture
def text(store: Store) -> str:
    return exposition(FACTS.site, figures(FACTS, store, at(100))).decode()


@pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)
def test_names_keep_to_the_conventions(family: Family) -> None:
    name = family.name
    assert re.fullmatch(r"linodctl(_[a-z]+)+", name)
    assert name.endswith("_total") == (family.kind == "counter")
    assert not name.endswith(("_count", "_sum", "_bucket", "_created"))
    assert family.kind not in name
    assert not WRONG_UNITS.search(name) and not ABBREVIATED.search(name)
    assert ("duration" in name or "lateness" in name or "timestamp" in name) == name.endswith("_seconds")
    assert all(
        re.fullmatch("[a-z]+", label) and label not in ("le", "quantile", "site", "job") for label in family.labels
    )
    assert not set(family.labels) & set(name.split("_")) - {"task"}
    assert re.fullmatch("[A-Z0-9].*[.]", family.help) and "\n" not in family.help


def test_no_metric_is_listed_twice() -> None:
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)


def test_the_text_is_what_a_parser_reads(text: str) -> None:
    families = {family.name: family for family in text_string_to_metric_families(text)}
    assert families.keys() == {family.name.removesuffix("_total") for family in FAMILIES}
    for family in FAMILIES:
        found = families[family.name.removesuffix("_total")]
        assert (found.type, found.documentation) == (family.kind, family.help)
        for sample in found.samples:
            assert sample.labels["site"] == FACTS.site
            assert set(sample.labels) - {"site", "le"} == set(family.labels)
            assert sample.timestamp is None, "the textfile collector refuses them"


def test_each_series_is_there_once_and_each_metric_in_one_piece(text: str) -> None:
    lines = text.splitlines()
    series = Counter(line.rpartition(" ")[0] for line in lines if not line.startswith("#"))
    assert set(series.values()) == {1}
    types = [line.split()[2] for line in lines if line.startswith("# TYPE")]
    assert types == [family.name for family in FAMILIES]
    assert text.endswith("\n") and "_created" not in text


def test_the_guide_asks_for_what_there_is() -> None:
    known = {family.name for family in FAMILIES}
    series = {name + suffix for name in known for suffix in ("_sum", "_count", "_bucket")}
    asked = set(re.findall(r"linodctl_[a-z_]+", GUIDE))
    assert asked >= known and asked <= known | series


def test_promtool_has_nothing_to_say(text: str) -> None:
    promtool = shutil.which("promtool")
    if promtool is None:
        pytest.skip("of Debian's package prometheus")
    done = subprocess.run([promtool, "check", "metrics"], input=text, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_without_the_extra_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "prometheus_client", None)
    with pytest.raises(UsageError, match=re.escape(MISSING)):
        exposition("a", [])
