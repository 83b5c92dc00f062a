"""A look at the code that a site names, without running any of it: imported in a process of its own that then ends."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from linodctl.operations.names import select

if TYPE_CHECKING:
    from linodctl.config import Loaded
    from linodctl.execution.probe import Probe, ProbePath
    from linodctl.operations.site import Site


def look(loaded: Loaded, paths: Iterable[ProbePath], discover: Sequence[str] = ()) -> Probe:
    """What became of importing these. SetupFailed or ProbeFailed if nothing could be imported at all."""
    import asyncio

    from linodctl.execution.executor import Executor
    from linodctl.runner.orders import execution_site

    async def ask() -> Probe:
        executor = Executor(execution_site(loaded), lambda report: None)
        await executor.open()
        try:
            return await executor.probe(list(paths), discover)
        finally:
            await executor.close()

    return asyncio.run(ask())


def check_arguments(site: Site, names: Sequence[str], args: object, *, alone: bool = False) -> None:
    """UsageError if a task's function can't be called with these arguments, beside the declared ones or `alone`.

    So that a slip of the pen makes no failed run, which would disable the task. Nothing is said of code that can't be
    imported: the run will tell.
    """
    if not isinstance(args, Mapping) or not args:
        return
    from linodctl.errors import LinodctlError, UsageError
    from linodctl.execution.probe import ProbePath

    asked = {
        task.name: ProbePath(task.launch.func, tuple(args if alone else {**task.launch.args, **args}))
        for task in select(site.loaded.tasks, names)
    }
    try:
        reports = look(site.loaded, dict.fromkeys(asked.values())).paths
    except LinodctlError:
        return
    wrong = {ProbePath(report.path, report.args): report.problem for report in reports if report.problem}
    for task, path in asked.items():
        if path in wrong:
            raise UsageError(f"task '{task}' can't be called so: {wrong[path].rstrip('.')}")
