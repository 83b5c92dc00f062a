"""pydantic models of what can be said of a task: the options of `defaults`, `procedures` and `tasks`.

The recurrence options come first, in `RecurrenceOptions`; the JSON Schema and the reference are made from these models.
"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from linodctl.config import option_checks
from linodctl.config.option_types import (
    DisableAfter,
    Disabled,
    DottedPath,
    Duration,
    DurationOrZero,
    Flag,
    Line,
    Name,
    Names,
    Number,
    PathText,
    Phrases,
    PingAddress,
    Size,
    Text,
    Texts,
    Value,
    Variable,
    Whole,
    Zone,
)
from linodctl.domain import Isolation, LogLevel, Missed, OnLost, Overlap


class Strict(BaseModel):
    """Nothing unknown is let through."""

    model_config = ConfigDict(extra="forbid", use_enum_values=True)


def option(description: str, *, default: Any = None, examples: list[Any] | None = None, **more: Any) -> Any:
    """A field that may be left out; `default` is what then holds, for schema and reference."""
    extra = {} if default is None else {"default": default}
    return Field(None, description=description, examples=examples, json_schema_extra=extra, **more)


class RecurrenceOptions(Strict):
    """When a task is due. A layer that names one of these replaces all that an earlier layer said."""

    every: Phrases = option(
        "How often, as a phrase; a list means any of them. A number counts units of `every_unit`.",
        examples=["10 seconds", "day at 02:30", "weekday at 09:00", "last friday of the month", "never"],
    )
    every_unit: Literal[
        "once",
        "never",
        "secondly",
        "minutely",
        "hourly",
        "daily",
        "weekly",
        "monthly",
        "yearly",
        "per_weekday",
        "easter",
    ] = option("The unit of a number in `every`.", examples=["daily"])
    cron: Texts = option(
        "A cron expression of five or six fields, or a list of them; H is a stable hash of the task's name.",
        examples=["0 3 * * sun", "H 3 * * *", "@daily"],
    )
    rrule: Texts = option("An RFC 5545 recurrence rule, or a list of them.", examples=["FREQ=MONTHLY;BYDAY=-1FR"])
    monday: Flag = option("With `every_unit`: whether Mondays count.")
    tuesday: Flag = option("With `every_unit`: whether Tuesdays count.")
    wednesday: Flag = option("With `every_unit`: whether Wednesdays count.")
    thursday: Flag = option("With `every_unit`: whether Thursdays count.")
    friday: Flag = option("With `every_unit`: whether Fridays count.")
    saturday: Flag = option("With `every_unit`: whether Saturdays count.")
    sunday: Flag = option("With `every_unit`: whether Sundays count.")
    positions: Phrases = option(
        "Which of the chosen weekdays in a month: 1 is the first, -1 the last.", examples=["1 -1"]
    )
    start_date: Text = option("The first day.", examples=["2026-01-06"])
    end_date: Text = option("The last day.", examples=["2026-12-31"])
    start_time: Text = option("The time of day of the first slot.", examples=["08:00"])
    end_time: Text = option("The time of day after which none is due.", examples=["18:00"])
    max_events: Whole = option("How many runs in all.", examples=[10], ge=1, le=10**9)
    timezone: Zone = option("The zone of the rule's wall times; else the site's.", examples=["Europe/Tallinn"])
    from_: Text = option("No slot before this day or instant.", alias="from", examples=["2026-01-06"])
    until: Text = option("No slot after this day or instant.", examples=["2026-12-31"])
    count: Whole = option("How many runs of slots in all.", examples=[10], ge=1, le=10**9)
    between: Texts = option("Only within these hours of the day.", examples=["08:00-18:00"])
    on: Texts = option("Only on these days of the week.", examples=[["monday", "friday"]])
    except_: Texts = option(
        "Not on these days: dates, ranges, a calendar of `calendars`, or a country's public holidays.",
        alias="except",
        examples=[["closed", "2026-12-24..2027-01-02"]],
    )
    spread: DurationOrZero = option("Shift the task by a stable offset of its own, up to this long.", examples=["10m"])
    after: Literal["finish"] = option("Measure an interval from the end of the last run.", examples=["finish"])


class RetryOptions(Strict):
    """How a failed run is tried again."""

    attempts: Whole = option("Attempts in all, the first one too.", default=1, ge=1, le=1000)
    delay: DurationOrZero = option("The pause before the second attempt.", default="10s")
    backoff: Number = option("Each further pause is this many times as long.", default=1.0, ge=1, le=1000)
    max_delay: DurationOrZero = option("No pause is longer.", default="10m")


Retries = Annotated[RetryOptions, BeforeValidator(option_checks.retries, json_schema_input_type=int | RetryOptions)]


class TaskOptions(RecurrenceOptions):
    """Every option of a task."""

    missed: Missed = option(
        "What happens to slots that came due while nobody could start them: `latest` runs the latest one,"
        " `all` runs each, `skip` runs none that is more than `tolerance` late.",
        default="latest",
    )
    missed_window: Duration = option("Slots older than this are not made up for.", default="365d")
    tolerance: DurationOrZero = option("How late a slot may start under `missed: skip`.", default="60s")
    overlap: Overlap = option(
        "What happens to a slot that comes due while the task still runs: `skip` it, `queue_one`, `queue_all`,"
        " `cancel` the running one, or `allow` both.",
        default="skip",
    )
    on_lost: OnLost = option(
        "What happens when a run's worker or the machine died: `record` it, or `rerun` the slot.", default="record"
    )
    disable_after: DisableAfter = option(
        "Failed runs in a row that disable the task, or `never`.", default=1, examples=[3, "never"]
    )
    retry_disabled_after: Duration = option(
        "Give a task that failures disabled one run on probation after this time.", examples=["1h"]
    )
    retries: Retries = option(
        "How a failed run is tried again; a number means that many attempts.",
        examples=[3, {"attempts": 3, "delay": "10s", "backoff": 2, "max_delay": "10m"}],
    )
    run_after: Names = option("When these tasks are due too, wait until their runs have ended.", examples=[["import"]])
    use: Names = option("The `limits` that a run takes a share of.", examples=["database"])
    expect: Duration = option("Alert when there was no success within this time.", examples=["1d"])

    timeout: Duration = option("Stop a run that takes longer.", default="2h")
    grace: DurationOrZero = option("The time between asking a run to end (TERM) and killing it.", default="10s")
    isolation: Isolation = option("Run in a child `process`, or in a `thread` of the runner.", default="process")
    reuse: Whole = option("How many runs one child process serves.", default=1, ge=1, le=10**9)
    args: dict[str, Any] = option("Keyword arguments for the function.", examples=[{"deep": True}])
    env: dict[Variable, Value] = option("Environment variables of its runs, beside the site's `env`.")
    cwd: PathText = option("The working folder; relative to the file that says so.", examples=["data"])
    nice: Whole = option("How much to yield to other processes (Unix niceness).", examples=[10], ge=-20, le=19)
    memory_limit: Size = option("The most memory (address space) a run may take.", examples=["500MiB"])
    user: Line = option("The Unix user who runs it (the runner must be root).", examples=["www-data"])

    description: Text = option("What it is for, in a sentence.")
    log_level: LogLevel = option(
        "What a run's log keeps. Default INFO; WARNING where the rule's unit is seconds.", examples=["INFO"]
    )
    tags: Names = option("Words to choose tasks by: `tag:TAG`.", examples=[["nightly"]])
    disabled: Disabled = option("Whether it is switched off; a text is the reason.", default=False)
    ping: PingAddress = option(
        "An address to be told of its starts, successes and failures, as Healthchecks has them; `{task}` in it is the"
        " task's name.",
        examples=["https://hc-ping.com/${PING_KEY}/{task}?create=1"],
    )


class ProcedureEntry(TaskOptions):
    """A function with its defaults; it has a task of the same name."""

    func: DottedPath = option(
        "The function: module.attr or module:Class.method. Needed, unless a decorated function has this name.",
        examples=["mysite.jobs.checkdata"],
    )


class TaskEntry(TaskOptions):
    """This site's options for a procedure's task, or a further task of a procedure."""

    procedure: Name = option("The procedure of a further task.", examples=["checkdata"])
