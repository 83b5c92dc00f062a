"""Texts and the lines that are said about them."""

from __future__ import annotations

import pytest
from config_project import Project

JOB = "procedures: {job: {func: a.b}}\n"


def lines(project: Project, text: str) -> list[str]:
    return [line.removeprefix("linodctl.yaml:") for line in project.problems(text)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        # unknown options, and what was meant
        ("maxparallel: 1", "1:1: maxparallel: unknown option (did you mean 'max_parallel'?)"),
        ("every: hour", "1:1: every: unknown option here (it belongs to a procedure)"),
        ("tasks: {job: {func: a.b}}\n" + JOB, "1:15: tasks.job.func: unknown option here (it belongs to a procedure)"),
        ("defaults: {max_parallel: 1}", "1:12: defaults.max_parallel: unknown option here (it belongs to the top of"),
        ("history: {kep: 1}", "1:11: history.kep: unknown option (did you mean 'keep'?)"),
        ("log: {rotate: {kep: 1}}", "1:16: log.rotate.kep: unknown option (did you mean 'keep'?)"),
        ("defaults: {retries: {dely: 1s}}", "1:22: defaults.retries.dely: unknown option (did you mean 'delay'?)"),
        ("qqq: 1", "1:1: qqq: unknown option"),
        # kinds of values
        ("site: 5", "1:7: site: must be text, not 5 (put it in quotes)"),
        ("site: [a]", "1:7: site: must be text, not a list"),
        ("site:", "1:6: site: has no value: give one, or leave the option out"),
        ('site: "a\\nb"', "1:7: site: must be one line of text, not 'a\\nb'"),
        ("procedures: [a]", "1:13: procedures: must be a mapping, not a list"),
        ("tasks: {job: 5}", "1:14: tasks.job: must be a mapping of options, not 5"),
        ("max_parallel: many", "1:15: max_parallel: must be a whole number, not 'many'"),
        ("max_parallel: 1.5", "1:15: max_parallel: must be a whole number, not 1.5"),
        ("max_parallel: true", "1:15: max_parallel: must be a whole number, not true"),
        ("max_parallel: 0", "1:15: max_parallel: must be at least 1, not 0"),
        ("max_parallel:", "1:14: max_parallel: has no value: give one, or leave the option out"),
        ("limits: {db: 0}", "1:14: limits.db: must be at least 1, not 0"),
        ("defaults: {nice: 20}", "1:18: defaults.nice: must be at most 19, not 20"),
        ("defaults: {reuse: 0}", "1:19: defaults.reuse: must be at least 1, not 0"),
        ("defaults: {disabled: yes}", "1:22: defaults.disabled: must be true or false, not 'yes' (did you mean true?)"),
        ("defaults: {args: [1]}", "1:18: defaults.args: must be a mapping, not a list"),
        ("defaults: {env: {A=B: 1}}", "1:18: defaults.env.A=B: must be the name of a variable, not 'A=B'"),
        ("env: {A: [1]}", "1:10: env.A: must be text, not a list"),
        ("pythonpath: [1]", "1:14: pythonpath: must be text, not 1 (put it in quotes)"),
        # durations and sizes
        ("drain: 30", "1:8: drain: must be a duration such as 10s, 5m or 2h 30m, not 30 (did you mean '30s'?)"),
        ("drain: 5 parsecs", "1:8: drain: must be a duration such as 10s, 5m or 2h 30m, not '5 parsecs'"),
        ("defaults: {timeout: 0s}", "1:21: defaults.timeout: must be longer than 0s"),
        ("history: {log_bytes: tiny}", "1:22: history.log_bytes: must be a size such as 10MiB or 500kB, not 'tiny'"),
        ("defaults: {memory_limit: 0}", "1:26: defaults.memory_limit: must be more than nothing"),
        # words of a list
        ("log: {level: debgu}", "1:14: log.level: must be DEBUG, INFO, WARNING, ERROR or CRITICAL, not 'debgu' (did"),
        ("defaults: {missed: lates}", "1:20: defaults.missed: must be latest, all or skip, not 'lates' (did you mean"),
        ("log: {format: xml}", "1:15: log.format: must be text or json, not 'xml'"),
        ("defaults: {disable_after: no}", "1:27: defaults.disable_after: must be a number of failed runs from 1, or"),
        ("defaults: {retries: often}", "1:21: defaults.retries: must be a whole number, not 'often'"),
        # names, paths, zones, calendars
        ("limits: {-x: 1}", "1:10: limits.-x: a name has letters (a-z), digits"),
        ('procedures: {"a\\eb": {func: a.b}}', "1:14: procedures.a\\x1bb: a name has letters (a-z), digits"),
        (f"limits: {{{'x' * 101}: 1}}", f"1:10: limits.{'x' * 101}: a name has letters"),
        ("defaults: {tags: [a b]}", "1:19: defaults.tags: a name has letters"),
        ("setup: start", "1:8: setup: must be a dotted path: module.attr or module:Class.method, not 'start'"),
        ("procedures: {j: {func: a:b:c}}", "1:24: procedures.j.func: must be a dotted path"),
        ("preload: [my-site]", "1:11: preload: must be a module such as mysite.jobs, not 'my-site'"),
        ("timezone: Europe/Talin", "1:11: timezone: unknown time zone 'Europe/Talin' (did you mean 'Europe/Tallinn'?)"),
        ("timezone: ../etc", "1:11: timezone: unknown time zone '../etc'"),
        ("timezone: Europe", "1:11: timezone: unknown time zone 'Europe'"),
        ("calendars: {c: [2026-02-30]}", "1:17: calendars.c: must be a date such as 2026-12-24, or a range such as"),
        ("calendars: {c: 2026-02-03..2026-01-01}", "1:16: calendars.c: the range '2026-02-03..2026-01-01' ends before"),
        # recurrences
        ("procedures: {j: {func: a.b, every: 5 mintes}}", "1:36: procedures.j.every: '5 mintes': 'mintes' is not"),
        ("procedures: {j: {func: a.b, every: [hour, rubbish]}}", "1:43: procedures.j.every: "),
        ("procedures: {j: {func: a.b, every: hour, cron: '* * * * *'}}", "procedures.j.cron: 'every' and 'cron' can't"),
        ("procedures: {j: {func: a.b, every: true}}", "1:36: procedures.j.every: must be text or a list of texts"),
        ("procedures: {j: {func: a.b, every: []}}", "1:36: procedures.j.every: must not be an empty list"),
        ("procedures: {j: {func: a.b, cron: '0 0 31 2 *'}}", "procedures.j.cron: "),
        ("procedures: {j: {func: a.b, every: day, on: mondy}}", "procedures.j.on: "),
        ("procedures: {j: {func: a.b, every: day, except: closd}}", "procedures.j.except: "),
        ("procedures: {j: {func: a.b, between: 08:00-18:00}}", "1:29: procedures.j.between: 'between' needs a rule"),
        ("procedures: {j: {func: a.b, every: hour, until: 2020-01-01}}", "warning: procedures.j.every: has expired"),
        ("defaults: {timezone: Asia/Tokyo}\n" + JOB, "1:12: warning: defaults.timezone: 'timezone' without a rule"),
        # between options and tasks
        (
            "defaults: {memory_limit: 1GiB}\nprocedures: {j: {func: a.b, isolation: thread, user: www}}",
            "2:48: warning: procedures.j.user: does nothing in a thread (isolation: thread)",
        ),
        ("tasks: {jb: {timeout: 1m}}\n" + JOB, "1:9: tasks.jb: no procedure has this name (did you mean 'job'?)"),
        ("tasks: {x: {procedure: jb}}\n" + JOB, "1:24: tasks.x.procedure: unknown procedure (did you mean 'job'?)"),
        ("procedures: {a: {func: a.b}, b: {func: a.b}}\ntasks: {a: {procedure: b}}", "2:24: tasks.a.procedure: 'a' is"),
        ("procedures: {j: {every: hour}}", "1:14: procedures.j: has no func: name the function by its dotted path"),
        ("procedures: {j: }", "1:14: procedures.j: has no func"),
        ("procedures: {j: {func: a.b, run_after: [k, jj]}}", "1:41: procedures.j.run_after: unknown task 'k'"),
        ("procedures: {j: {func: a.b, run_after: j}}", "1:40: procedures.j.run_after: goes in a circle: j → j"),
        ("procedures: {j: {func: a.b, use: db}}", "1:34: procedures.j.use: unknown limit 'db': declare it"),
    ],
)  # fmt: skip
def test_one_mistake_is_one_line_with_its_place(project: Project, text: str, line: str) -> None:
    found = lines(project, text)
    assert found[0].startswith(line) or line in found[0]
    same_place = [other for other in found if other.split(":")[:2] == found[0].split(":")[:2]]
    assert same_place == found[:1]


