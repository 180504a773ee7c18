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

from loadtests.evidence.provenance import Build
from loadtests.workload.plan import EngineAt

TIMEOUT_S: Final = 2.0
CPU: Final = "shuaka_engine_cpu_seconds_total"
MEMORY: Final = "shuaka_engine_resident_bytes"
QUEUE: Final = "shuaka_queue_requests"
BATCH: Final = "shuaka_batch_requests"
COMMIT: Final = "shuaka_commit_seconds"
STORE: Final = "shuaka_store_info"
BUILD: Final = "shuaka_build_info"
SAID: Final = (STORE, BUILD)
"""What an engine says of itself, in labels."""
ASKED: Final = (CPU, MEMORY, QUEUE, *SAID, *(f"{name}_{part}" for name in (BATCH, COMMIT) for part in ("sum", "count")))
LOOK_MARGIN_S: Final = 0.5
"""Who looks once a second never looks exactly then."""
MS: Final = 1000
YES: Final = "yes"

Figures = Mapping[str, float]
"""Samples by their name, with labels where there are some, as /metrics writes them."""
Labels = Mapping[str, str]


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
    """What an engine used, how it keeps what it acknowledges, and which code it runs; empty where it did not say."""

    store: str
    durability: str
    samples: tuple[EngineSample, ...] = ()
    build: Build = Build()


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
        self._said: dict[str, Labels] = {}
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
        self._said |= {name: said for name in SAID if (said := _labels(name, figures))}
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
        if self._before is None:
            return None
        store, build = (self._said.get(name, {}) for name in SAID)
        return EngineUse(store.get("store", ""), store.get("durability", ""), tuple(self._samples), _build(build))


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


def _labels(name: str, figures: Figures) -> Labels:
    """Return the labels of an info, which are ours and have no quotation marks in them; none where it is not told."""
    said = next((one for one in figures if one.startswith(name + "{")), "")
    pairs = (pair.partition('="') for pair in said[len(name) + 1 : -1].rstrip('"').split('",'))
    return {label: value for label, _, value in pairs if label}


def _build(said: Labels) -> Build:
    return Build(said.get("version", ""), said.get("commit", ""), dirty=said.get("dirty") == YES)
