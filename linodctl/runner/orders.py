"""From a decision to an order: everything a worker needs to know about one run."""

from __future__ import annotations

from linodctl.config import Loaded
from linodctl.domain import TaskState
from linodctl.execution.orders import ExecutionSite, Order
from linodctl.planning import Start
from linodctl.store.reading import Reader


def order_for(start: Start, run_id: int, reader: Reader) -> Order:
    """The order for the run `run_id`; a request's wishes outrank the task's options, also in its retries."""
    task = start.task
    before = start.before or TaskState(task.name)
    request = start.request or (reader.request_row(start.request_id) if start.request_id is not None else None)
    return Order(
        run_id=run_id,
        task=task.name,
        launch=task.launch,
        args=request.args if request else {},
        log_level=(request.log_level if request else None) or task.log_level,
        attempt=start.attempt,
        scheduled_for=start.scheduled_for,
        last_start_time=before.last_start_time,
        last_success=before.last_success,
        memory=before.memory,
    )


def execution_site(loaded: Loaded) -> ExecutionSite:
    """What a zygote needs to know of the site."""
    return ExecutionSite(
        folder=loaded.folder,
        pythonpath=loaded.pythonpath,
        setup=loaded.setup,
        preload=loaded.preload,
        env=loaded.env,
        log_bytes=loaded.history.log_bytes,
    )
