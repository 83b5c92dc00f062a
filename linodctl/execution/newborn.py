"""The process of a zygote before it knows its site: started ahead, its interpreter gets ready while the runner does.

Nothing of the site is run or imported until the runner sends the first word (see `link`); without one it ends.
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from linodctl.identity import myself

_PACKAGES = str(Path(__file__).parents[2])
_PROGRAM = (
    "import sys; sys.path.append(sys.argv[2]); from linodctl.execution.zygote import main; main(int(sys.argv[1]))"
)
"""Run by `-c`, so that `__main__` has no file: what a procedure starts by `multiprocessing` must not import it."""


class Newborn:
    """The process and our end of its control socket; whoever sets `taken` looks after both. Raises OSError."""

    def __init__(self, folder: Path, env: Mapping[str, str]) -> None:
        """`folder` is its working folder, `env` is added to our environment."""
        self.folder, self.env = folder, env
        self.taken = False
        self.control, theirs = socket.socketpair()
        with theirs:
            try:
                self.process = self._open_process(theirs.fileno())
            except BaseException:
                self.control.close()
                raise

    def _open_process(self, control: int) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            [sys.executable, "-P", "-c", _PROGRAM, str(control), _PACKAGES, myself()],
            stdin=subprocess.DEVNULL,
            stdout=2,  # what `setup` prints is no result of the command that runs here
            pass_fds=[control],
            process_group=0,  # out of reach of the terminal's Ctrl-C: what that means for runs, the runner decides
            cwd=self.folder,
            env={**os.environ, **self.env},
        )

    def dismiss(self) -> None:
        """End it, unless somebody has taken it."""
        if not self.taken:
            self.control.close()
            self.process.kill()
            self.process.wait()


@contextlib.contextmanager
def newborn(folder: Path, env: Mapping[str, str]) -> Iterator[Newborn | None]:
    """One that lives while the block lasts, unless it is taken; None if no process can be had now."""
    with contextlib.ExitStack() as stack:
        try:
            ready = Newborn(folder, env)
        except OSError:  # whoever would have taken it tries again, and tells
            yield None
            return
        stack.callback(ready.dismiss)
        yield ready
