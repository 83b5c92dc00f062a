"""Nothing crosses a process border by pickle, nothing is evaluated, and YAML names no objects."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from sites import SiteFolder

import linodctl

PACKAGE = Path(linodctl.__file__).parent

MODULES = {"pickle", "_pickle", "cPickle", "dill", "cloudpickle", "marshal", "shelve", "multiprocessing"}
CALLS = {
    "eval", "exec", "compile", "os.system", "os.popen", "yaml.load", "yaml.load_all", "yaml.unsafe_load",
    "yaml.full_load", "tempfile.mktemp",
}  # fmt: skip
NAMES = {"ProcessPoolExecutor", "SocketHandler", "DatagramHandler", "QueueListener", "SyncManager"}
"""They pickle what they are given."""
BANNED = MODULES | CALLS | NAMES
ALLOWED = {"logserver/sender.py": {"multiprocessing"}}
"""It only asks that module whether, and as whom, it has started this process."""


def used(tree: ast.AST) -> Iterator[str]:
    """Modules imported, functions called and names spoken."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(names):
                yield from (alias.name.partition(".")[0] for alias in names)
            case ast.ImportFrom(module=str(module), names=names, level=0):
                yield module.partition(".")[0]
                yield from (alias.name for alias in names)
            case ast.Call(func):
                yield ast.unparse(func)
            case ast.Attribute(attr=name) if name in NAMES:
                yield name


def test_no_module_can_pickle_or_evaluate() -> None:
    modules = {str(path.relative_to(PACKAGE)): path.read_text() for path in PACKAGE.rglob("*.py")}
    assert len(modules) > 100
    found = {name: BANNED & set(used(ast.parse(text))) for name, text in modules.items()}
    assert {name: words for name, words in found.items() if words} == ALLOWED


@pytest.mark.parametrize("code", ["import pickle", "from pickle import loads", "eval('1')", "yaml.load(x)"])
def test_the_check_would_see_it(code: str) -> None:
    assert BANNED & set(used(ast.parse(code)))


TRIPWIRE = """
import os, pickle

def tripped(*args, **kwargs):
    with open(os.environ["TRIPPED"], "a") as file:
        file.write("pickle was used\\n")
    raise RuntimeError("pickle was used")

for name in ("dump", "dumps", "load", "loads"):
    setattr(pickle, name, tripped)
"""
"""As sitecustomize it is in every process: command, runner, zygote and workers."""

CONFIG = """
discover: [found]
setup: found.start
procedures:
  quick: {func: jobs.quick, every: day, args: {}}
  coro: {func: jobs.waits_a_moment, every: day}
  thread: {func: jobs.remembers, every: day, isolation: thread}
  reused: {func: jobs.remembers, every: day, reuse: 3}
  fails: {func: jobs.fail, every: day}
"""
FOUND = (
    "from linodctl import background_task\n\ndef start(): pass\n\n@background_task(every='day')\ndef found(): pass\n"
)


def test_no_process_of_a_site_pickles(tmp_path: Path) -> None:
    site = SiteFolder(tmp_path, CONFIG)
    (tmp_path / "found.py").write_text(FOUND)
    (tmp_path / "trip").mkdir()
    (tmp_path / "trip/sitecustomize.py").write_text(TRIPWIRE)
    tripped = tmp_path / "tripped"
    site.env |= {"PYTHONPATH": str(tmp_path / "trip"), "TRIPPED": str(tripped)}
    site.cli("run", "--once", code=1)
    outcomes = {row["task"]: row["outcome"] for row in site.history()}
    assert outcomes == {**dict.fromkeys(["quick", "coro", "thread", "reused", "found"], "succeeded"), "fails": "failed"}
    site.cli("set", "quick", "log_level=DEBUG")
    site.cli("trigger", "quick", "coro", "--here")
    assert not tripped.exists()
    subprocess.run([sys.executable, "-c", "import pickle; pickle.dumps(1)"], env=site.env, capture_output=True)
    assert tripped.exists(), "the wire was armed"
