"""A real site for tests of the program, with a home of its own."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import subprocess
import sys
import termios
from pathlib import Path

import warm
from sites import PATIENCE, SiteFolder

AT_REST = """
site: resting
timezone: Europe/Tallinn
procedures:
  good: {func: jobs.quick, every: 1 hour, description: Does well, tags: [nightly]}
  bad: {func: jobs.fail, every: never, args: {}}
  declared_off:
    func: jobs.quick
    every: day at 02:30
    disabled: true
tasks:
  good_again: {procedure: good, cron: "0 22 * * *", log_level: DEBUG}
"""


class Site(SiteFolder):
    """A real site, and the program without a word about it."""

    def command(self, *args: str) -> list[str]:
        """The installed program with just these arguments."""
        return [str(Path(sys.executable).with_name("linodctl")), *args]

    def program(self, *args: str) -> subprocess.CompletedProcess[str]:
        """Run it in the site's folder."""
        return warm.run(list(args), env=self.env, cwd=self.folder, timeout=60, module=False)


def with_home_of_its_own(site: Site) -> Site:
    """Neither the config nor the cache of the person who runs the tests."""
    home = site.folder / "home"
    home.mkdir()
    site.env |= {"HOME": str(home), "COLUMNS": "200", "PYTHONWARNINGS": "error,ignore::ResourceWarning"}
    for name in ("XDG_CACHE_HOME", "XDG_CONFIG_HOME", "LINODCTL_CONFIG", "LINODCTL_STATE", "NO_COLOR"):
        site.env.pop(name, None)
    return site


CTRL_C = "\x03"


class Terminal:
    """The program at a terminal of its own, with a person who types and reads."""

    def __init__(self, site: Site, *args: str) -> None:
        self._master, slave = pty.openpty()
        self._read = ""
        self.process = subprocess.Popen(
            site.command(*args),
            env={**site.env, "TERM": "xterm", "NO_COLOR": "1"},
            cwd=site.folder,
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # Ctrl-C is a signal for those in front of it
        )
        os.close(slave)

    def type(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def read_until(self, words: str, insist: str = "") -> str:
        """Read on until the words have come; all that came before them. AssertionError if the program ends first.

        `insist` is typed again every second: a key that comes between a prompt and the reading of the answer is lost.
        """
        for _ in range(int(PATIENCE)):
            while words not in self._read and select.select([self._master], [], [], 1)[0]:
                try:
                    self._read += os.read(self._master, 4096).decode()
                except OSError:  # Linux's way to say that nobody writes any more
                    break
            if words in self._read or self.process.poll() is not None:
                break
            self.type(insist)
        assert words in self._read, f"waited in vain for {words!r} in {self._read!r}"
        before, _, self._read = self._read.partition(words)
        return before

    def __enter__(self) -> Terminal:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)
