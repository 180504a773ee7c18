"""Who will be measured of a run that has not begun: whether anybody, how many, and which promises that is too few for.

Expected are arrivals, all of them served: a run has fewer samples, never more. What a run meets so often that nobody
can say beforehand (a message that is no settlement), or a closed loop, is left out. Pure; times are seconds.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import pairwise
from math import ceil
from random import Random
from typing import Final

from loadtests.openload.arrivals import ArrivalPlan
from loadtests.openload.figures import CPU, SERVED
from loadtests.openload.histograms import BEYOND_MIN, WHOLE_E4
from loadtests.openload.rates import Segment
from loadtests.openload.thresholds import Threshold
from loadtests.workload import faults as going_wrong
from loadtests.workload.faults import Fault
from terminals.patients import Mix

SETTLEMENTS: Final = {"pharmacy": "2102", "outpatient": "2207", "inpatient": "2304", "sign_on": "9001"}
"""By flow, the message that each of its visits sends once."""


def nobody(arrivals: ArrivalPlan, seed: int, warmup_s: float, faults: Sequence[Fault], model: str = "open") -> str:
    """Say why a run would measure nobody; "" if somebody is due, by its seed, where it is measured."""
    lasts_s = arrivals.duration_s
    if warmup_s >= lasts_s:
        return f"the warm-up lasts {warmup_s:g} s, and arrivals come for {lasts_s:g} s: nobody is measured"
    if not windows(lasts_s, warmup_s, faults):
        return f"warm-up and faults that are not measured cover the {lasts_s:g} s of the arrivals: nobody is measured"
    if model == "closed":
        return ""  # nobody is due: who comes is up to the terminals
    dues = arrivals.due_times(Random(seed))  # noqa: S311 - the seeded arrivals
    if any(due_s >= warmup_s and going_wrong.measured(faults, due_s) for due_s in dues):
        return ""
    return f"by seed {seed} nobody of {arrivals.text} is due where it is measured: let them come for longer"


def windows(lasts_s: float, warmup_s: float, faults: Sequence[Fault]) -> list[tuple[float, float]]:
    """Return from when until when somebody who is due is measured."""
    unmeasured = [one for one in faults if not one.measured]
    edges = {warmup_s, lasts_s, *(edge for one in unmeasured for edge in (one.at_s - one.lead_s, one.settled_s))}
    within = sorted(edge for edge in edges if warmup_s <= edge <= lasts_s)
    return [(from_s, until_s) for from_s, until_s in pairwise(within) if going_wrong.measured(faults, from_s)]


def expected(
    arrivals: ArrivalPlan, warmup_s: float, faults: Sequence[Fault], mix: Mix, sign_ons: int = 0
) -> dict[str, int]:
    """Return how many samples each subject of a threshold can have; `sign_ons` are those of a storm."""
    measured = windows(arrivals.duration_s, warmup_s, faults)
    due = sum(_area(arrivals.segments, until_s) - _area(arrivals.segments, from_s) for from_s, until_s in measured)
    hospital = due * (1 - mix.pharmacy)
    flows = {
        "pharmacy": due * mix.pharmacy,
        "outpatient": hospital * (1 - mix.inpatient),
        "inpatient": hospital * mix.inpatient,
        "sign_on": sign_ons,
    }
    samples = {SERVED: due, **flows}
    for flow, infno in SETTLEMENTS.items():
        samples |= {infno: flows[flow], f"{flow}/{infno}": flows[flow]}
    return {name: round(count) for name, count in samples.items()}


def _area(segments: Iterable[Segment], until_s: float) -> float:
    """Return how many arrivals are due before a second."""
    whole = 0.0
    for segment in segments:
        inside_s = min(max(until_s, 0.0), segment.duration_s)
        slope = (segment.rate_to - segment.rate_from) / segment.duration_s
        whole += segment.rate_from * inside_s + slope * inside_s**2 / 2
        until_s -= segment.duration_s
    return whole


def needed(promise: Threshold) -> int:
    """Return how many samples a promise needs to be judged; 0 for what is no latency.

    >>> needed(Threshold(of="served", figure="p95", at_most=50))
    2000
    """
    if promise.percentile_e4 is not None:
        return ceil(BEYOND_MIN * WHOLE_E4 / (WHOLE_E4 - promise.percentile_e4))
    return int(promise.unit == "ms" and promise.figure != CPU)


def too_few(promises: Iterable[Threshold], samples: Mapping[str, int]) -> Iterator[str]:
    """Say of each promise that can never be judged with so many samples how many it needs."""
    for promise in promises:
        count, least = samples.get(promise.of), needed(promise)
        if count is not None and count < least:
            so = ", and is required: the run will fail" if promise.required else ""
            yield f"{promise} cannot be judged: it needs {least} samples, and about {count} are expected{so}"
