"""`delete_old_files`: keeps a folder from growing for ever, with many ways to refuse what can't have been meant."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from linodctl.config.durations import parse_duration
from linodctl.procedures.errors import ProcedureError
from linodctl.values import Value

if TYPE_CHECKING:
    from linodctl.execution.context import RunContext


class OldFiles(NamedTuple):
    """What `delete_old_files` did, or under `dry_run` would have done."""

    files: int
    bytes: int


def delete_old_files(
    ar: RunContext,
    folder: str,
    older_than: str = "30d",
    pattern: str = "*",
    recursive: bool = False,
    dry_run: bool = False,
    min_keep: int = 0,
) -> OldFiles:
    """Delete the files in `folder` whose names fit `pattern` and that last changed more than `older_than` ago.

    "Ago" is counted from the instant the run is for (`ar.scheduled_for`): a late run deletes what the punctual one
    would have deleted. The `min_keep` youngest of the files that fit always stay. `recursive` looks into subfolders,
    too; folders themselves are never deleted, symbolic links neither deleted nor followed. `dry_run` only logs what it
    would do. Refuses `/`, the home folder and whatever contains it.

    Raises ProcedureError at the end if some files could not be deleted.
    """
    top = _safe_folder(folder)
    if "/" in pattern:
        raise ProcedureError(f"The pattern {pattern!r} must fit names of files alone; use `recursive` for subfolders.")
    limit = (ar.scheduled_for - parse_duration(older_than)).timestamp()

    fitting = sorted(_files(top, pattern, recursive), key=lambda file: file.changed, reverse=True)
    old = {file.path: file for file in fitting[max(0, min_keep) :] if file.changed < limit}
    if dry_run:
        for file in old.values():
            ar.info(f"would delete {file.path} ({file.size} bytes)")
        return _told(ar, "would delete", list(old.values()), len(fitting))
    done, troubles = _delete(ar, _files(top, pattern, recursive), old)
    result = _told(ar, "deleted", done, len(fitting))
    if troubles:
        raise ProcedureError(f"{len(troubles)} of {len(old)} files could not be deleted; the first: {troubles[0]}.")
    return result


def _told(ar: RunContext, verb: str, files: list[_File], fitting: int) -> OldFiles:
    result = OldFiles(len(files), sum(file.size for file in files))
    ar.info(f"{verb} {result.files} of {fitting} files, {result.bytes} bytes")
    return result


def _safe_folder(folder: str) -> Path:
    """The folder with no symbolic link in its path; ProcedureError if deleting there can't have been meant."""
    if not folder.strip():
        raise ProcedureError("The argument 'folder' is empty.")
    try:
        top = Path(folder).expanduser().resolve()
    except RuntimeError as error:  # `~name`, and nobody has that name
        raise ProcedureError(f"The folder {folder!r} can't be found: {error}") from None
    if Path("/home").is_relative_to(top) or _home().is_relative_to(top):
        raise ProcedureError(f"Refused to delete files in {top}: it is the home folder or contains it.")
    if not top.is_dir():
        raise ProcedureError(f"There is no folder {top}.")
    return top


def _home() -> Path:
    try:
        return Path("~").expanduser().resolve()
    except RuntimeError:  # a user without a home
        return Path("/")


class _File(Value):
    path: Path
    name: str
    folder: int
    """A descriptor of the folder that holds it, open until the next file is asked for."""
    size: int
    changed: float
    """Seconds since the epoch."""


def _files(top: Path, pattern: str, recursive: bool) -> Iterator[_File]:
    """The ordinary files that fit. Folders are held open while they are read, so that none can turn into a link."""
    for path, subfolders, names, folder in os.fwalk(top, onerror=_unreadable, follow_symlinks=False):
        if not recursive:
            subfolders.clear()
        for name in names:
            if not fnmatchcase(name, pattern):
                continue
            try:
                status = os.stat(name, dir_fd=folder, follow_symlinks=False)
            except FileNotFoundError:  # somebody else deleted it meanwhile
                continue
            if stat.S_ISREG(status.st_mode):
                yield _File(Path(path, name), name, folder, status.st_size, status.st_mtime)


def _unreadable(error: OSError) -> None:
    if isinstance(error, FileNotFoundError):
        return
    raise ProcedureError(f"The folder {error.filename} can't be read: {error.strerror}.")


def _delete(ar: RunContext, files: Iterable[_File], old: dict[Path, _File]) -> tuple[list[_File], list[str]]:
    """Delete those of `files` that are `old`; which went, and why others did not.

    A file that was changed since it was found to be old stays.
    """
    done: list[_File] = []
    troubles: list[str] = []
    for file in files:
        if ar.cancelled:
            ar.warning("asked to stop: the other files stay")
            break
        if file.path not in old or file.changed != old[file.path].changed:
            continue
        try:
            os.unlink(file.name, dir_fd=file.folder)
        except FileNotFoundError:
            continue
        except OSError as error:
            troubles.append(f"{file.path}: {error.strerror}")
        else:
            done.append(file)
            ar.debug(f"deleted {file.path} ({file.size} bytes)")
        ar.progress(len(done) + len(troubles), len(old), "files")
    return done, troubles
