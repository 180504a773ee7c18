"""The engine while it is loaded, as its /metrics tell it: CPU, memory, queue, batches and commits, over time.

Only what is wanted is asked for (name[]=...), and its lines are read without a parser of the whole format: who looks is
a load process. An engine that does not answer is not sampled, and the run goes on.
"""

import http.client
from collections.abc import Callable, Mapping
from time import monotonic
from typing import Final
from urllib.parse import urlencode

from msgspec import Struct

from loadtests.workload.plan import EngineAt

TIMEOUT_S: Final = 2.0
CPU: Final = "shuaka_engine_cpu_seconds_total"
MEMORY: Final = "shuaka_engine_resident_bytes"
QUEUE: Final = "shuaka_queue_requests"
BATCH: Final = "shuaka_batch_requests"
COMMIT: Final = "shuaka_commit_seconds"
STORE: Final = "shuaka_store_info"
ASKED: Final = (CPU, MEMORY, QUEUE, STORE, *(f"{name}_{part}" for name in (BATCH, COMMIT) for part in ("sum", "count")))
LOOK_MARGIN_S: Final = 0.5
"""Who looks once a second never looks exactly then."""
MS: Final = 1000

Figures = Mapping[str, float]
"""Samples by their name, with labels where there are some, as /metrics writes them."""


class EngineSample(Struct, frozen=True, forbid_unknown_fields=True):
    """The engine from the last sample to this one, `at_s` seconds after the arrivals began.

    `cpu_share` is of one core; `queue_depth` counts requests behind the last batch; means are 0 where nothing was done.
    """

    at_s: float
    cpu_share: float
    rss_bytes: int
    queue_depth: int
    batch_mean: float
    commit_mean_ms: float


class EngineUse(Struct, frozen=True, forbid_unknown_fields=True):
    """What an engine used, and how it keeps what it acknowledges; empty where it did not say."""

    store: str
    durability: str
    samples: tuple[EngineSample, ...] = ()


class Watch:
    """Takes a sample every `every_s`; `fetch` returns the text of the metrics, or None where nobody answers."""

    def __init__(
        self, fetch: Callable[[], str | None], every_s: float = 1.0, clock: Callable[[], float] = monotonic
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._every_s = every_s
        self._next_s = 0.0
        self._before: tuple[float, Figures] | None = None
        self._kept = ("", "")
        self._samples: list[EngineSample] = []

    def look(self, now_s: float) -> None:
        """Take a sample if it is time for one; the first look only finds out where the counters stand."""
        if now_s < self._next_s or (self._before and now_s <= self._before[0]):
            return
        self._next_s = now_s + self._every_s - LOOK_MARGIN_S
        began_s = self._clock()
        text = self._fetch()
        if text is None:
            return
        now_s += self._clock() - began_s  # an engine that stalls answers late, and of then
        figures = figures_of(text)
        self._kept = _store_of(figures) or self._kept
        if self._before is not None:
            self._samples.append(sample(now_s, now_s - self._before[0], self._before[1], figures))
        self._before = now_s, figures

    @property
    def latest(self) -> EngineSample | None:
        """Return the last sample."""
        return self._samples[-1] if self._samples else None

    @property
    def use(self) -> EngineUse | None:
        """Return what was seen; None where the engine never answered."""
        return EngineUse(*self._kept, tuple(self._samples)) if self._before else None


def watch(at: EngineAt | None, every_s: float) -> Watch:
    """Return a watch over an engine; over none, one that sees nothing."""
    return Watch((lambda: None) if at is None else lambda: fetched(at.metrics), every_s)


def fetched(address: str) -> str | None:
    """Return the wanted part of the metrics at host:port; None where that cannot be had."""
    connection = http.client.HTTPConnection(address, timeout=TIMEOUT_S)
    try:
        connection.request("GET", "/metrics?" + urlencode([("name[]", name) for name in ASKED]))
        answer = connection.getresponse()
        said = answer.read().decode()
    except (OSError, http.client.HTTPException, UnicodeDecodeError):
        return None
    finally:
        connection.close()
    return said if answer.status == http.client.OK else None


def figures_of(text: str) -> dict[str, float]:
    """Read the samples of Prometheus's text format; what is no number is left out."""
    figures = {}
    for line in text.splitlines():
        name, _, value = line.rpartition(" ")
        if name and not line.startswith("#"):
            try:
                figures[name] = float(value)
            except ValueError:
                continue
    return figures


def sample(now_s: float, passed_s: float, before: Figures, now: Figures) -> EngineSample:
    """Return what happened between two looks; a counter that fell is a new engine's and counts from nought."""
    return EngineSample(
        at_s=now_s,
        cpu_share=_added(CPU, before, now) / passed_s,
        rss_bytes=int(now.get(MEMORY, 0)),
        queue_depth=int(now.get(QUEUE, 0)),
        batch_mean=_mean(BATCH, before, now),
        commit_mean_ms=_mean(COMMIT, before, now) * MS,
    )


def _added(name: str, before: Figures, now: Figures) -> float:
    added = now.get(name, 0.0) - before.get(name, 0.0)
    return added if added >= 0 else now.get(name, 0.0)


def _mean(name: str, before: Figures, now: Figures) -> float:
    count = _added(f"{name}_count", before, now)
    return _added(f"{name}_sum", before, now) / count if count else 0.0


def _store_of(figures: Figures) -> tuple[str, str] | None:
    """Return the labels of the store's info, which are ours and have no quotation marks in them."""
    for name in figures:
        if name.startswith(STORE):
            labels = dict(pair.split('="') for pair in name[len(STORE) + 1 : -1].rstrip('"').split('",'))
            return labels.get("store", ""), labels.get("durability", "")
    return None
