"""`check`: every problem of the config, and of the code it names."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from linodctl.config import ConfigError, Loaded, Problem, keys
from linodctl.operations.trust import doubts

if TYPE_CHECKING:
    from linodctl.execution.probe import PathReport, Probe
    from linodctl.operations.site import Site


class Checked(NamedTuple):
    """All problems and warnings, and what was declared as far as it can be read."""

    problems: tuple[Problem, ...]
    loaded: Loaded | None


def check(site: Site, *, imports: bool = True) -> tuple[Problem, ...]:
    """All problems and warnings. With `imports` the site's code is imported, in a process of its own; root does so only
    if nobody else can change it."""
    return checked(site, imports=imports).problems


def checked(site: Site, *, imports: bool = True) -> Checked:
    """As `check`, with what was declared."""
    try:
        loaded = site.declaration.load()
    except ConfigError as error:
        return Checked(error.problems, None)
    doubtful = doubts(site, loaded)
    if not imports or any(problem.severity == "error" for problem in doubtful):
        return _with_advice(site, loaded, doubtful)
    return _with_code(site, loaded, doubtful)


def _with_code(site: Site, loaded: Loaded, doubtful: Sequence[Problem]) -> Checked:
    """The config as it is with the decorated functions that the code has now, and what is wrong with the code."""
    from linodctl.errors import LinodctlError

    try:
        probe = _look_at_all(loaded)
    except LinodctlError as error:  # setup failed, or importing killed the process: nothing else can be known
        broken = _of_site(loaded, str(error))
        return _with_advice(site, loaded, [*doubtful, broken])
    if loaded.discover:
        try:
            loaded = site.declaration.load_discovering(probe.discovered)
        except ConfigError as error:
            return Checked(error.problems, None)
    return _with_advice(site, loaded, [*doubtful, *_unreadable(loaded, probe), *_unfit(loaded, probe)])


def _with_advice(site: Site, loaded: Loaded, problems: Sequence[Problem]) -> Checked:
    from linodctl.config.problems import in_order
    from linodctl.operations.advice import advice

    found = [*loaded.warnings, *problems, *advice(site, loaded), *_unfit_addresses(loaded), *_unfit_metrics(loaded)]
    return Checked(in_order(dict.fromkeys(found)), loaded)


def _unfit_addresses(loaded: Loaded) -> Iterator[Problem]:
    """What is wrong with whom to alert."""
    if not loaded.notify:
        return
    from linodctl.operations.alerts import misfits

    for key, message, is_warning in misfits(loaded):
        yield loaded.site_problem(key, message, "warning" if is_warning else "error")


def _unfit_metrics(loaded: Loaded) -> Iterator[Problem]:
    """What is to be said of how metrics are served."""
    if loaded.metrics is None:
        return
    from linodctl.operations.metrics import misfits

    for key, message in misfits(loaded):
        yield loaded.site_problem(key, message, "warning")


def _look_at_all(loaded: Loaded) -> Probe:
    """Everything that the tasks and `discover` name."""
    from linodctl.execution.probe import ProbePath
    from linodctl.operations.code import look

    paths = dict.fromkeys(ProbePath(task.launch.func, tuple(task.launch.args)) for task in loaded.tasks)
    return look(loaded, paths, loaded.discover)


def _unreadable(loaded: Loaded, probe: Probe) -> Iterator[Problem]:
    for module, why in probe.errors:
        yield loaded.site_problem("discover", f"{module}: {why}".rstrip("."))


def _unfit(loaded: Loaded, probe: Probe) -> Iterator[Problem]:
    """What is wrong with a function is told where it is named; what is wrong with its arguments, where they are."""
    reports = {(report.path, report.args): report for report in probe.paths}
    for task in loaded.tasks:
        report = reports.get((task.launch.func, tuple(task.launch.args)))
        if report is not None and not report.ok:
            option = "func" if report.error is not None or not task.launch.args else "args"
            yield loaded.problem(task.name, option, _words(report))


def _words(report: PathReport) -> str:
    return (report.error or report.problem or "").rstrip(".")


def _of_site(loaded: Loaded, message: str) -> Problem:
    """Of what happens once for all procedures; the message begins with the option that it is about."""
    key, _, why = message.partition(": ")
    return loaded.site_problem(key, why.rstrip(".")) if key in keys.CODE else loaded.site_problem("", message)
