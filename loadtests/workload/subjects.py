"""What a threshold or a comparison may name in a run of ours: its flows, their messages, and the CPU of both sides.

`served` is every visit that settled, a flow its visits that ended well, a message every approved one of it, and
FLOW/MESSAGE the approved ones within that flow. `load` and `engine` are CPU, divided by the visits that it served.
"""

from collections.abc import Iterable, Iterator
from typing import Final

from loadtests.openload.figures import SERVED as EVERYBODY_SERVED
from loadtests.openload.histograms import blank
from loadtests.openload.latencies import Latencies, Pair
from settlement.wire.codes import KINDS
from terminals.kernel.outcome import APPROVED
from terminals.kernel.outcome import Result as End

SERVED: Final = ("pharmacy", "outpatient", "inpatient")
"""Flows that a settlement ends: their latency is what an SLO is about."""
FLOWS: Final = (*SERVED, "sign_on")
NAMES: Final = (EVERYBODY_SERVED, *FLOWS, *KINDS, *(f"{flow}/{infno}" for flow in FLOWS for infno in KINDS))
"""Everything that may have latencies."""
WELL: Final = frozenset({End.SETTLED, End.DONE, APPROVED})
"""How what is named ends; errors are never mixed into its latency."""
MILLISECONDS: Final = 1000


def latencies_by_subject(latencies: Latencies) -> dict[str, Pair]:
    """Return the latencies of everything that ended well at least once, and of all that was served."""
    subjects: dict[str, Pair] = {EVERYBODY_SERVED: latencies.over(SERVED, End.SETTLED)}
    for (name, step, outcome), pair in latencies.items().items():
        if outcome in WELL:
            merged = subjects.setdefault(f"{name}/{step}" if step else name, Pair(blank(), blank()))
            merged.intended.add(pair.intended)
            merged.sent.add(pair.sent)
    return subjects


def cpu_by_subject(
    *, load: Iterable[float], engine: Iterable[float], arrived_s: float, visits: int
) -> dict[str, float]:
    """Return the CPU of a visit in ms: of all load processes together, of the engine by the mean of its samples.

    `load` and `engine` are shares of one core; what nobody measured, or nobody was served with, is left out.
    """
    return dict(_cpu(list(load), list(engine), arrived_s, visits))


def _cpu(load: list[float], engine: list[float], arrived_s: float, visits: int) -> Iterator[tuple[str, float]]:
    if visits and load:
        yield "load", sum(load) * arrived_s / visits * MILLISECONDS
    if visits and any(engine):  # an engine that tells no CPU is sampled as 0
        yield "engine", sum(engine) / len(engine) * arrived_s / visits * MILLISECONDS
