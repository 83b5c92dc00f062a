"""The site's log: what the runner says, and what other processes log there."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from linodctl.errors import UsageError
from linodctl.logserver.entry import Entry
from linodctl.logserver.lines import text_of
from linodctl.logserver.reading import end_of, follow, newest_first
from linodctl.operations.site import Site
from linodctl.operations.wanted import ANY, Wanted


def site_log(site: Site, wanted: Wanted = ANY, *, last: int) -> list[Entry]:
    """The newest `last` entries, oldest first, rotated files included. UsageError if the site has no log file."""
    return _last(site, wanted, last, None)


def follow_site_log(site: Site, wanted: Wanted = ANY, *, last: int) -> Iterator[Entry]:
    """The last entries, then every new one as it comes, without end. UsageError if the site has no log file."""
    path = _file(site)
    end, inode = end_of(path)
    yield from _last(site, wanted, last, end)
    yield from (entry for entry in follow(path, end, inode) if _has(wanted, entry))


def _last(site: Site, wanted: Wanted, count: int, end: int | None) -> list[Entry]:
    entries = newest_first(_file(site), site.loaded.log.rotate_keep, wanted.since, end)
    return list(islice((entry for entry in entries if _has(wanted, entry)), count))[::-1]


def _has(wanted: Wanted, entry: Entry) -> bool:
    return wanted.has(entry.level, entry.time, text_of(entry))


def _file(site: Site) -> Path:
    path = site.loaded.log.file
    if path is None:
        raise UsageError(
            "the site has no log file, its log goes to the runner's stderr; declare 'log: {file: linodctl.log}'"
        )
    return path
