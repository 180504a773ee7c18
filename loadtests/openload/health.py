"""Whether the generator kept up: a run whose generator did not is generator-bound, which says nothing of the server.

Two signs: how late the scheduler itself let arrivals in (schedule lag), and how much of a core each process wanted:
what it used, and what it waited for because others had it.

Late is who was let in more than LAG_SHARE_MAX of a bound after the due time; every bound of a high percentile has its
own limit. One arrival in a hundred may be late, beside p99.9 one in a thousand; where fewer than BEYOND_MIN may be, too
many are only those beyond chance: no percentile of too few arrivals decides. A bound that is missed, also one of `max`,
is missed by the generator where as many arrivals as suffice for it were let in as late as it is missed by.
"""

from collections.abc import Iterable, Sequence
from math import exp, lgamma, log, log1p
from typing import Final, NamedTuple

from hdrh.histogram import HdrHistogram
from msgspec import Struct

from loadtests.openload import histograms
from loadtests.openload.histograms import BEYOND_MIN, P99, WHOLE_E4

LAG_SHARE_MAX: Final = 0.05
"""How late an arrival may be let in, as a share of a bound that the run is held to."""
CHANCE: Final = 0.01
"""As many late arrivals are beyond chance where no more than their share would bring them in one run of a hundred."""
NEGLIGIBLE: Final = 1e-12
CPU_SHARE_MAX: Final = 0.80
"""Seconds a second of the run that a generator process was on a core, or waited for one."""


class Health(Struct, frozen=True):
    """Signs of one process; `lag` is an encoded histogram in us, the shares are of one core over the arrivals' time."""

    lag: str
    cpu_share: float
    waited_share: float = 0.0


class LagLimit(NamedTuple):
    """How late arrivals may be let in beside one bound, `asked` in words, in ms, of percentile `p_e4` (max: all).

    `missed_by_ms` is 0 where the bound is kept.

    >>> str(LagLimit("2102 p99 <= 50ms", 50))
    'more than 2.5 ms late, 5% of 2102 p99 <= 50ms'
    """

    asked: str
    bound_ms: float
    p_e4: int = P99
    missed_by_ms: float = 0.0

    @property
    def us(self) -> float:
        """Return after how many us an arrival is late."""
        return self.bound_ms * 1000 * LAG_SHARE_MAX

    @property
    def lag_e4(self) -> int:
        """Return the percentile of the lag that is looked at: that of the bound, p99 at least."""
        return max(self.p_e4, P99)

    @property
    def may_e4(self) -> int:
        """Return how many in 10^4 may be late."""
        return WHOLE_E4 - self.lag_e4

    def __str__(self) -> str:
        return f"more than {histograms.in_ms(int(self.us))} late, {LAG_SHARE_MAX:.0%} of {self.asked}"


class Condition(Struct, frozen=True):
    """The generator's condition over all processes; `wanted_share_max`: of a core, used and waited for.

    `lag_p99_us` is an estimate however few arrivals there were; `lag_said` says it to a person.
    """

    lag_p99_us: int
    lag_max_us: int
    cpu_share_max: float
    processes: int
    wanted_share_max: float = 0.0


def lag_of(processes: Iterable[Health]) -> HdrHistogram:
    """Return the schedule lag of every arrival in us."""
    lag = histograms.blank()
    for process in processes:
        lag.add(histograms.decode(process.lag))
    return lag


def condition(processes: Iterable[Health]) -> Condition:
    """Merge the lags and take the busiest process."""
    every = list(processes)
    lag = lag_of(every)
    return Condition(
        lag_p99_us=histograms.estimate(lag, P99),
        lag_max_us=histograms.maximum(lag),
        cpu_share_max=max((process.cpu_share for process in every), default=0.0),
        processes=len(every),
        wanted_share_max=max((process.cpu_share + process.waited_share for process in every), default=0.0),
    )


def lag_said(lag: HdrHistogram, p_e4: int = P99) -> str:
    """Say a percentile of the lag, or that n is too small for it, and the maximum.

    >>> lag_said(histograms.blank())
    'schedule lag p99 n too small, max 0 ms'
    """
    longest = f"max {histograms.in_ms(histograms.maximum(lag))}"
    if p_e4 == WHOLE_E4:
        return f"schedule lag {longest}"
    return f"schedule lag p{p_e4 / 100:g} {histograms.in_ms(histograms.percentile(lag, p_e4))}, {longest}"


def kept_up(lag: HdrHistogram, limits: Iterable[LagLimit]) -> str:
    """Say how many arrivals were late for the tightest bound beside which some may be."""
    return _late(lag, min((limit for limit in limits if limit.may_e4), key=lambda limit: limit.us))


def complaints(found: Condition, lag: HdrHistogram, limits: Sequence[LagLimit]) -> list[str]:
    """Say in words what was wrong with the generator, of its lag the first broken limit; empty if it kept up."""
    said = list(filter(None, (_broken(lag, limit) for limit in limits)))[:1]
    if found.cpu_share_max >= CPU_SHARE_MAX:
        said.append(f"a generator process used {found.cpu_share_max:.0%} of its core, limit {CPU_SHARE_MAX:.0%}")
    elif found.wanted_share_max >= CPU_SHARE_MAX:
        said.append(
            f"a generator process wanted {found.wanted_share_max:.0%} of a core, limit {CPU_SHARE_MAX:.0%}, and others"
            f" kept it from it: none got more than {found.cpu_share_max:.0%}"
        )
    return said


def _broken(lag: HdrHistogram, limit: LagLimit) -> str:
    """Say how a limit is broken, "" if it is not."""
    count = int(lag.get_total_count())
    if _too_many(histograms.above(lag, limit.us), count, limit.may_e4):
        return _late(lag, limit)
    missed_by_us = limit.missed_by_ms * 1000
    as_late = histograms.above(lag, max(limit.us, missed_by_us))
    if missed_by_us > 0 and as_late * WHOLE_E4 > count * (WHOLE_E4 - limit.p_e4):
        by = histograms.in_ms(int(missed_by_us))
        return (
            f"{limit.asked} is missed by {by}, and the scheduler let {as_late} of {count} arrivals in as late;"
            f" {lag_said(lag, limit.lag_e4)}"
        )
    return ""


def _late(lag: HdrHistogram, limit: LagLimit) -> str:
    return (
        f"the scheduler let {histograms.above(lag, limit.us)} of {lag.get_total_count()} arrivals in {limit}, where"
        f" {limit.may_e4 / WHOLE_E4 * 100:.4g}% may be; {lag_said(lag, limit.lag_e4)}"
    )


def _too_many(late: int, count: int, may_e4: int) -> bool:
    """Answer whether more are late than may be, and of few arrivals so many more that it is not by chance."""
    if not may_e4 or late * WHOLE_E4 <= count * may_e4:
        return False
    return count * may_e4 // WHOLE_E4 >= BEYOND_MIN or _chance(late, count, may_e4 / WHOLE_E4) < CHANCE


def _chance(late: int, count: int, share: float) -> float:
    """Return the exact binomial probability of `late` or more of `count`, for more than `share` of them."""
    ways = lgamma(count + 1) - lgamma(late + 1) - lgamma(count - late + 1)
    each = exp(ways + late * log(share) + (count - late) * log1p(-share))
    chance = 0.0
    while each > NEGLIGIBLE:
        chance += each
        each *= (count - late) / (late + 1) * share / (1 - share)
        late += 1
    return chance
