"""Several files, includes, env files and variables."""

from __future__ import annotations

import pytest
from config_project import Project

from linodctl.config.env_files import read_env_file
from linodctl.config.problems import Problems

JOB = "procedures: {job: {func: a.b}}\n"


def test_files_are_merged_and_each_path_is_relative_to_its_file(project: Project) -> None:
    project.write("""
        site: demo
        preload: [one]
        env: {A: 1}
        log: {level: DEBUG}
        defaults: {timeout: 1m}
        procedures: {a: {func: x.a}}
    """)
    project.write(
        """
        state: data/my.db
        preload: two
        pythonpath: [lib, /opt]
        env: {B: 2}
        log: {file: site.log}
        defaults: {grace: 1s}
        procedures: {b: {func: x.b, cwd: work}}
        """,
        "sub/more.yaml",
    )
    site = project.load(None, "linodctl.yaml", "sub/more.yaml")
    folder = project.folder
    assert [task.name for task in site.tasks] == ["a", "b"]
    assert site.preload == ("one", "two")
    assert site.env == {"A": "1", "B": "2"}
    assert site.state == folder / "sub/data/my.db"
    assert [str(path) for path in site.pythonpath] == [f"{folder}/sub/lib", "/opt"]
    assert (site.log.level, site.log.file) == ("DEBUG", folder / "sub/site.log")
    assert [task.launch.cwd for task in site.tasks] == [str(folder), f"{folder}/sub/work"]
    assert site.tasks[0].launch.timeout.seconds == 60
    assert site.tasks[1].launch.grace.seconds == 1
    assert site.files == (folder / "linodctl.yaml", folder / "sub/more.yaml")
    assert site.folder == folder


def test_the_same_name_in_two_files_names_both_places(project: Project) -> None:
    project.write("site: a\nprocedures:\n  job: {func: a.b}\nlog: {level: INFO}\n")
    project.write("site: b\nlog: {level: INFO}\nprocedures:\n  job: {func: a.c}\n", "b.yaml")
    assert project.problems(None, "linodctl.yaml", "b.yaml") == [
        "b.yaml:1:1: site: already given at linodctl.yaml:1",
        "b.yaml:2:7: log.level: already declared at linodctl.yaml:4",
        "b.yaml:4:3: procedures.job: already declared at linodctl.yaml:3",
    ]


def test_an_empty_section_beside_a_full_one(project: Project) -> None:
    project.write("procedures:\ntasks:\n")
    project.write(JOB + "tasks: [1]", "b.yaml")
    assert project.problems(None, "linodctl.yaml", "b.yaml") == ["b.yaml:2:8: tasks: must be a mapping, not a list"]
    project.write(JOB, "b.yaml")
    assert [task.name for task in project.load(None, "b.yaml", "linodctl.yaml").tasks] == ["job"]


# --- include -------------------------------------------------------------------------------------


def test_includes_are_relative_globs_in_name_order_and_each_file_is_read_once(project: Project) -> None:
    project.write("include: [conf.d/*.yaml, conf.d/1.yaml, none.d/*.yaml]\nprocedures: {a: {func: x.y}}")
    project.write("include: '*.yaml'\nprocedures: {b: {func: x.y}}", "conf.d/1.yaml")
    project.write("procedures: {c: {func: x.y}}", "conf.d/2.yaml")
    assert [task.name for task in project.load().tasks] == ["a", "b", "c"]


def test_a_missing_include_and_a_folder(project: Project) -> None:
    project.write("", "folder/x.yaml")
    assert project.problems("include: [no.yaml, folder]\n" + JOB) == [
        "folder: is a folder, not a file",
        "linodctl.yaml:1:11: include: no such file: no.yaml",
    ]


def test_circles_of_includes(project: Project) -> None:
    project.write("include: b.yaml\n" + JOB)
    project.write("include: [linodctl.yaml]", "b.yaml")
    assert project.problems() == ["b.yaml:1:11: include: goes in a circle: linodctl.yaml → b.yaml → linodctl.yaml"]


def test_a_file_that_includes_itself(project: Project) -> None:
    (line,) = project.problems("include: linodctl.yaml\n" + JOB)
    assert line == "linodctl.yaml:1:10: include: goes in a circle: linodctl.yaml → linodctl.yaml"


def test_problems_of_every_file_in_one_go(project: Project) -> None:
    project.write("include: [b.yaml, c.yaml]\nx: 1")
    project.write("a: [", "b.yaml")
    project.write("y: 1", "c.yaml")
    assert [line.split(":")[0] for line in project.problems()] == ["b.yaml", "c.yaml", "linodctl.yaml"]


