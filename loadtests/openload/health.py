"""Whether the generator kept up: a run whose generator did not is generator-bound, which says nothing of the server.

Two signs: how late the scheduler itself began an arrival (schedule lag), and how much of a core each process wanted:
what it used, and what it waited for because others had it.
"""

from collections.abc import Iterable
from typing import Final, NamedTuple

from msgspec import Struct

from loadtests.openload import histograms

LAG_SHARE_MAX: Final = 0.05
"""Schedule lag p99 as a share of the tightest bound of a high percentile that the run is held to."""
CPU_SHARE_MAX: Final = 0.80
"""Seconds a second of the run that a generator process was on a core, or waited for one."""


class Health(Struct, frozen=True):
    """Signs of one process; `lag` is an encoded histogram in us, the shares are of one core over the arrivals' time."""

    lag: str
    cpu_share: float
    waited_share: float = 0.0


class LagLimit(NamedTuple):
    """What schedule lag p99 must stay below; `asked` is the bound in words that it follows from, `bound_ms` its value.

    >>> str(LagLimit("2102 p99 <= 50ms", 50))
    'limit 2.5 ms, 5% of 2102 p99 <= 50ms'
    """

    asked: str
    bound_ms: float

    @property
    def us(self) -> float:
        """Return it in us."""
        return self.bound_ms * 1000 * LAG_SHARE_MAX

    def __str__(self) -> str:
        return f"limit {histograms.in_ms(int(self.us))}, {LAG_SHARE_MAX:.0%} of {self.asked}"


class Condition(Struct, frozen=True):
    """The generator's condition over all processes; `wanted_share_max`: of a core, used and waited for."""

    lag_p99_us: int
    lag_max_us: int
    cpu_share_max: float
    processes: int
    wanted_share_max: float = 0.0


def condition(processes: Iterable[Health]) -> Condition:
    """Merge the lags and take the busiest process."""
    lag, every = histograms.blank(), list(processes)
    for process in every:
        lag.add(histograms.decode(process.lag))
    return Condition(
        lag_p99_us=histograms.estimate(lag, histograms.P99),
        lag_max_us=histograms.maximum(lag),
        cpu_share_max=max((process.cpu_share for process in every), default=0.0),
        processes=len(every),
        wanted_share_max=max((process.cpu_share + process.waited_share for process in every), default=0.0),
    )


def complaints(found: Condition, limit: LagLimit) -> list[str]:
    """Say in words what was wrong with the generator; empty if it kept up."""
    said = []
    if found.lag_p99_us >= limit.us:
        said.append(f"schedule lag p99 {histograms.in_ms(found.lag_p99_us)}, {limit}")
    if found.cpu_share_max >= CPU_SHARE_MAX:
        said.append(f"a generator process used {found.cpu_share_max:.0%} of its core, limit {CPU_SHARE_MAX:.0%}")
    elif found.wanted_share_max >= CPU_SHARE_MAX:
        said.append(
            f"a generator process wanted {found.wanted_share_max:.0%} of a core, limit {CPU_SHARE_MAX:.0%}, and others"
            f" kept it from it: none got more than {found.cpu_share_max:.0%}"
        )
    return said
