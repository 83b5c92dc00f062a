"""pydantic models of the whole file. `Site` is the top; schema and reference are generated from it."""

from __future__ import annotations

from typing import Literal

from linodctl.config.models_task import ProcedureEntry, Strict, TaskEntry, TaskOptions, option
from linodctl.config.option_types import (
    Calendar,
    DottedPath,
    Duration,
    DurationOrZero,
    Endpoint,
    LimitNumber,
    Line,
    Modules,
    Name,
    Paths,
    PathText,
    Routes,
    Size,
    Value,
    Variable,
    Whole,
    Zone,
)
from linodctl.domain import LogLevel


class HistoryOptions(Strict):
    """How much of the past is kept."""

    keep: Whole = option("Runs kept per task.", default=1000, ge=1, le=10**9)
    for_: Duration = option("Runs older than this go.", alias="for", default="90d")
    log_bytes: Size = option("How much log is kept per run.", default="1MiB")


class RotateOptions(Strict):
    """When the log file is put aside for a new one."""

    bytes: Size = option("At this size.", default="10MiB")
    keep: Whole = option("How many old ones stay.", default=5, ge=0, le=1000)


class LogOptions(Strict):
    """The site's log, written by the runner."""

    file: PathText = option("A file for it; what the runner says goes to stderr, too.", examples=["linodctl.log"])
    level: LogLevel = option("The least level that is written.", default="INFO")
    format: Literal["text", "json"] = option("Lines for people, or a JSON document per line.", default="text")
    rotate: RotateOptions = option("When a new file is begun.")


class MetricsOptions(Strict):
    """The metrics of the site, which the runner serves."""

    listen: Endpoint = option(
        "Where the runner serves them, under `/metrics`. (Extra `metrics`.)", examples=["127.0.0.1:9464"]
    )


class Site(Strict):
    """A linodctl configuration: the procedures of an application, when each runs, and this site's overrides."""

    site: Line = option("The site's name; else the name of the first file's folder.", examples=["demo"])
    timezone: Zone = option("The zone of all wall times; else the machine's.", examples=["Europe/Tallinn"])
    state: PathText = option("The state file.", default="linodctl.db")
    pythonpath: Paths = option("Folders to import from; else the first file's folder.", examples=[["."]])
    setup: DottedPath = option(
        "A function that is called once before any procedure.", examples=["mysite.bootstrap.start"]
    )
    preload: Modules = option("Modules to import once, before any run.", examples=[["mysite.models"]])
    discover: Modules = option("Modules whose decorated functions become procedures.", examples=[["mysite.jobs"]])
    include: Paths = option("Further files, as globs relative to this one.", examples=[["conf.d/*.yaml"]])
    env: dict[Variable, Value] = option("Environment variables for every run.", examples=[{"MODE": "production"}])
    env_file: Paths = option("Files of KEY=VALUE lines, for every run and for `${NAME}`.", examples=[".env"])
    max_parallel: Whole = option("How many runs at the same time.", default=10, ge=1, le=100_000)
    drain: DurationOrZero = option("How long a stopping runner waits for its runs.", default="30s")
    limits: dict[Name, LimitNumber] = option(
        "Named numbers of runs at the same time, for tasks that `use` them.", examples=[{"database": 1}]
    )
    calendars: dict[Name, Calendar] = option(
        "Named lists of dates and ranges, for `except`.", examples=[{"closed": ["2026-12-24..2027-01-02"]}]
    )
    history: HistoryOptions = option("What stays of the past, per task and run.")
    log: LogOptions = option("Where the runner writes what it does.")
    notify: Routes = option(
        "Whom to alert: addresses by the tag of the tasks they are for; those of `default` get all the rest. Addresses"
        " alone are those of `default`. (Extra `notify`.)",
        examples=[{"default": "mailto://${MAIL}", "nightly": ["slack://${SLACK}", "ntfy://${NTFY}"]}],
    )
    metrics: MetricsOptions = option("How Prometheus gets them from the runner.")
    defaults: TaskOptions = option("Options for every task.", examples=[{"timeout": "30m"}])
    procedures: dict[Name, ProcedureEntry] = option("The functions, by name.")
    tasks: dict[Name, TaskEntry] = option("This site's overrides by task, and further tasks.")
