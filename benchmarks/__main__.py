"""`python -m benchmarks`: measure linodctl and its peers side by side, print one table, write one JSON."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from benchmarks import asking, lasting, machine, results, rounds, table
from benchmarks.everybody import CONTENDERS
from benchmarks.figure import Size
from benchmarks.figures import FIGURES


def main() -> int:
    options = _options()
    if options.list:
        return _list()
    if options.table:
        return _show(json.loads(options.table.read_text()))
    asking.use_venv(options.peers_venv)
    named = set(options.only)
    figures = [name for name in FIGURES if name in named] or list(FIGURES)
    contenders = [name for name in CONTENDERS if name in named] or list(CONTENDERS)
    plan = rounds.entries(figures, contenders)
    about: dict[str, Any] = {"machine": machine.machine(), "versions": machine.everybody(), "small": options.small}
    with tempfile.TemporaryDirectory(prefix="benchmarks-") as folder:
        lasting.use(Path(folder))
        lasting.bare_python()  # before somebody waits for it
        os.environ["XDG_CACHE_HOME"] = str(Path(folder) / "cache")  # the user's own is neither used nor filled
        found = _measured(plan, options, Size(options.small), about)
    _show(found)
    return 1 if any(entry.contender == "linodctl" and entry.trouble for entry in plan) else 0


def _show(document: dict[str, Any]) -> int:
    print(f"{table.circumstances(document)}\n\n{table.table(document)}")
    return 0


def _measured(plan: list[rounds.Entry], options: argparse.Namespace, size: Size, about: dict[str, Any]) -> Any:
    """The document; it is written after each figure, and a run that is ended (Ctrl-C, TERM) tells what it has."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)  # so that whoever is measured is ended, too
    try:
        for _ in rounds.try_out(plan, size) if size.small else rounds.measure(plan, options.rounds, size):
            _write(results.document(plan, about), options.json)
    except KeyboardInterrupt:
        print("interrupted: this is what was measured until then", file=sys.stderr)
    found = results.document(plan, about)
    _write(found, options.json)
    return found


def _write(document: dict[str, Any], file: Path | None) -> None:
    if file:
        file.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "--only", nargs="+", default=[], metavar="NAME", help="figures, contenders, or both (see --list)"
    )
    parser.add_argument("--rounds", type=int, default=5, help="how often each is measured (default: 5)")
    parser.add_argument("--small", action="store_true", help="each once, in a tiny size: to see that all still work")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write all samples, after each figure of each round")
    parser.add_argument("--peers-venv", type=Path, metavar="DIR", help="where benchmarks/peers.txt is installed")
    parser.add_argument("--list", action="store_true", help="the names of figures and contenders")
    parser.add_argument("--table", type=Path, metavar="FILE", help="only print the table of a JSON that was written")
    options = parser.parse_args()
    if unknown := set(options.only) - set(FIGURES) - set(CONTENDERS):
        parser.error(f"--only: there is no {', '.join(sorted(unknown))} (--list shows the names)")
    return options


def _list() -> int:
    for name, figure in FIGURES.items():
        print(f"{name:12} {figure.title}: {figure.how}")
    for name, contender in CONTENDERS.items():
        print(f"{name:12} {(contender.__doc__ or '').partition('.')[0]}".rstrip())
    return 0


if __name__ == "__main__":
    sys.exit(main())
