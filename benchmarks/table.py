"""The table: figures, contenders, ratios and goals, from the document alone; in Markdown. And where it was made."""

from __future__ import annotations

from typing import Any

HEAD = ["figure", "who", "median (least – most)", "ratio", "goal: reached or missed"]


def table(document: dict[str, Any]) -> str:
    rows = [HEAD, *(row for figure in document["figures"].values() for row in _rows(figure))]
    widths = [max(len(row[column]) for row in rows) for column in range(len(HEAD))]
    rows.insert(1, ["-" * width for width in widths])
    return "\n".join(_line(row, widths) for row in rows)


def circumstances(document: dict[str, Any]) -> str:
    """When and on what this was measured, and the versions of everybody."""
    at = document["machine"]
    load = " ".join(str(number) for number in at["load"])
    versions = ", ".join(f"{name} {version}" for name, version in sorted(document["versions"].items()))
    return (
        f"Measured {at['date']}, in at most {document['rounds']} rounds, on {at['cores']} cores ({at['cpu']}), "
        f"{at['memory']} of memory, {at['kernel']}, Python {at['python']}, SQLite {at['sqlite']}; "
        f"load before: {load}.\nVersions: {versions}."
    )


def _line(row: list[str], widths: list[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"


def _rows(figure: dict[str, Any]) -> list[list[str]]:
    title, rows = figure["title"], []
    for label, entry in figure["contenders"].items():
        goals = [_goal(goal) for goal in figure["goals"] if goal["who"] == label]
        rows.append([title, label, _result(figure, entry), _ratio(figure, entry), "; ".join(goals)])
        title = ""
    return rows


def _result(figure: dict[str, Any], entry: dict[str, Any]) -> str:
    known = [(name, about["unit"]) for name, about in figure["metrics"].items() if name in entry]
    if not known:
        return entry["trouble"] or "not measured"
    single = len(figure["metrics"]) == 1
    return ", ".join(("" if single else f"{name} ") + _spread(entry[name], unit) for name, unit in known)


def _ratio(figure: dict[str, Any], entry: dict[str, Any]) -> str:
    """To whom the figure compares everybody with, in the first metric."""
    first = next(iter(figure["metrics"]))
    reference = figure["contenders"].get(figure["against"], {})
    if first not in entry or not reference.get(first, {}).get("median"):
        return ""
    return f"{entry[first]['median'] / reference[first]['median']:.2f} ×"


def _goal(goal: dict[str, Any]) -> str:
    limit = f"≤ {_number(goal['at_most'])}" if goal["at_most"] is not None else f"≥ {_number(goal['at_least'])}"
    wanted = f"{limit} {goal['unit']} {goal['text']}"
    if "value" not in goal:
        return f"{wanted}: not measured"
    return f"{wanted}: {_spread(goal['value'], goal['unit'])} {'reached' if goal['reached'] else 'MISSED'}"


def _spread(values: dict[str, float], unit: str) -> str:
    middle, least, most = (_number(values[name]) for name in ("median", "least", "most"))
    return f"{middle}{'' if unit == '/s' else ' '}{unit}" + (f" ({least} – {most})" if least != most else "")


def _number(value: float) -> str:
    """Three digits that count, or all before the point."""
    if value == 0:
        return "0"
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
