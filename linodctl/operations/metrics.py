"""The metrics of a site for whoever asks once: as text, as values, or in a file that the node exporter reads."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from linodctl.config.endpoints import is_public, written
from linodctl.errors import UsageError
from linodctl.metrics.exposition import exposition, insist
from linodctl.metrics.figures import Facts, figures
from linodctl.operations.status import is_alive
from linodctl.operations.whole import write_whole

if TYPE_CHECKING:
    from linodctl.config import Loaded
    from linodctl.metrics.sample import Sample
    from linodctl.operations.site import Site

READABLE = 0o644
"""The node exporter is another user; it's told no more than those who may read the config."""


def samples(site: Site) -> list[Sample]:
    """Every number that is told now."""
    facts = Facts(site.loaded.site, site.loaded.tasks, is_alive(site))
    with site.reading() as reader:
        return list(figures(facts, reader, site.now()))


def text(site: Site) -> bytes:
    """As Prometheus reads it. UsageError if the extra is missing."""
    return exposition(site.loaded.site, samples(site))


def write(site: Site, file: Path) -> None:
    """Put it into a file, which whoever reads it finds whole, old or new. UsageError if that can't be done."""
    told = text(site)
    try:
        write_whole(file, [told], READABLE)
    except OSError as error:
        raise UsageError(f"the metrics can't be written to {file}: {error.strerror}") from error


def as_shapes(site: Site) -> list[dict[str, Any]]:
    """A value per sample, for `--json`."""
    return [
        {
            "name": sample.family.name + sample.suffix,
            "labels": {"site": site.loaded.site, **dict(zip(sample.family.labels, sample.values, strict=True))},
            **({"le": sample.bound} if sample.bound is not None else {}),
            "value": float(sample.value),
        }
        for sample in samples(site)
    ]


def misfits(loaded: Loaded) -> Iterator[tuple[str, str]]:
    """What is worth a warning about how they are served: the key, and what."""
    if loaded.metrics is None:
        return
    try:
        insist()
    except UsageError as error:
        yield "metrics", str(error)
    host, port = loaded.metrics
    if is_public(host):
        yield (
            "metrics.listen",
            f"whoever reaches {written(host, port)} over the network can read the names of all tasks and how they do; "
            f"127.0.0.1:{port} is for this machine alone",
        )
