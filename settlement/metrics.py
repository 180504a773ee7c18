"""What Prometheus is told: replies, latency, batches, commits, queue, PINs, and how the books stand.

Labels are bounded: gateway, infno and a class of outcome; no terminal, card or person is ever one.
The registry is our own, and the server a thread of prometheus_client: rendering stays off the engine's loop. What is
counted for every reply stands in replies.py, what is known of the books in books_gauges.py.
"""

import os
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from threading import Thread
from typing import Final, Protocol

from msgspec import Struct
from prometheus_client import (
    CollectorRegistry,
    Gauge,
    Histogram,
    Info,
    ProcessCollector,
    start_http_server,
)
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from settlement.books_gauges import BooksGauges
from settlement.replies import LATENCY_BUCKETS, Latency, Replies
from settlement.service import Gathered

DURABILITY: Final = {"sqlite": "WAL, synchronous=FULL", "memory": "none"}
"""What each store promises of what it acknowledged."""
STAGES: Final = ("queue", "load", "decide", "save", "reply")
STAGE_BUCKETS: Final = (*(round(0.00002 * 2 ** (step / 2), 7) for step in range(32)), 1.5, 3.0, 6.0, 12.0)
"""20 us to 0.9 s by the square root of 2, since deciding alone is some tens of microseconds; then to 12 s by 2."""
SIZE_BUCKETS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 512)


class HttpServer(Protocol):
    """What is needed of prometheus_client's server."""

    server_port: int

    def shutdown(self) -> None:
        """Stop serving."""

    def server_close(self) -> None:
        """Close its socket."""


class Build(Struct, frozen=True):
    """Which code an engine is, as whoever starts it knows: its commit, and whether files differ from it; or nothing."""

    commit: str = ""
    dirty: bool = False

    @property
    def labels(self) -> dict[str, str]:
        """Return what is said of it, one set of labels for as long as the engine runs."""
        dirty = "yes" if self.dirty else "no"
        return {"version": _version(), "commit": self.commit, "dirty": dirty if self.commit else ""}


class Metrics:
    """The engine's figures; an observer of the service."""

    def __init__(self, build: Build | None = None) -> None:
        self.registry = registry = CollectorRegistry(auto_describe=True)  # so that the process can be asked for by name
        replies = Replies()
        registry.register(replies)
        self.answered = replies.answered
        self._batch = Histogram(
            "shuaka_batch_requests", "Requests settled by one commit.", buckets=SIZE_BUCKETS, registry=registry
        )
        self._queue = Gauge("shuaka_queue_requests", "Requests waiting behind the last batch.", registry=registry)
        self._commit = Histogram(
            "shuaka_commit_seconds", "One durable commit.", buckets=LATENCY_BUCKETS, registry=registry
        )
        self.books = BooksGauges()
        registry.register(self.books)
        self._store = Info("shuaka_store", "Where the ledger is kept, and when a commit is durable.", registry=registry)
        Info("shuaka_build", "Which engine this is.", registry=registry).info((build or Build()).labels)
        self._stages = _Stages()
        registry.register(self._stages)
        ProcessCollector(registry=registry)  # process_open_fds, process_start_time_seconds and the like
        registry.register(_Engine())

    def kept(self, store: str) -> None:
        """Tell which store keeps the ledger."""
        self._store.info({"store": store, "durability": DURABILITY[store]})

    def gathered(self, batch: Gathered) -> None:
        """Note the size of a batch and of the queue, and where its time went."""
        self._batch.observe(batch.requests)
        self._queue.set(batch.waiting)
        self._stages.gathered(batch)

    def loaded(self, seconds: float) -> None:
        """Note how long loading rows took."""
        self._stages.load_s += seconds

    def committed(self, seconds: float) -> None:
        """Note how long a commit took."""
        self._commit.observe(seconds)
        self._stages.save_s += seconds

    def serve(self, host: str, port: int) -> tuple[HttpServer, Thread]:
        """Serve /metrics from a thread; raise OSError if the port cannot be had."""
        server, thread = start_http_server(port, addr=host, registry=self.registry)
        return server, thread


class _Stages(Collector):
    """Where the time of batches goes; deciding is what neither loading nor saving was."""

    def __init__(self) -> None:
        self.load_s = self.save_s = 0.0
        self._latencies = {stage: Latency(STAGE_BUCKETS) for stage in STAGES}

    def gathered(self, batch: Gathered) -> None:
        """Note the stages of one batch."""
        decide_s = max(batch.settle_s - self.load_s - self.save_s, 0.0)
        spent = batch.queue_s, self.load_s, decide_s, self.save_s, batch.reply_s
        for latency, seconds in zip(self._latencies.values(), spent, strict=True):
            latency.observe(seconds)
        self.load_s = self.save_s = 0.0

    def collect(self) -> Iterator[Metric]:
        """Yield the one family."""
        family = HistogramMetricFamily("shuaka_stage_seconds", "Stages of a batch.", labels=["stage"])
        for stage, latency in self._latencies.items():
            latency.add_to(family, (stage,))
        yield family


class _Engine(Collector):
    """What the engine's process uses; who looks at its books is another."""

    def collect(self) -> Iterator[Metric]:
        """Yield both families, read at the scrape."""
        used = os.times()
        yield CounterMetricFamily("shuaka_engine_cpu_seconds", "CPU of the engine.", used.user + used.system)
        yield GaugeMetricFamily("shuaka_engine_resident_bytes", "Memory of the engine.", _resident_bytes())


def _resident_bytes() -> int:
    """Return the memory held (proc_pid_statm(5)); 0 where the kernel does not tell."""
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def _version() -> str:
    """Return the distribution's version; a checkout that is not installed has none."""
    try:
        return version("shuaka")
    except PackageNotFoundError:
        return "checkout"
