"""Samples as text that Prometheus reads. The only file that knows prometheus_client, which is an extra.

The text is that of version 0.0.4 of the format, which the node exporter's textfile collector reads too; no sample has a
timestamp, which that one refuses.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from linodctl.errors import UsageError
from linodctl.metrics.catalog import FAMILIES, Family
from linodctl.metrics.sample import Sample

if TYPE_CHECKING:
    from prometheus_client import Metric

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
MISSING = "telling metrics needs the extra 'metrics': pip install 'linodctl[metrics]'"


def insist() -> None:
    """UsageError if the extra is missing."""
    try:
        import prometheus_client  # noqa: F401 - whether it can be had is the question
    except ImportError:
        raise UsageError(MISSING) from None


def exposition(site: str, samples: Iterable[Sample]) -> bytes:
    """The samples by family, in the catalog's order. UsageError if the extra is missing."""
    insist()
    from prometheus_client import generate_latest

    return generate_latest(_Collected(site, samples))


class _Collected:
    """What prometheus_client takes for a registry: it asks for nothing but the metrics."""

    def __init__(self, site: str, samples: Iterable[Sample]) -> None:
        self._site = site
        self._by_family: dict[Family, list[Sample]] = {family: [] for family in FAMILIES}
        for sample in samples:
            self._by_family[sample.family].append(sample)

    def collect(self) -> Iterator[Metric]:
        for family, samples in self._by_family.items():
            if samples:
                yield self._metric(family, samples)

    def _metric(self, family: Family, samples: Iterable[Sample]) -> Metric:
        from prometheus_client import Metric

        metric = Metric(family.name.removesuffix("_total"), family.help, family.kind)
        names = ("site", *family.labels)
        for sample in samples:
            labels = dict(zip(names, (self._site, *sample.values), strict=True))
            if sample.bound is not None:
                labels["le"] = "+Inf" if math.isinf(sample.bound) else str(sample.bound)
            metric.add_sample(family.name + sample.suffix, labels, float(sample.value))
        return metric
