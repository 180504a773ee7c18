"""A capacity in words: one sentence that answers, what confirms it, and the table of latency against load.

Pure: a curve in, lines out. A percentile without a hundred samples beyond it is not written, the maximum always is.
"""

from collections.abc import Iterator
from math import ceil
from statistics import fmean
from typing import Final

from loadtests.openload.histograms import BEYOND_MIN, P99, WHOLE_E4, in_ms
from loadtests.series.capacity import Curve, Point
from loadtests.series.latency import Latency
from loadtests.series.search import CLIFF, PRECISION, RATE_MAX, RATE_MIN, Step

COLUMNS: Final = (
    ("visits/s", 10), ("for", 14), ("achieved", 10), ("n", 9), ("p50", 13), ("p95", 13), ("p99", 13), ("max", 11),
    ("service p99", 13), ("load CPU", 10), ("engine CPU", 12), ("ended", 8),
)  # fmt: skip
PURPOSES: Final = {"climb": "step", "narrow": "bisect", "confirm": "repeat", "cliff": "+10 %"}
AGAIN: Final = " again"
"""Of a step whose last try the generator bound."""
P99_NEEDS: Final = BEYOND_MIN * WHOLE_E4 // (WHOLE_E4 - P99)


def lines(curve: Curve) -> Iterator[str]:
    """Yield the whole report."""
    yield sentence(curve)
    if curve.confirmed is not None and curve.answer == "found":
        yield f"  over its {len(curve.repeats)} repeats together: {_latency(curve.confirmed)}"
        fewest = min(point.latency.n for point in curve.repeats)
        if fewest < P99_NEEDS:
            enough_s = ceil(curve.step_s * P99_NEEDS / max(fewest, 1))
            yield f"  p99 needs {P99_NEEDS} visits in each: --step-s {enough_s} has them"
    yield ""
    if curve.machine is not None:
        machine = curve.machine
        yield f"latency from the due time against load: {machine.sharing}; {machine.cores} cores, {machine.cpu}"
    if curve.security:
        yield f"  security on ({', '.join(curve.security)})"
    yield from (f"  changed for these runs: {line}" for line in curve.changed)
    yield "".join(f"{name:>{width}}" for name, width in COLUMNS)
    for point in sorted(curve.points, key=lambda one: one.rate):
        yield row(point)


def sentence(curve: Curve) -> str:
    """Return the answer in a sentence."""
    return (_none(curve) if curve.capacity is None else _some(curve, curve.capacity)) + _without(curve)


def _some(curve: Curve, rate: float) -> str:
    """Return what is known of the highest rate that was held."""
    missed, at_least = curve.missed, f"at least {rate:g} visits/s{_also(curve)}"
    match curve.answer:
        case "found":
            held = sum(point.outcome == "held" for point in curve.repeats)
            return (
                f"capacity {rate:g} visits/s{_also(curve)}: held {held} of {len(curve.repeats)} times,"
                f" within {PRECISION:.0%}; {CLIFF - 1:+.0%} is missed: {_said(_cliff(curve))}"
            )
        case "between" if missed is not None:
            return f"between {rate:g} and {missed.rate:g} visits/s: {_noise(curve)}{_often(curve)}"
        case "at least":
            return f"{at_least}: the generator is the limit at {_said(curve.stuck)}{_tries(curve.stuck)}{_often(curve)}"
    return f"{at_least}: ended early{_often(curve)}"


def _none(curve: Curve) -> str:
    """Return why there is no rate that was held."""
    match curve.answer:
        case "below":
            return f"no capacity: nothing was held down to {RATE_MIN:g} visits/s; {_said(curve.missed)}"
        case "between":
            return f"no capacity: nothing was held; {_noise(curve)}"
        case "unsteady":
            return (
                f"no capacity: unsteady, no rate was held {curve.confirmations} times in a row with none missed"
                f" below it; the lowest missed is {_said(curve.missed)}"
            )
        case "at least":
            return f"no capacity: the generator is the limit already at {_said(curve.stuck)}{_tries(curve.stuck)}"
    return "no capacity: ended before any rate was held"


def row(point: Point) -> str:
    """Return one line of the table, with why a step was not held."""
    latency = point.latency
    engine = "-" if point.engine_cpu_share is None else f"{point.engine_cpu_share:.0%}"
    cells = (
        f"{point.rate:g}", named(point), f"{point.achieved_per_s:.1f}", str(latency.n),
        in_ms(latency.p50_us), in_ms(latency.p95_us), in_ms(latency.p99_us), in_ms(latency.max_us),
        in_ms(latency.service_p99_us), f"{point.load_cpu_share:.0%}", engine, point.outcome,
    )  # fmt: skip
    written = "".join(f"{cell:>{width}}" for cell, (_, width) in zip(cells, COLUMNS, strict=True))
    return f"{written}  {point.why}".rstrip()


def named(step: Step | Point) -> str:
    """Return what a step is for, and whether it is another try."""
    return PURPOSES[step.purpose] + AGAIN * (step.attempt > 1)


def _also(curve: Curve) -> str:
    """Say the same rate in settlements and messages, as the runs that held it had them."""
    settlements = fmean(point.settlements_per_s for point in curve.held)
    messages = fmean(point.messages_per_s for point in curve.held)
    return f" ({settlements:.0f} settlements/s, {messages:.0f} messages/s)"


def _often(curve: Curve) -> str:
    """Say of a lower bound how often it was held, where that does not confirm it."""
    times = len(curve.held)
    often = "once" if times == 1 else f"{times} times"
    return f"; {curve.capacity:g} was held {often}, {'confirmed' if curve.confirmed_enough else 'not confirmed'}"


def _noise(curve: Curve) -> str:
    """Say of a step that could not be judged why that is no limit of the generator's, and what was missed above."""
    assert curve.stuck is not None, curve.answer
    return (
        f"the step at {curve.stuck.rate:g}/s was bound by the generator{_tries(curve.stuck)}, which drove"
        f" {_driven(curve):g}/s well ({curve.stuck.why}); missed at {_said(curve.missed)}"
    )


def _tries(stuck: Point | None) -> str:
    return f" ({stuck.attempt} tries)" if stuck is not None and stuck.attempt > 1 else ""


def _driven(curve: Curve) -> float:
    """Return the highest rate at which the generator kept up."""
    return max(point.rate for point in curve.points if point.outcome != "bound")


def _without(curve: Curve) -> str:
    """Say which promises its steps were too short for."""
    return "".join(f"; {said}" for said in curve.not_judged)


def _cliff(curve: Curve) -> Point | None:
    cliffs = [point for point in curve.points if point.outcome == "missed" and point.purpose == "cliff"]
    return cliffs[-1] if cliffs else None


def _said(point: Point | None) -> str:
    return f"{RATE_MAX:g}/s, the most that may be asked" if point is None else f"{point.rate:g}/s: {point.why}"


def _latency(latency: Latency) -> str:
    figures = (("p50", latency.p50_us), ("p95", latency.p95_us), ("p99", latency.p99_us), ("p99.9", latency.p999_us))
    stated = ", ".join(f"{name} {in_ms(us)}" for name, us in (*figures, ("max", latency.max_us)))
    return f"n {latency.n}, {stated}"