def test_every_mistake_is_reported_in_one_go_in_order(project: Project) -> None:
    text = """
    max_paralel: 1
    drain: 5
    procedures:
      a: {func: x.y, run_after: b, evry: hour, timezone: UTC}
      b: {func: x.y, run_after: c, use: databse}
      c: {func: x.y, run_after: a, every: hour}
    limits: {database: none}
    tasks:
      d: {procedure: e}
      d: {procedure: a}
    """
    assert lines(project, text) == [
        "2:1: max_paralel: unknown option (did you mean 'max_parallel'?)",
        "3:8: drain: must be a duration such as 10s, 5m or 2h 30m, not 5 (did you mean '5s'?)",
        "5:32: procedures.a.evry: unknown option (did you mean 'every'?)",
        "6:37: procedures.b.use: unknown limit 'databse' (did you mean 'database'?)",
        "7:29: procedures.c.run_after: goes in a circle: a → b → c → a",
        "8:20: limits.database: must be a whole number, not 'none'",
        "11:3: tasks.d: this key is already given in line 10",
    ]


def test_what_only_follows_from_another_mistake_is_not_said(project: Project) -> None:
    text = """
    limits: {db: none}
    procedures:
      a: mysite.jobs.a
      b: {func: x.y, run_after: [a, c, d], use: db}
    tasks:
      a: {every: hour}
      c: {procedure: a}
      d: 5
    """
    assert lines(project, text) == [
        "2:14: limits.db: must be a whole number, not 'none'",
        "4:6: procedures.a: must be a mapping of options, not 'mysite.jobs.a'",
        "9:6: tasks.d: must be a mapping of options, not 5",
    ]


