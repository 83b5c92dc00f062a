"""From what was typed to tasks."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from linodctl.errors import UnknownName
from linodctl.operations.names import one, select
from linodctl.operations.site import Site

CONFIG = """
procedures:
  mail_in: {func: jobs.fine, tags: [mail, nightly]}
  mail_out: {func: jobs.fine, tags: [mail]}
  report: {func: jobs.fine}
"""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ([], ["mail_in", "mail_out", "report"]),
        (["report", "mail_in"], ["mail_in", "report"]),
        (["mail_*"], ["mail_in", "mail_out"]),
        (["*o*"], ["mail_out", "report"]),
        (["mail_[io]*", "mail_in"], ["mail_in", "mail_out"]),
        (["tag:mail"], ["mail_in", "mail_out"]),
        (["tag:night*", "report"], ["mail_in", "report"]),
    ],
)
def test_select(make_site: Callable[[str], Site], typed: list[str], meant: list[str]) -> None:
    assert [task.name for task in select(make_site(CONFIG).loaded.tasks, typed)] == meant


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("mail_inn", "no task 'mail_inn'; did you mean 'mail_in' or 'mail_out'?"),
        ("xyz", "no task 'xyz'; 'linodctl list' shows the tasks of this site"),
        ("Report", "no task 'Report'; did you mean 'report'?"),
        ("x*", "no task 'x*'; 'linodctl list' shows the tasks of this site"),
        ("tag:nightlly", "no task tagged 'nightlly'; did you mean 'nightly'?"),
        ("\x1b[31m", "no task '\\x1b[31m'; 'linodctl list' shows the tasks of this site"),
    ],
)
def test_unknown_names(make_site: Callable[[str], Site], typed: str, says: str) -> None:
    with pytest.raises(UnknownName) as error:
        select(make_site(CONFIG).loaded.tasks, ["report", typed])
    assert str(error.value) == says


def test_one_must_be_one(make_site: Callable[[str], Site]) -> None:
    tasks = make_site(CONFIG).loaded.tasks
    assert one(tasks, "rep*").name == "report"
    with pytest.raises(UnknownName, match=r"'mail_\*' means 2 tasks \(mail_in, mail_out\); name one of them"):
        one(tasks, "mail_*")
