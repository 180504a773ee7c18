"""What peaks and faults make of a run's figures: how its backlog grew outside them, how long it took to recover. Pure.

A fault that goes on from the warm-up until the arrivals end does not pass: it is how that run is, and disturbs nothing.
A recorded trace and a closed loop plan no peak.
"""

from collections.abc import Sequence

from loadtests.openload import backlog
from loadtests.openload.backlog import Growth, Untold
from loadtests.openload.figures import Reading
from loadtests.openload.intervals import Interval
from loadtests.openload.recovery import Promise, recovery
from loadtests.workload import faults
from loadtests.workload.faults import Fault
from loadtests.workload.plan import Profile


def backlog_of(profile: Profile, series: Sequence[Interval]) -> tuple[Growth | None, Untold | None]:
    """Return the growth of a run's backlog; or why there is none."""
    if profile.model == "closed":
        return None, Untold.CLOSED
    seen = series, profile.arrivals.segments, profile.warmup_s
    disturbed = [one.aftermath for one in _passing(profile)]
    grown = backlog.growth(*seen, promised_s=profile.slo.p95_ms / 1000, disturbed=disturbed)
    return grown, None if grown else backlog.untold(*seen)


def recovery_of(profile: Profile, series: Sequence[Interval], arrived_s: float) -> Reading:
    """Return how long the SLO was missed after a peak or a fault, in s; `arrived_s` is for how long arrivals came."""
    planned = profile.model == "open" and profile.arrivals.trace is None
    return recovery(
        series,
        profile.arrivals.segments if planned else (),
        Promise(profile.slo.p95_ms, profile.slo.error_share_max),
        arrived_s=arrived_s,
        faults=[one.span for one in _passing(profile)],
    )


def _passing(profile: Profile) -> tuple[Fault, ...]:
    return faults.passing(profile.faults, profile.warmup_s, profile.arrivals.duration_s)
