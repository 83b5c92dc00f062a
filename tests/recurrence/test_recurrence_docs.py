"""What docs/recurrence.md shows is what happens: its phrases parse, its options work, its tables are true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from rules_under_test import rule, utc, walls

from linodctl.recurrence import parse_recurrence

PAGE = (Path(__file__).parents[2] / "docs" / "recurrence.md").read_text()
ANCHOR = utc("2026-01-01 09:05:03")


def rows(heading: str, number: int = 0) -> list[list[str]]:
    """The cells of the table with this number under a heading, without its head."""
    section = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    tables = re.findall(r"(?:^\|.*\n)+", section, re.MULTILINE)
    lines = tables[number].splitlines()[2:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]


def codes(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


PHRASES = [phrase for cells in rows("`every:` phrases") for phrase in codes(cells[0])]
AROUND = [cells for cells in rows("Around any rule") if codes(cells[1])]
OPTIONS = [code for cells in rows("Around any rule") for code in codes(cells[0])[:1] if ":" in code]
LINO = [(codes(cells[0])[0], cells[1].split(", ")) for cells in rows("Lino's fields", 1)]
CRON = [code for code in codes(PAGE.partition("## `cron:`")[2].partition("\n## ")[0]) if code.startswith("@")]


def test_the_tables_were_found() -> None:
    assert len(PHRASES) > 40
    assert len(AROUND) > 8
    assert len(OPTIONS) > 2
    assert len(LINO) == 12
    assert len(CRON) > 6


@pytest.mark.parametrize("phrase", PHRASES)
def test_phrases_parse(phrase: str) -> None:
    assert rule(rule(phrase).text) == rule(phrase)


@pytest.mark.parametrize("words", [codes(cells[1])[0] for cells in AROUND])
def test_words_around_a_rule_parse(words: str) -> None:
    calendars = {"closed": ["2026-06-24"]}
    assert parse_recurrence({"every": f"hour {words}"}, name="task", zone="UTC", calendars=calendars).text != "1 hour"


@pytest.mark.parametrize("option", OPTIONS)
def test_options_around_a_rule_parse(option: str) -> None:
    given = yaml.load(option, yaml.BaseLoader)  # YAML 1.1 would take `on` for true
    assert rule({"every": "hour", **given}).text != "1 hour"


@pytest.mark.parametrize("nickname", CRON)
def test_nicknames_are_known(nickname: str) -> None:
    assert rule({"cron": nickname})


@pytest.mark.parametrize(("fields", "slots"), LINO)
def test_linos_fields_have_the_slots_that_the_table_says(fields: str, slots: list[str]) -> None:
    found = rule(yaml.safe_load(f"{{{fields}}}"))
    assert walls(found, ANCHOR, len(slots), ANCHOR) == slots
