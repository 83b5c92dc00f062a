"""Mistakes that only show between options or tasks: names that don't exist, circles, limits nobody declared."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from linodctl.config.layers import DeclaredTask, Said
from linodctl.config.nodes import Items
from linodctl.config.problems import Place, Problems, nearest


def check_names(
    tasks: Sequence[DeclaredTask], names: Collection[str], limits: Collection[str], problems: Problems
) -> None:
    """`run_after` and `use` must name what is declared, be it wrongly, and nothing may wait for itself."""
    for task in tasks:
        _check_option(task, "run_after", names, "task", problems)
        _check_option(task, "use", limits, "limit", problems)
    check_circles({task.name: task for task in tasks}, problems)


OF_A_PROCESS = ("env", "cwd", "nice", "memory_limit", "user", "reuse", "grace")


def check_threads(tasks: Sequence[DeclaredTask], problems: Problems) -> None:
    """What only a process has does nothing for a run in a thread: worth a warning where it was said of the task."""
    for task in tasks:
        isolation = task.options.get("isolation")
        if isolation is None or isolation.value != "thread":
            continue
        for option in OF_A_PROCESS:
            said = task.options.get(option)
            if said is not None and said.path[0] != "defaults":
                problems.warning(said.entry.place, said.path, "does nothing in a thread (isolation: thread)")


def _check_option(task: DeclaredTask, option: str, known: Collection[str], what: str, problems: Problems) -> None:
    said = task.options.get(option)
    if said is None:
        return
    for at, name in enumerate(said.value):
        if name not in known:
            missing = f"unknown {what} '{name}'{nearest(name, known)}"
            hint = ": declare it under 'limits'" if what == "limit" and "did you mean" not in missing else ""
            tell = problems.missing if what == "task" else problems.error
            tell(_place_of_item(said, at), said.path, missing + hint)


def _place_of_item(said: Said, at: int) -> Place:
    node = said.node
    return node.nodes[at].place if isinstance(node, Items) and at < len(node.nodes) else node.place


# --- circles -------------------------------------------------------------------------------------


def check_circles(tasks: Mapping[str, DeclaredTask], problems: Problems) -> None:
    """Each circle of `run_after` is one problem, at the option that closes it."""
    after = {name: _run_after(task, tasks) for name, task in tasks.items()}
    finished = {name for name, names in after.items() if not names}
    for name in tasks:
        for circle in _circles_from(name, after, finished):
            closing = tasks[circle[-2]].options["run_after"]
            place = _place_of_item(closing, closing.value.index(circle[-1]))
            problems.error(place, closing.path, f"goes in a circle: {' → '.join(circle)}")


def _run_after(task: DeclaredTask, tasks: Collection[str]) -> list[str]:
    said = task.options.get("run_after")
    return [name for name in said.value if name in tasks] if said else []


def _circles_from(start: str, after: Mapping[str, list[str]], finished: set[str]) -> list[list[str]]:
    """Depth first, without recursion: chains may be as long as there are tasks."""
    if start in finished:
        return []
    circles: list[list[str]] = []
    trail: dict[str, None] = {start: None}
    stack = [(start, iter(after[start]))]
    while stack:
        name, rest = stack[-1]
        following = next(rest, None)
        if following is None:
            finished.add(name)
            trail.pop(name)
            stack.pop()
        elif following in trail:
            names = list(trail)
            circles.append([*names[names.index(following) :], following])
        elif following not in finished:
            trail[following] = None
            stack.append((following, iter(after[following])))
    return circles
