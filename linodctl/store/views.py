"""Views over the tables, for people and programs that read the state file themselves; documented in docs/state-file.md.

Their names and columns are part of the contract with those readers: they may grow, nothing in them changes meaning.
"""

from __future__ import annotations

_SECONDS = "round((julianday({end}) - julianday({start})) * 86400, 3)"

LAST_RUN = f"""
    CREATE VIEW v_last_run AS
    SELECT
        tasks.name AS task,
        tasks.procedure,
        runs.run_id,
        runs.trigger,
        runs.scheduled_for,
        runs.start_time,
        runs.end_time,
        {_SECONDS.format(start="runs.start_time", end="runs.end_time")} AS seconds,
        runs.outcome,
        runs.reason,
        tasks.last_success,
        tasks.failures,
        tasks.disabled,
        tasks.disabled_reason
    FROM tasks LEFT JOIN runs ON runs.run_id = (
        SELECT newest.run_id FROM runs AS newest WHERE newest.task = tasks.name
        ORDER BY newest.start_time DESC, newest.run_id DESC LIMIT 1
    )
"""
"""One row per task, with its newest run; a task that never ran has none of it. Without an `outcome` it runs now."""

FAILURES = f"""
    CREATE VIEW v_failures AS
    SELECT
        run_id,
        task,
        procedure,
        trigger,
        scheduled_for,
        attempt,
        start_time,
        end_time,
        {_SECONDS.format(start="start_time", end="end_time")} AS seconds,
        outcome,
        reason,
        error,
        exit_code,
        signal
    FROM runs WHERE outcome IN ('failed', 'timed_out', 'lost')
"""
"""Runs that went wrong, each with its traceback."""

DURATIONS = f"""
    CREATE VIEW v_durations AS
    WITH timed AS (
        SELECT task, {_SECONDS.format(start="start_time", end="end_time")} AS seconds, cpu_seconds, max_rss
        FROM runs WHERE outcome IN ('succeeded', 'warned')
    ), ranked AS (
        SELECT
            *,
            row_number() OVER (PARTITION BY task ORDER BY seconds) AS place,
            count(*) OVER (PARTITION BY task) AS runs
        FROM timed
    )
    SELECT
        task,
        max(runs) AS runs,
        min(seconds) AS shortest,
        max(CASE WHEN place = (runs + 1) / 2 THEN seconds END) AS median,
        max(CASE WHEN place = (runs * 95 + 99) / 100 THEN seconds END) AS p95,
        max(seconds) AS longest,
        round(avg(cpu_seconds), 3) AS mean_cpu_seconds,
        max(max_rss) AS largest_rss
    FROM ranked GROUP BY task
"""
"""How long the good runs of each task took, in seconds: nearest-rank median and 95th percentile; memory in bytes."""

VIEWS = (LAST_RUN, FAILURES, DURATIONS)
