"""Making a site a service of systemd: what its unit has to say, and where that is written."""

from __future__ import annotations

import difflib
import os
import re
import shlex
import sys
from collections.abc import Iterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from linodctl.errors import UsageError
from linodctl.operations.service_user import ROOT, User, owner_of, user_named, user_of
from linodctl.operations.whole import write_whole
from linodctl.supervision.unit import Service, is_untouched, unit_text
from linodctl.texts import word
from linodctl.values import Value, replace

if TYPE_CHECKING:
    from linodctl.operations.site import Site

SYSTEM_UNITS = Path("/etc/systemd/system")
TRUST = "LINODCTL_TRUST"
FROM_MANAGER = frozenset({"HOME", "USER", "LOGNAME", "SHELL", "PATH"})
"""Variables that a service has anyway."""
LEAVE = timedelta(seconds=45)
"""For the notice that a run gets before TERM, for alerts that are on their way, and for a busy machine."""


class Wish(Value):
    """What was asked for."""

    config: Sequence[str] = ()
    """As it was typed: a folder stays a folder, whose files may change."""
    for_user: bool = False
    run_as: str | None = None
    name: str | None = None
    force: bool = False


class Unit(Value):
    """A unit file, and what is to be known of it."""

    path: Path
    text: str
    change: str = "planned"
    """`written`, `changed`, or `unchanged`."""
    difference: tuple[str, ...] = ()
    """Lines that went (`-`) and came (`+`), if it was changed."""
    notes: tuple[str, ...] = ()
    """What might be in the way."""
    commands: tuple[str, ...] = ()
    """What is left to be typed."""


def plan(site: Site, wish: Wish, folder: Path | None = None) -> Unit:
    """The unit as it would be written (into `folder`, else where systemd looks for it). ConfigError, UsageError."""
    user = _user(site, wish)
    service = _service(site, wish, user)
    path = (folder or _folder(site, wish.for_user)) / f"{service.name}.service"
    notes = tuple(_notes(site, wish, user))
    return Unit(path, unit_text(service), notes=notes, commands=_commands(service))


def install(site: Site, wish: Wish, folder: Path | None = None) -> Unit:
    """Write the unit, if it isn't there as it should be. UsageError if it can't be, or if somebody else wrote it."""
    unit = plan(site, wish, folder)
    try:
        before = unit.path.read_text(encoding="utf-8", errors="replace") if unit.path.exists() else None
        if before == unit.text:
            return replace(unit, change="unchanged")
        if before is not None and not is_untouched(before) and not wish.force:
            raise UsageError(
                f"{unit.path} was written or edited by somebody else: "
                "move what you want to keep into 'systemctl edit', then install with --force"
            )
        unit.path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(unit.path, [unit.text.encode()], 0o644)
    except OSError as error:
        again = shlex.join(["sudo", sys.executable, "-P", "-m", "linodctl", "service", "install"])
        hint = "" if wish.for_user else f"; be root ('{again} …'), or install for yourself alone with --user"
        raise UsageError(f"{unit.path} can't be written: {error.strerror}{hint}") from error
    if before is None:
        return replace(unit, change="written")
    commands = tuple(line.replace("enable --now", "restart") for line in unit.commands if "linger" not in line)
    return replace(unit, change="changed", difference=_difference(before, unit.text), commands=commands)


def _service(site: Site, wish: Wish, user: User) -> Service:
    loaded, state = site.loaded, site.state
    stated = site.declaration.stated()
    launches = [task.launch for task in loaded.tasks]
    grace = max((launch.grace for launch in launches), default=timedelta(0))
    nice = min((launch.nice for launch in launches if launch.nice is not None), default=0)
    log = [loaded.log.file.parent] if loaded.log.file else []
    config = _config(site, wish)
    options = [part for path in config for part in ("-c", str(path))] + (["--state", str(stated)] if stated else [])
    return Service(
        name=_name(wish.name, loaded.site),
        site=loaded.site,
        program=(sys.executable, "-P", "-m", "linodctl"),
        options=tuple(options),
        stop_within=loaded.drain + grace + LEAVE,
        writes=(state.parent, *log),
        mounts=(Path(sys.executable), *config, state.parent),
        user=None if wish.for_user or user.is_root else user.name,
        for_user=wish.for_user,
        least_nice=nice if nice < 0 else None,
        environment={TRUST: site.environ[TRUST]} if site.environ.get(TRUST) else {},
    )