def test_a_mistake_in_defaults_is_one_problem_however_many_tasks(project: Project) -> None:
    text = "defaults: {use: nothing}\nprocedures: {a: {func: x.y}, b: {func: x.y}}"
    assert lines(project, text) == ["1:17: defaults.use: unknown limit 'nothing': declare it under 'limits'"]


def test_two_circles_are_two_problems(project: Project) -> None:
    found = lines(
        project,
        """
    procedures:
      a: {func: x.y, run_after: [b, c]}
      b: {func: x.y, run_after: a}
      c: {func: x.y, run_after: a}
    """,
    )
    assert [line.split("circle: ")[1] for line in found] == ["a → b → a", "a → c → a"]


def test_a_long_chain_is_no_circle(project: Project) -> None:
    rows = [f"  t{n}: {{func: x.y, run_after: t{n + 1}}}" for n in range(3000)]
    assert lines(project, "procedures:\n" + "\n".join(rows) + "\n  t3000: {func: x.y}") == []


@pytest.mark.parametrize("text", ["", "# nothing\n", "---\n", "{}"])
def test_an_empty_file_says_what_to_write(project: Project, text: str) -> None:
    (line,) = project.problems(text)
    assert line.startswith("linodctl.yaml: is empty: declare a procedure, such as 'procedures: {hello: {func: ")


@pytest.mark.parametrize("text", ["5", "- a", "hello"])
def test_a_file_that_is_no_mapping(project: Project, text: str) -> None:
    assert project.problems(text) == ["linodctl.yaml:1:1: must be a mapping of options, such as 'procedures: …'"]


def test_files_that_can_not_be_read(project: Project) -> None:
    assert project.problems(None, "no.yaml") == ["no.yaml: no such file"]
    (project.folder / "folder").mkdir()
    assert project.problems(None, "folder") == ["folder: is a folder, not a file"]


def test_a_file_elsewhere_is_shown_with_its_whole_path(project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    (project.folder / "sub").mkdir()
    monkeypatch.chdir(project.folder / "sub")
    assert project.problems("x: 1") == [f"{project.folder}/linodctl.yaml:1:1: x: unknown option"]
