"""Latencies by name, step and outcome, as a process records them and as they travel.

Each has two histograms: from the intended start, which shows a stall to everybody who had to wait for it, and from the
actual start, which is the time of the service alone. Those of several processes are merged.
"""

from array import array
from collections.abc import Iterable, Mapping, MutableSequence
from typing import NamedTuple

from hdrh.histogram import HdrHistogram
from msgspec import Struct

from loadtests.openload.histograms import FOLD_AT, blank, decode, encode, fold

Key = tuple[str, str, str]
"""Name, step and outcome."""


class Pair(NamedTuple):
    """The two histograms of one name, step and outcome."""

    intended: HdrHistogram
    sent: HdrHistogram


class Encoded(Struct, frozen=True):
    """One pair as it travels and as a result file keeps it: of a flow (`step` is empty), or of one step within it."""

    name: str
    outcome: str
    count: int
    intended: str
    sent: str
    step: str = ""


class _Waiting(NamedTuple):
    """Latencies in us that are not counted yet, in arrays."""

    intended: MutableSequence[int]
    sent: MutableSequence[int]


class Latencies:
    """Every pair of one process, or of several merged."""

    def __init__(self) -> None:
        self._pairs: dict[Key, Pair] = {}
        self._waiting: dict[Key, _Waiting] = {}
        self._encoded: dict[Key, Encoded] = {}
        self._stale: dict[Key, None] = {}

    def record(self, name: str, outcome: str, *, intended_us: float, sent_us: float, step: str = "") -> None:
        """Record one latency, counted from the intended and from the actual start."""
        waiting = self._waiting.get((name, step, outcome))
        if waiting is None:
            waiting = self._waiting[name, step, outcome] = _Waiting(array("q"), array("q"))
        waiting.intended.append(int(intended_us))
        waiting.sent.append(int(sent_us))
        if len(waiting.sent) >= FOLD_AT:
            self._fold((name, step, outcome), waiting)

    def pair(self, name: str, outcome: str, step: str = "") -> Pair:
        """Return the pair of a name, or of its step, and an outcome; empty at first."""
        self._count()
        return self._pair((name, step, outcome))

    def items(self) -> Mapping[Key, Pair]:
        """Return what was recorded, by (name, step, outcome)."""
        self._count()
        return self._pairs

    def over(self, names: Iterable[str], outcome: str) -> Pair:
        """Return one merged pair of several names; errors are never mixed into a success: one outcome."""
        wanted, merged = set(names), Pair(blank(), blank())
        for (name, step, its_outcome), pair in self.items().items():
            if name in wanted and its_outcome == outcome and not step:
                _add(merged, pair)
        return merged

    def by_step(self) -> "Latencies":
        """Return the steps by themselves: each one's pairs over all names."""
        steps = Latencies()
        for (_, step, outcome), pair in self.items().items():
            if step:
                _add(steps.pair(step, outcome), pair)
        return steps

    def encoded(self, steps_max: int | None = None) -> tuple[Encoded, ...]:
        """Return every pair in its standard form, sorted.

        `steps_max` bounds how many steps are encoded anew, which takes about half a millisecond each; the others are
        as they were, and come first at the next call. Whole names are never old.
        """
        self._count()
        anew = [key for key in self._stale if not key[1]]
        anew += [key for key in self._stale if key[1]][:steps_max]
        for key in anew:
            (name, step, outcome), pair = key, self._pairs[key]
            count = pair.sent.get_total_count()
            self._encoded[key] = Encoded(name, outcome, count, encode(pair.intended), encode(pair.sent), step)
            del self._stale[key]
        return tuple(self._encoded[key] for key in sorted(self._encoded))

    def add(self, pairs: Iterable[Encoded]) -> None:
        """Merge what other processes encoded."""
        for one in pairs:
            pair = self.pair(one.name, one.outcome, one.step)
            pair.intended.add(decode(one.intended))
            pair.sent.add(decode(one.sent))

    def _pair(self, key: Key) -> Pair:
        """Return a pair that may be changed by whoever gets it."""
        pair = self._pairs.get(key)
        if pair is None:
            pair = self._pairs[key] = Pair(blank(), blank())
        self._stale[key] = None
        return pair

    def _fold(self, key: Key, waiting: _Waiting) -> None:
        pair = self._pair(key)
        fold(pair.intended, waiting.intended)
        fold(pair.sent, waiting.sent)

    def _count(self) -> None:
        """Count everything that waits."""
        for key, waiting in self._waiting.items():
            if waiting.sent:
                self._fold(key, waiting)


def _add(one: Pair, other: Pair) -> None:
    one.intended.add(other.intended)
    one.sent.add(other.sent)
