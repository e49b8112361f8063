"""Figures for Prometheus: what came in, counted; what waits, read from the database when asked."""

from collections.abc import Callable, Iterator, Mapping
from typing import Final

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from connector import logs
from connector.domain.errors import BridgeError
from connector.ports import Outcome

CONTENT_TYPE: Final = CONTENT_TYPE_LATEST
_log = logs.get(__name__)

#: Gauges by name: the help text, the names of the labels, and a value for each set of labels.
Gauges = Mapping[str, tuple[str, tuple[str, ...], Mapping[tuple[str, ...], float]]]


class Metrics:
    """The figures of one application, in a registry of its own so that it can live inside another application.

    Where ``PROMETHEUS_MULTIPROC_DIR`` is set (``waimai serve`` does), counters of all worker processes are added up.

    Args:
        gauges: reads what waits; a ``BridgeError`` says that it cannot be read now.
    """

    def __init__(self, gauges: Callable[[], Gauges]) -> None:
        self._registry = CollectorRegistry()
        self._registry.register(_FromDatabase(gauges))
        own: CollectorRegistry | None = self._registry
        try:
            MultiProcessCollector(self._registry)  # type: ignore[no-untyped-call]
            own = None  # the counter's values lie in files, and that collector reads them
        except ValueError:
            pass  # the library's way to say that there is one process
        labels = ("source", "outcome")
        text = "Requests at the doors by what became of them"
        self._received = Counter("waimai_received", text, labels, registry=own)

    def received(self, source: str, outcome: Outcome) -> None:
        """Count one request."""
        self._received.labels(source, outcome).inc()

    def page(self) -> bytes:
        """All figures in Prometheus' text format."""
        return generate_latest(self._registry)


class _FromDatabase(Collector):
    def __init__(self, gauges: Callable[[], Gauges]) -> None:
        self._gauges = gauges

    def describe(self) -> Iterator[Metric]:
        """Nothing, so that registering does not read the database."""
        return iter(())

    def collect(self) -> Iterator[Metric]:
        readable = GaugeMetricFamily("waimai_database_up", "Whether what waits could be read")
        try:
            found = self._gauges()
        except BridgeError as error:
            _log.warning("gauges_not_read", reason=type(error).__name__)
            readable.add_metric([], 0)
            yield readable
            return
        readable.add_metric([], 1)
        yield readable
        for name, (text, labels, values) in found.items():
            family = GaugeMetricFamily(name, text, labels=labels)
            for of, value in sorted(values.items()):
                family.add_metric(of, value)
            yield family
