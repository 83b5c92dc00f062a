"""How the latest runs of tasks ended, of all tasks in one question: as many steps into an index as there are tasks, the
same for a thousand runs and for a million."""

from __future__ import annotations

from collections.abc import Collection

from linodctl.domain import Lately, Outcome

_BY_DIGIT = {str(number): outcome for number, outcome in enumerate(Outcome)}
_DIGIT = " ".join(f"WHEN '{outcome.value}' THEN {digit}" for digit, outcome in _BY_DIGIT.items())

# One row per task and not per run, for handing over a row costs more than finding it: `2000 1.5,0.25,0.31,0.2`. SQLite
# puts together in the order in which the inner query, which has one of its own, yields. What is no outcome or no
# instant is NULL, and left out.
_LATELY = f"""
    SELECT name, (
        SELECT group_concat(digit, '') || ' ' || group_concat(seconds)
        FROM (
            SELECT
                CASE outcome {_DIGIT} END AS digit,
                round((julianday(end_time) - julianday(start_time)) * 86400, 3) AS seconds
            FROM runs WHERE task = tasks.name AND end_time IS NOT NULL
            ORDER BY start_time DESC, run_id DESC LIMIT ?
        )
        WHERE digit IS NOT NULL AND seconds IS NOT NULL
    ) AS ended
    FROM tasks
"""


def query(names: Collection[str] | None, last: int) -> tuple[str, list[str | int]]:
    """The statement and its parameters, for these tasks or for all that have run; each row's `ended` is for `read`."""
    if names is None:
        return _LATELY, [last]
    return f"{_LATELY} WHERE name IN ({', '.join('?' * len(names))})", [last, *names]


def read(ended: str | None) -> Lately:
    """What a row says. Clocks that were turned back make no run shorter than nothing."""
    if not ended:
        return Lately((), ())
    digits, _, seconds = ended.partition(" ")
    return Lately(
        tuple([_BY_DIGIT[digit] for digit in digits]), tuple([max(0.0, float(each)) for each in seconds.split(",")])
    )
