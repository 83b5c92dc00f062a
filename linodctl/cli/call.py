"""One call of the program: what the common options say, the site that it is about, and where its words go."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

import click

from linodctl.errors import LinodctlError
from linodctl.paint import Part, line_of
from linodctl.values import Value, replace

if TYPE_CHECKING:
    from linodctl.cli.table import Table
    from linodctl.operations.site import Site


class ReaderGone(Exception):
    """Nobody reads our results any more. (Of a BrokenPipeError click would make exit code 1.)"""


class OutputLost(LinodctlError):
    """The results can't be written where they are to go: a full disk, or no stdout at all."""


class Call(Value, dict=True):
    """Results go to stdout, everything else to stderr; nothing that is printed can drive the terminal."""

    config: tuple[str, ...] = ()
    state: str | None = None
    json: bool = False
    verbosity: int = 0
    """Below 0: quiet."""
    color: bool | None = None
    """None: where it can be seen."""

    def with_options(
        self,
        *,
        config: Sequence[str],
        state: str | None,
        as_json: bool,
        quiet: int,
        verbose: int,
        color: bool | None,
    ) -> Call:
        """This call with further options, as they stand behind the command's name."""
        return replace(
            self,
            config=(*self.config, *config),
            state=state or self.state,
            json=self.json or as_json,
            verbosity=self.verbosity + verbose - quiet,
            color=self.color if color is None else color,
        )

    @cached_property
    def site(self) -> Site:
        """The site of `-c`, or of the usual places. ConfigError if there is none."""
        from linodctl.operations.site import Site

        site = Site(self.config, self.state)
        if self.verbosity > 0:
            for path in site.declaration.paths:
                self.note(f"config: {path}")
            self.note(f"state: {site.state}")
        return site

    @property
    def on_terminal(self) -> bool:
        """Whether a person looks at stdout."""
        return sys.stdout.isatty()

    @property
    def width(self) -> int:
        """How many columns a line may have: the terminal's, or 100 where there is none."""
        import shutil

        return shutil.get_terminal_size((100, 24)).columns

    def colored(self, stream: Any = None) -> bool:
        """Whether to write colour to stdout, or to another stream."""
        if self.color is not None:
            return self.color
        dull = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM") == "dumb"
        return not dull and bool((stream or sys.stdout).isatty())

    def instant(self, option: str, text: str | None, zone: str, *, past: bool = False) -> datetime | None:
        """The instant that an option's text means, wall times in `zone`; None without text. UsageError.

        Where it lies in the `past`, a mere duration is that long ago.
        """
        from linodctl.config.instants import parse_instant
        from linodctl.errors import UsageError

        if text is None:
            return None
        try:
            return parse_instant(text, zone, self.now(), past=past)
        except UsageError as error:
            raise UsageError(f"{option}: {error}") from None

    def now(self) -> datetime:
        from linodctl.clock import SystemClock

        return SystemClock().now()

    def like(self, words: str) -> str:
        """A command to be typed for the same site: `linodctl run -c conf/site.yaml`."""
        import shlex

        said = [part for path in self.config for part in ("-c", path)]
        said += ["--state", self.state] if self.state else []
        return " ".join(["linodctl", words, *map(shlex.quote, said)])

    # --- results --------------------------------------------------------------------------------

    def print_json(self, shape: Any) -> None:
        """One document; a list has a line for each element, so that it can be grepped too."""
        from linodctl.cli.documents import json_text

        self._write(json_text(shape))

    def print_table(self, table: Table) -> None:
        """A table for people: drawn on a terminal, plain columns elsewhere. That it is empty is said on stderr."""
        if not table.rows:
            self.note(table.empty)
        elif self.on_terminal:
            from linodctl.cli.terminal import draw

            draw(table, color=self.colored())
        else:
            self._write("\n".join(table.plain_lines(self.colored())))

    def print_line(self, *parts: Part) -> None:
        """A line of text, or of painted parts."""
        self._write(line_of(parts, self.colored()))

    def print_text(self, text: str) -> None:
        """Our own text of several lines, as it is."""
        self._write(text)

    def _write(self, text: str) -> None:
        try:
            click.echo(text, color=True)
        except BrokenPipeError:
            raise ReaderGone from None
        except OSError as error:
            raise OutputLost(f"the output can't be written: {error.strerror or error}") from error

    # --- everything else ------------------------------------------------------------------------

    def note(self, *parts: Part) -> None:
        """Something worth knowing that is not the result; `-q` leaves it out."""
        if self.verbosity >= 0:
            self.warn(*parts)

    def warn(self, *parts: Part) -> None:
        """Something that must be known."""
        click.echo(line_of(parts, self.colored(sys.stderr)), err=True, color=True)

    def warn_all(self, lines: Iterable[str]) -> None:
        for line in lines:
            self.warn(line)
