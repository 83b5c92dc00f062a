"""Schema, reference and key lists: all of them must say what the models say, and the models what `domain` says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import jsonschema
import pytest
import yaml
from config_project import Project

from linodctl.config import compiling, json_schema, keys
from linodctl.config import validator as validating
from linodctl.config.durations import parse_duration
from linodctl.config.models import HistoryOptions, LogOptions, RotateOptions, Site
from linodctl.config.models_task import ProcedureEntry, RecurrenceOptions, RetryOptions, TaskEntry, TaskOptions
from linodctl.config.reference import render
from linodctl.config.settings import HISTORY, LOG, ROTATE
from linodctl.domain import Launch, Policy, Retries

MODELS = [Site, HistoryOptions, LogOptions, RotateOptions, RetryOptions, ProcedureEntry, TaskEntry, TaskOptions]

SAMPLE = """
site: demo
timezone: Europe/Tallinn
state: linodctl.db
pythonpath: [.]
setup: mysite.bootstrap.start
preload: [mysite.models]
discover: [mysite.jobs]
include: [conf.d/*.yaml]
env: {MODE: production, DEBUG: 1}
max_parallel: 10
drain: 30s
limits: {database: 1}
calendars: {closed: ["2026-12-24..2027-01-02", "2026-06-24"], one: "2026-05-01"}
history: {keep: 1000, for: 90d, log_bytes: 1MiB}
log: {file: linodctl.log, level: INFO, format: text, rotate: {bytes: 10MiB, keep: 5}}
defaults: {timeout: 30m}
procedures:
  checkdata: {func: mysite.jobs.checkdata, description: Run all, every: day at 02:30, log_level: INFO, retries: 3}
  send: {func: "mysite.mail:Mail.send", every: 10 seconds, use: database, disable_after: never}
  clean: {func: mysite.jobs.clean, every: 2, every_unit: weekly, monday: true, "on": [monday], positions: 1}
tasks:
  checkdata: {every: [1 hour, "day at 12:00"], log_level: DEBUG, disabled: under repair, memory_limit: 1GiB}
  checkdata_deep: {procedure: checkdata, cron: "H 3 * * sun", args: {deep: true}, retries: {attempts: 2}}
"""


@pytest.fixture(scope="module")
def validator() -> jsonschema.Draft202012Validator:
    schema = json_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def test_the_sample_fits_the_schema_and_loads(project: Project, validator: jsonschema.Draft202012Validator) -> None:
    validator.validate(yaml.safe_load(SAMPLE))
    assert len(project.load(SAMPLE).tasks) == 4


@pytest.mark.parametrize(
    "text",
    [
        "maxparallel: 1",
        "drain: 30",
        "drain: soon",
        "limits: {db: 0}",
        'limits: {"a b": 1}',
        "log: {level: LOUD}",
        "history: {keep: many}",
        "procedures: {a: {func: nodots}}",
        "procedures: {a: {func: x.y, every: true}}",
        "procedures: {a: {func: x.y, missed: sometimes}}",
        "procedures: {a: {func: x.y, retries: {tries: 1}}}",
        "tasks: {a: {use: [1]}}",
        "calendars: {a: [soon]}",
    ],
)
def test_what_the_schema_refuses_is_refused_when_loading(
    project: Project, validator: jsonschema.Draft202012Validator, text: str
) -> None:
    assert not validator.is_valid(yaml.safe_load(text))
    assert project.problems(text)


def nodes(schema: Any) -> Iterator[dict[str, Any]]:
    if isinstance(schema, dict):
        yield schema
    for item in schema.values() if isinstance(schema, dict) else schema if isinstance(schema, list) else ():
        yield from nodes(item)


def test_the_schema_is_fit_for_editors() -> None:
    schema = json_schema()
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    for node in nodes(schema):
        assert "default" not in node or node["default"] is not None
        assert not {"ge", "le"} & node.keys()
        for option in node.get("properties", {}).values() if isinstance(node.get("properties"), dict) else ():
            assert option["description"]
            assert option.get("title") or "$ref" in option or "anyOf" in option


@pytest.mark.parametrize("model", MODELS)
def test_every_option_is_described_and_in_the_reference(model: Any) -> None:
    reference = render()
    for name, field in model.model_fields.items():
        assert field.description, name
        assert f"| `{field.alias or name}` |" in reference


def options_of(model: Any) -> list[str]:
    return [field.alias or name for name, field in model.model_fields.items()]


def test_what_is_written_down_of_the_models_is_what_they_say() -> None:
    hint = "run 'python -m linodctl.config.compiling'"
    assert validating.written() == compiling.compiled(), hint


def test_the_options_at_a_place_are_those_of_its_model() -> None:
    assert validating.options_at(()) == options_of(Site)
    assert validating.options_at(("tasks", "checkdata")) == options_of(TaskEntry)
    assert validating.options_at(("tasks", "checkdata", "retries")) == options_of(RetryOptions)
    assert validating.options_at(("log", "rotate")) == options_of(RotateOptions)
    assert validating.options_at(("log", "level")) == validating.options_at(("nonsense", "x")) == []


def test_a_pydantic_that_wants_it_otherwise_gets_it_from_the_models(
    project: Project, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(validating, "_text", lambda: '{"type": "of a day to come"}')
    validating.validator.cache_clear()
    try:
        assert len(project.load(SAMPLE).tasks) == 4
        assert "must be at least 1" in project.problems("max_parallel: 0")[0]
    finally:
        validating.validator.cache_clear()


def test_the_key_lists_name_every_option_once() -> None:
    assert sorted(keys.TASK_OPTIONS) == sorted(options_of(TaskOptions))
    assert sorted(keys.RECURRENCE) == sorted(options_of(RecurrenceOptions))
    assert len(set(keys.TASK_OPTIONS)) == len(keys.TASK_OPTIONS)


@pytest.mark.parametrize(
    ("model", "value"), [(TaskOptions, Policy()), (TaskOptions, Launch("x.y")), (RetryOptions, Retries())]
)
def test_documented_defaults_are_those_of_the_domain(model: Any, value: Any) -> None:
    checked = 0
    for name in value.__slots__:
        extra = model.model_fields[name].json_schema_extra if name in model.model_fields else None
        if extra and "default" in extra:
            actual = getattr(value, name)
            documented = parse_duration(extra["default"]) if isinstance(actual, timedelta) else extra["default"]
            assert documented == actual, name
            checked += 1
    assert checked >= 3


@pytest.mark.parametrize(("model", "values"), [(HistoryOptions, HISTORY), (LogOptions, LOG), (RotateOptions, ROTATE)])
def test_documented_defaults_are_those_of_the_settings(model: Any, values: dict[str, Any]) -> None:
    documented = {
        field.alias or name: field.json_schema_extra["default"]
        for name, field in model.model_fields.items()
        if field.json_schema_extra
    }
    assert documented == {name: value for name, value in values.items() if value}
