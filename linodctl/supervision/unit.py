"""The systemd unit of a site: pure text, from what is known of the site. Every line that might be in a procedure's way
says so, since what the procedures need is not known here.

The file carries a digest of itself, so that it can be told whether somebody has edited it since.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from pathlib import Path

from linodctl.errors import UsageError
from linodctl.supervision.host import START_WITHIN
from linodctl.texts import word
from linodctl.values import Value, field

WATCHDOG = timedelta(minutes=5)
"""Silence after which systemd kills the runner. A full disk is silence, too: give somebody the time to make room."""
PLAIN = re.compile(r"[\w@%+=:,./-]+", re.ASCII)
INEXPRESSIBLE = re.compile(r"[\\\"'\x00-\x1f\x7f-\x9f\ud800-\udfff]")
"""What needs escapes, for which not all keys of a unit file have the same ones."""


class Service(Value):
    """What a unit says of its site."""

    name: str
    """The unit's, without `.service`."""
    site: str
    program: tuple[str, ...]
    """The interpreter, absolute, and what makes it linodctl."""
    options: tuple[str, ...]
    """Where config and state file are, absolute."""
    stop_within: timedelta
    """How long a stop can take, all in all."""
    writes: tuple[Path, ...] = ()
    """Folders of state file and log."""
    mounts: tuple[Path, ...] = ()
    """Files and folders without which nothing works."""
    user: str | None = None
    """Whose rights it has; None for the manager's own: root, or the one who is logged in."""
    for_user: bool = False
    """For the service manager of one user."""
    least_nice: int | None = None
    """The lowest niceness that a task asks for, if it is below 0."""
    environment: Mapping[str, str] = field(default_factory=dict)


def unit_text(service: Service) -> str:
    """The unit file. UsageError for a path that no unit file can express."""
    body = "\n".join(_lines(service)) + "\n"
    return f"# Written by 'linodctl service install' [{_digest(body)}].\n{body}"


def is_untouched(text: str) -> bool:
    """Whether this is a unit file that `unit_text` made, as it made it."""
    first, _, body = text.partition("\n")
    return first == f"# Written by 'linodctl service install' [{_digest(body)}]."


def quoted(text: str, *, expands: bool = False) -> str:
    """A word as unit files want it; where they fill in variables (`expands`), so that `$` stays. UsageError."""
    if INEXPRESSIBLE.search(text):
        raise UsageError(f"'{word(text)}' holds a character that a unit file can't express: rename it")
    text = text.replace("%", "%%")
    if expands:
        text = text.replace("$", "$$")
    return text if PLAIN.fullmatch(text) else f'"{text}"'


def _lines(service: Service) -> Iterable[str]:
    scope = " --user" if service.for_user else ""
    yield f"# What you want otherwise: 'systemctl{scope} edit {service.name}', which no later install overwrites."
    yield ""
    yield "[Unit]"
    yield f"Description=Background procedures of {service.site} (linodctl)".replace("%", "%%")
    if not service.for_user:
        yield "After=network.target time-sync.target"
        yield f"RequiresMountsFor={_words(service.mounts)}"
    yield "# Never give up: what is wrong now, a config or a disk, somebody will mend."
    yield "StartLimitIntervalSec=0"
    yield ""
    yield "[Service]"
    yield "Type=notify"
    yield f"ExecStart={_command(service, 'run')}"
    yield "# Fails, and changes nothing, if the new config has problems."
    yield f"ExecReload={_command(service, 'reload')}"
    if service.user is not None:
        yield f"User={service.user}"
    for name, value in service.environment.items():
        yield f"Environment={quoted(f'{name}={value}')}"
    yield "Restart=on-failure"
    yield "RestartSec=10"
    yield from _times(service)
    yield "# The runner stops its runs itself, and tells them first."
    yield "KillMode=mixed"
    yield "# A run that is out of memory is a failed run, no reason to stop the others."
    yield "OOMPolicy=continue"
    if service.least_nice is not None:
        yield "# A task asks for it ('nice')."
        yield f"LimitNICE={service.least_nice}"
    yield ""
    yield from _fences(service)
    yield "[Install]"
    yield f"WantedBy={'default.target' if service.for_user else 'multi-user.target'}"


def _times(service: Service) -> Iterable[str]:
    yield "# Reading and migrating the state file, the site's setup; a reload has as long."
    yield f"TimeoutStartSec={START_WITHIN:.0f}"
    yield "# 'drain', then what stopping the runs takes; the runner asks for more if the config changes."
    yield f"TimeoutStopSec={service.stop_within.total_seconds():.0f}"
    yield "# The runner shows a sign of life after a pass that it could record: not when it hangs, nor on a full disk."
    yield f"WatchdogSec={WATCHDOG.total_seconds():.0f}"


def _fences(service: Service) -> Iterable[str]:
    yield "# In the way of: sudo, sendmail and other programs that gain rights. (For users other than root, lines below"
    yield "# imply it, too: docs/service.md tells how to be rid of it.)"
    yield "NoNewPrivileges=yes"
    if service.user is not None:
        yield "CapabilityBoundingSet="
    yield "# In the way of: 32-bit programs, emulators, debuggers."
    yield "LockPersonality=yes"
    yield "RestrictRealtime=yes"
    if service.for_user:
        yield ""
        return
    yield "# In the way of: what writes to /usr, /boot or /etc, such as package or certificate updates."
    yield "ProtectSystem=full"
    yield f"ReadWritePaths={_words(service.writes, optional=True)}"
    yield "# In the way of: what sets the kernel up (/proc/sys, /sys), loads modules, reads dmesg, makes cgroups."
    yield "ProtectKernelTunables=yes"
    yield "ProtectKernelModules=yes"
    yield "ProtectKernelLogs=yes"
    yield "ProtectControlGroups=yes"
    yield "# More, for procedures that can do without:"
    yield "#ProtectSystem=strict       all is read-only; add what they write to as further ReadWritePaths="
    yield "#ProtectHome=read-only      as are /home and /root"
    yield "#PrivateTmp=yes             nobody else sees what they put into /tmp"
    yield "#PrivateDevices=yes         no disks, serial lines, graphics cards"
    yield "#RestrictSUIDSGID=yes       no copies of files and folders with the setgid bit"
    yield "#RestrictNamespaces=yes     no containers, no browser with a sandbox"
    yield ""


def _command(service: Service, name: str) -> str:
    program, *rest = service.program
    return " ".join([quoted(program), *(quoted(each, expands=True) for each in (*rest, name, *service.options))])


def _words(paths: Iterable[Path], *, optional: bool = False) -> str:
    """Of an optional one that is missing the runner will say more than systemd does."""
    return " ".join(quoted(f"{'-' if optional else ''}{path}") for path in dict.fromkeys(paths))


def _digest(body: str) -> str:
    return hashlib.sha256(body.encode()).hexdigest()[:16]
