"""What Prometheus is told: replies, latency, batches, commits, queue, PINs, and whether the books balance.

Labels are bounded: gateway, infno and a class of outcome; no terminal, card or person is ever one.
The registry is our own, and the server a thread of prometheus_client: rendering stays off the engine's loop. On the
engine's path stand bound children only (`labels()` costs more than what it labels).
"""

from functools import cache
from importlib.metadata import PackageNotFoundError, version
from threading import Thread
from time import perf_counter
from typing import Final, Protocol

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, Info, start_http_server

from settlement.engine.arrival import Password
from settlement.engine.state import Key, State
from settlement.stores.store import Changes, LedgerAudit, Store, TooFew
from settlement.tally import UNKNOWN, Outcome
from settlement.wire.codes import KINDS

SLO_SECONDS: Final = (0.05, 1.5, 3.0)
"""The limits that a run is judged by; each is a bucket's edge, so that no percentile near it is interpolated."""
LATENCY_BUCKETS: Final = tuple(sorted({round(0.0005 * 2 ** (step / 2), 6) for step in range(24)} | set(SLO_SECONDS)))
"""0.5 ms to 1.4 s by the square root of 2."""
SIZE_BUCKETS: Final = (1, 2, 5, 10, 20, 50, 100, 200, 512)


class HttpServer(Protocol):
    """What is needed of prometheus_client's server."""

    server_port: int

    def shutdown(self) -> None:
        """Stop serving."""

    def server_close(self) -> None:
        """Close its socket."""


class Metrics:
    """The engine's figures; an observer of the service."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        replies = Counter(
            "shuaka_replies", "Replies, by outcome: approved, replayed or a refusal's code.",
            ["gateway", "infno", "outcome"], registry=registry,
        )  # fmt: skip
        latency = Histogram(
            "shuaka_reply_seconds", "From a request's last byte to its reply.",
            ["gateway", "group"], buckets=LATENCY_BUCKETS, registry=registry,
        )  # fmt: skip
        pins = Counter("shuaka_pins", "Local passwords that settlements asked for.", ["outcome"], registry=registry)
        self._replies = cache(replies.labels)
        self._latency = cache(latency.labels)
        self._pins = {became: pins.labels(became) for became in Password if became is not Password.NOT_ASKED}
        self._batch = Histogram(
            "shuaka_batch_requests", "Requests settled by one commit.", buckets=SIZE_BUCKETS, registry=registry
        )
        self._queue = Gauge("shuaka_queue_requests", "Requests waiting behind the last batch.", registry=registry)
        self._commit = Histogram(
            "shuaka_commit_seconds", "One durable commit.", buckets=LATENCY_BUCKETS, registry=registry
        )
        self._imbalance = Gauge(
            "shuaka_ledger_imbalance_fen", "By how much the books are off, as of the last audit.", registry=registry
        )
        self._broken = Gauge(
            "shuaka_ledger_broken_invariants", "Laws of the books that are broken, as of the last audit.",
            registry=registry,
        )  # fmt: skip
        self._audited = Gauge(
            "shuaka_ledger_audited_timestamp_seconds", "When the last audit ended, in Unix time; 0 before the first.",
            registry=registry,
        )  # fmt: skip
        self._audit_failures = Counter(
            "shuaka_ledger_audit_failures", "Audits that could not be carried out.", registry=registry
        )
        Info("shuaka_build", "Which engine this is.", registry=registry).info({"version": _version()})

    def answered(self, outcome: Outcome) -> None:
        """Count one reply."""
        kind = KINDS.get(outcome.infno)
        self._replies(outcome.gateway, outcome.infno if kind else UNKNOWN, outcome.name).inc()
        self._latency(outcome.gateway, kind.group if kind else UNKNOWN).observe(outcome.seconds)
        if outcome.password is not Password.NOT_ASKED:
            self._pins[outcome.password].inc()

    def gathered(self, size: int, waiting: int) -> None:
        """Note the size of a batch and of the queue."""
        self._batch.observe(size)
        self._queue.set(waiting)

    def committed(self, seconds: float) -> None:
        """Note how long a commit took."""
        self._commit.observe(seconds)

    def audited(self, audit: LedgerAudit) -> None:
        """Note what an audit found."""
        self._imbalance.set(audit.off_fen)
        self._broken.set(audit.broken)
        self._audited.set_to_current_time()

    def audit_failed(self) -> None:
        """Count an audit that could not be carried out."""
        self._audit_failures.inc()

    def serve(self, host: str, port: int) -> tuple[HttpServer, Thread]:
        """Serve /metrics from a thread; raise OSError if the port cannot be had."""
        server, thread = start_http_server(port, addr=host, registry=self.registry)
        return server, thread


class MeteredStore:
    """A store whose commits are timed and whose audits are shown."""

    def __init__(self, store: Store, metrics: Metrics) -> None:
        self._store = store
        self._metrics = metrics
        self._audits = 0

    async def load(self, keys: tuple[Key, ...]) -> State:
        """Return the working set of these rows."""
        return await self._store.load(keys)

    async def save(self, changes: Changes) -> None:
        """Commit, and note how long it took."""
        began = perf_counter()
        await self._store.save(changes)
        self._metrics.committed(perf_counter() - began)

    async def lease(self, count: int) -> int | TooFew:
        """Return the first of `count` fresh indexes, if there are so many."""
        return await self._store.lease(count)

    async def audit(self, opter_no: str = "") -> LedgerAudit:
        """Judge the ledger, and note what was found, or that it could not be done."""
        self._audits += 1
        try:
            audit = await self._store.audit(opter_no)
        except Exception:
            self._metrics.audit_failed()
            raise
        finally:
            self._audits -= 1
        self._metrics.audited(audit)
        return audit

    @property
    def being_audited(self) -> bool:
        """Whether an audit is under way."""
        return self._audits > 0

    async def close(self) -> None:
        """Close the store."""
        await self._store.close()


def _version() -> str:
    """Return the distribution's version; a checkout that is not installed has none."""
    try:
        return version("shuaka")
    except PackageNotFoundError:
        return "checkout"