# --- variables -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("${A}", "1"),
        ("x${A}y${A}", "x1y1"),
        ("${NO:-default}", "default"),
        ("${EMPTY:-default}", "default"),
        ("${EMPTY}", ""),
        ("${NO:-}", ""),
        ("${NO:-a:-b}", "a:-b"),
        ("$$", "$"),
        ("$${A}", "${A}"),
        ("$$$${A}", "$${A}"),
        ("$A $(date) $", "$A $(date) $"),
        ("100 %", "100 %"),
    ],
)
def test_variables_are_filled_into_any_text(project: Project, written: str, value: str) -> None:
    project.environ |= {"A": "1", "EMPTY": ""}
    text = f"procedures: {{job: {{func: a.b, args: {{deep: [{{x: '{written}'}}]}}}}}}"
    assert project.load(text).tasks[0].launch.args == {"deep": [{"x": value}]}


@pytest.mark.parametrize(
    ("written", "message"),
    [
        ("${NO}", "the environment variable NO is not set: set it, or write ${NO:-default}"),
        ("${HOMR}", "the environment variable HOMR is not set (did you mean 'HOME'?)"),
        ("${}", "${} must be ${NAME} or ${NAME:-default} ($$ is a plain $)"),
        ("${A B}", "${A B} must be ${NAME}"),
        ("${A", "${A must be ${NAME}"),
        ("${NO:-${A}}", "${NO:-${A} must be ${NAME}"),
        ("${A-x}", "${A-x} must be ${NAME}"),
    ],
)
def test_what_can_not_be_filled_in(project: Project, written: str, message: str) -> None:
    project.environ |= {"A": "1", "HOME": "/"}
    (line,) = project.problems(f"{JOB}defaults: {{timeout: '{written}'}}")
    assert line.startswith(f"linodctl.yaml:2:21: defaults.timeout: {message}")


def test_numbers_and_booleans_may_come_from_variables_but_arguments_stay_text(project: Project) -> None:
    project.environ |= {"N": "7", "YES": "true"}
    site = project.load("""
        max_parallel: ${N}
        limits: {db: "${N}"}
        include: "${N:-x}*.yaml"
        procedures:
          job:
            func: a.b
            disabled: ${YES}
            retries: ${N}
            args: {n: "${N}", yes: "${YES}"}
    """)
    task = site.tasks[0]
    assert (site.max_parallel, site.limits, task.policy.retries.attempts) == (7, {"db": 7}, 7)
    assert task.disabled == "disabled in linodctl.yaml:8"
    assert task.launch.args == {"n": "7", "yes": "true"}


def test_environment_values_are_taken_as_written(project: Project) -> None:
    text = JOB + "env: {A: 1.10, B: true, C: 010, D: , E: 'x', F: ~}"
    assert project.load(text).env == {"A": "1.10", "B": "true", "C": "010", "D": "", "E": "x", "F": "~"}


# --- env files -----------------------------------------------------------------------------------


def test_an_env_file_feeds_runs_and_variables(project: Project) -> None:
    project.environ |= {"FROM_OUTSIDE": "outside"}
    project.write("A=file\nB=file\nFROM_OUTSIDE=file\n", ".env")
    site = project.load("""
        env_file: .env
        env: {B: site, C: "${A} ${FROM_OUTSIDE}"}
        procedures: {job: {func: a.b}}
    """)
    assert site.env == {"A": "file", "B": "site", "FROM_OUTSIDE": "file", "C": "file outside"}


def test_a_missing_env_file(project: Project) -> None:
    assert project.problems(JOB + "env_file: [no.env]") == ["linodctl.yaml:2:12: env_file: no such file: no.env"]


def test_lines_of_env_files(project: Project) -> None:
    text = """
        # a comment
        PLAIN=value # comment
        HASH=a#b
        export EXPORTED=1
          SPACED  =  x y
        EMPTY=
        SINGLE='a $B \\n "c" # d'   # comment
        DOUBLE="a\\tb \\"c\\" \\$D"
        nonsense
        1A=x
        OPEN="x
        AFTER='x' y
    """
    problems = Problems()
    assert read_env_file(project.write(text, "x.env"), problems) == {
        "PLAIN": "value",
        "HASH": "a#b",
        "EXPORTED": "1",
        "SPACED": "x y",
        "EMPTY": "",
        "SINGLE": 'a $B \\n "c" # d',
        "DOUBLE": 'a\tb "c" $D',
    }
    assert [problem.text() for problem in problems.found] == [
        "x.env:10:1: must be KEY=VALUE",
        "x.env:11:1: must be KEY=VALUE",
        "x.env:12:1: the quote does not close, or something follows it",
        "x.env:13:1: the quote does not close, or something follows it",
    ]
