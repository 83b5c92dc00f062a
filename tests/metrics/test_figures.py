"""What is told of a site, number by number."""

from __future__ import annotations

from datetime import timedelta

from a_past import FACTS, at, ran
from prometheus_client.parser import text_string_to_metric_families

from linodctl import __version__
from linodctl.metrics import catalog, figures
from linodctl.metrics.exposition import exposition
from linodctl.runner import changes
from linodctl.store.store import Store


def told(store: Store, now: float = 100) -> dict[str, float]:
    """Series as one writes them in a query, without the site, and their values."""
    text = exposition(FACTS.site, figures.figures(FACTS, store, at(now))).decode()
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            assert sample.labels.pop("site") == FACTS.site
            labels = ",".join(f"{name}={value}" for name, value in sample.labels.items())
            found[f"{sample.name.removeprefix('linodctl_')}{{{labels}}}"] = sample.value
    return found


def test_runs_and_the_time_they_took(store: Store) -> None:
    series = told(store)
    assert series["runs_total{outcome=succeeded,task=fetch}"] == 6
    assert series["runs_total{outcome=failed,task=fetch}"] == 1
    assert series["runs_total{outcome=lost,task=fetch}"] == 1
    assert series["runs_total{outcome=timed_out,task=never_ran}"] == 0, "a counter is there before its first failure"
    assert series["run_duration_seconds_count{task=fetch}"] == 7, "nobody knows how long the lost one took"
    assert series["run_duration_seconds_sum{task=fetch}"] == 22
    assert series["task_last_duration_seconds{task=fetch}"] == 100
    assert series["task_usual_duration_seconds{task=fetch}"] == 2.5
    assert "task_usual_duration_seconds{task=watched}" not in series


def test_lateness_is_a_histogram_of_all_tasks(store: Store) -> None:
    series = told(store)
    buckets = {key: value for key, value in series.items() if key.startswith("run_lateness_seconds_bucket")}
    assert buckets["run_lateness_seconds_bucket{le=2.0}"] == 7
    assert buckets["run_lateness_seconds_bucket{le=5.0}"] == buckets["run_lateness_seconds_bucket{le=3600.0}"] == 8
    assert buckets["run_lateness_seconds_bucket{le=+Inf}"] == series["run_lateness_seconds_count{}"] == 9
    assert list(buckets.values()) == sorted(buckets.values())
    assert series["run_lateness_seconds_sum{}"] == 4003


def test_skips_of_what_is_declared(store: Store) -> None:
    series = told(store)
    assert series["skipped_slots_total{reason=overlap,task=fetch}"] == 3
    assert not [key for key in series if "gone" in key]


def test_how_each_task_stands(store: Store) -> None:
    series = told(store)
    assert {name: series[f"task_running_runs{{task={name}}}"] for name in ("fetch", "never_ran")} == {
        "fetch": 1,
        "never_ran": 0,
    }
    assert series["task_waiting_requests{task=never_ran}"] == 1
    assert series["task_waiting_starts{task=fetch}"] == 0
    assert (series["task_disabled{task=fetch}"], series["task_disabled{task=watched}"]) == (0, 1)
    assert series["task_consecutive_failures{task=fetch}"] == 1
    assert series["task_last_success_timestamp_seconds{task=fetch}"] == at(5).timestamp()
    assert series["task_last_start_timestamp_seconds{task=fetch}"] == at(30).timestamp()
    assert series["task_next_start_timestamp_seconds{task=fetch}"] > at(60).timestamp()
    assert "task_last_success_timestamp_seconds{task=never_ran}" not in series, "0 would be the year 1970"
    assert "task_next_start_timestamp_seconds{task=watched}" not in series, "it is disabled"
    assert [key for key in series if key.startswith("task_overdue")] == ["task_overdue{task=watched}"]


def test_the_runner_and_its_config(store: Store) -> None:
    series = told(store)
    assert series[f"build_info{{version={__version__}}}"] == series["runner_up{}"] == 1
    assert series["runner_start_timestamp_seconds{}"] == series["runner_heartbeat_timestamp_seconds{}"]
    assert series["config_last_reload_successful{}"] == 1
    store.put_note(changes.CONFIG_ERROR, "linodctl.yaml:1: no")
    assert told(store)["config_last_reload_successful{}"] == 0
    assert figures.CONFIG_ERROR == changes.CONFIG_ERROR


def test_no_counter_ever_falls(store: Store) -> None:
    counters = [family.name.removeprefix("linodctl_") for family in catalog.FAMILIES if family.kind != "gauge"]
    before = told(store)
    ran(store, 70, 1)
    store.prune(0, timedelta(0), at(10**7))
    store.reset(["fetch"], at(10**7), "ann")
    after = told(store, 10**7)
    counted = [key for key in before if key.startswith(tuple(counters))]
    assert len(counted) > 30 and all(after[key] >= before[key] for key in counted)
    assert after["runs_total{outcome=succeeded,task=fetch}"] == 7