def _name(wished: str | None, site: str) -> str:
    """As systemd.unit(5) allows. UsageError."""
    if wished is None:
        return "linodctl-" + (re.sub(r"[^A-Za-z0-9_.-]+", "-", site).strip("-.")[:100] or "site")
    name = wished.removesuffix(".service")
    if not re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}", name):
        raise UsageError(f"--name: '{word(wished)}': letters, digits, '_', '-' and '.' make a unit's name")
    return name


def _config(site: Site, wish: Wish) -> list[Path]:
    asked = list(wish.config) or [path for path in [site.environ.get("LINODCTL_CONFIG")] if path]
    return [Path(path).absolute() for path in asked] or list(site.declaration.paths)


def _user(site: Site, wish: Wish) -> User:
    """Who was named; else root if tasks run as others, which nobody else may do; else the owner of the state file."""
    if wish.for_user:
        return user_of(os.getuid())
    if wish.run_as is not None:
        return user_named(wish.run_as)
    owner = owner_of(site.state)
    return user_of(ROOT) if _others(site, owner) else owner


def _others(site: Site, user: User) -> list[str]:
    """As whom else tasks want to run."""
    return sorted({task.launch.user for task in site.loaded.tasks if task.launch.user} - {user.name})


def _notes(site: Site, wish: Wish, user: User) -> Iterator[str]:
    """What will be in the way, before it is."""
    given = [name for name in site.loaded.variables if name in site.environ and name not in FROM_MANAGER]
    if given:
        yield (
            f"the config takes {', '.join(given)} from the environment, and a service has nothing of yours: "
            "put that into an 'env_file', or add Environment= lines with 'systemctl edit'"
        )
    others = ", ".join(_others(site, user))
    if others and not user.is_root:
        yield f"tasks run as {others} ('user'), which takes a runner of root's: they will fail"
    if user.is_root and not wish.for_user:
        why = "as asked" if wish.run_as else f"since tasks run as {others}" if others else "as the state file is"
        yield f"the runner will be root's, {why}; --run-as NAME names somebody else"
    if not user.reaches(Path(sys.executable)):
        yield f"{user.name} can't run {sys.executable}: install linodctl where that user may enter, or name another one"
    folder = site.state.parent
    if not folder.is_dir():
        yield f"the folder {folder} of the state file isn't there yet: make it, and give it to {user.name}"
    elif not user.writes(folder):
        yield f"{user.name} can't write to the folder {folder} of the state file: give it to that user"


def _folder(site: Site, for_user: bool) -> Path:
    if not for_user:
        return SYSTEM_UNITS
    home = site.environ.get("HOME")
    config = site.environ.get("XDG_CONFIG_HOME") or (f"{home}/.config" if home else None)
    if config is None:
        raise UsageError("--user needs a home ($HOME), in which the unit is kept")
    return Path(config) / "systemd" / "user"


def _commands(service: Service) -> tuple[str, ...]:
    """Without lingering a user's services end when the user logs out, and don't start at boot."""
    systemctl = "systemctl --user" if service.for_user else "systemctl"
    linger = ("loginctl enable-linger",) if service.for_user else ()
    return (f"{systemctl} daemon-reload", f"{systemctl} enable --now {service.name}", *linger)


def _difference(before: str, after: str) -> tuple[str, ...]:
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=0, lineterm="")
    return tuple(line for line in lines if not line.startswith(("---", "+++", "@@", "-# Written by", "+# Written by")))
