"""Everything that the page says in figures, computed once, by the functions that the terminal's report uses.

Pure: results in, one value out, which the page also carries as JSON, so that anybody can compare. No words, no HTML.
"""

from collections.abc import Iterator, Sequence
from typing import Literal, NamedTuple

from msgspec import Struct

from loadtests.evidence.result import Result
from loadtests.evidence.stated import WHOLE, Stated, stated
from loadtests.openload import histograms
from loadtests.openload.backlog import Growth, Untold
from loadtests.openload.figures import Measured
from loadtests.openload.thresholds import Threshold
from loadtests.openload.verdict import Verdict
from loadtests.page import charts, windows
from loadtests.page.charts import Chart
from loadtests.page.runs import Run, Spread, run_of, same_workload, spread, step_of, unlike
from loadtests.page.windows import Window
from loadtests.series.capacity import Curve
from loadtests.workload.plan import Profile
from loadtests.workload.subjects import SERVED
from terminals.kernel.outcome import APPROVED
from terminals.kernel.outcome import Result as End

PartName = Literal["platform", "network"]


class Promise(Struct, frozen=True):
    """One bound and what was found: None where nothing was measured, not `stated` where n is too small for it.

    `above` is the share of the samples over a bound that a percentile breaks; None of any other. `least`: the
    value may have been more, and nobody saw it.
    """

    bound: str
    value: float | None
    stated: bool
    n: int
    ok: bool | None
    above: float | None = None
    least: bool = False


class Part(Struct, frozen=True):
    """A platform's own time for its replies to a message, or the rest, by percentile in us; None: n too small."""

    name: str
    outcome: str
    part: PartName
    count: int
    p50_us: int | None
    p99_us: int | None
    max_us: int


class Capacity(Struct, frozen=True, kw_only=True):
    """What a search for a capacity found, in visits a second.

    `held` is how often its rate was, `repeats` of how many were asked for to confirm it; `missed` is the least rate
    above it that the service missed, `bound` that of the step which ended the search since the generator was its limit.
    """

    name: str
    scenario: str
    answer: str
    exit_code: int
    rate: float | None
    held: int
    repeats: int
    confirmed: bool
    missed: float | None
    bound: float | None
    not_judged: tuple[str, ...] = ()


class Figures(Struct, frozen=True, kw_only=True):
    """The figures of the page."""

    run: str
    answer: str
    exit_code: int | None
    offered_per_s: float
    achieved_per_s: float
    errors: int
    unfinished: int
    promises: tuple[Promise, ...]
    growth: Growth | None
    """The backlog's; None where it cannot be told, and then `untold` says why."""
    untold: Untold | None
    latencies: tuple[Stated, ...]
    platform: tuple[Part, ...]
    windows: tuple[Window, ...]
    capacity: Capacity | None
    runs: tuple[Run, ...]
    spread: tuple[Spread, ...]
    charts: tuple[Chart, ...]


class Facts(NamedTuple):
    """What the page is made of: the result it is about, and its figures."""

    result: Result
    figures: Figures

    def worded(self, key: str) -> str:
        """Return the key of words about due times, which in a closed run are others: nobody was due."""
        return key if self.result.profile.model == "open" else f"{key}_closed"

    @property
    def served(self) -> Stated:
        """Return what an SLO is about: every measured visit that settled, from its due time."""
        return next(row for row in self.figures.latencies if row.name == WHOLE and row.since == "due")


def facts(result: Result, others: Sequence[Result] = (), curve: Curve | None = None) -> Facts:
    """Return the facts of one result.

    `others` are repeats of it, or the same service under other loads; `curve` is a search that it is a step of.
    """
    decoded = windows.seen(result.report.series)
    served = result.served()
    runs, repeats = _beside(result, others, curve)
    alike = [run for run in runs if not run.differs and run.answer != "bound"]  # such a step is not of the service
    measured = result.measured()
    figures = Figures(
        run=result.profile.run,
        answer="" if result.verdict is None else result.verdict.answer.value,
        exit_code=None if result.verdict is None else result.verdict.exit_code,
        offered_per_s=result.offered_per_s,
        achieved_per_s=result.achieved_per_s,
        errors=result.report.errors,
        unfinished=result.report.arrivals.unfinished,
        promises=tuple(_promises(result, measured)),
        growth=measured.growth,
        untold=measured.untold,
        latencies=_latencies(result),
        platform=tuple(_platform(result)),
        windows=windows.table(decoded),
        capacity=None if curve is None else _capacity(curve),
        runs=runs,
        spread=spread(repeats),
        charts=(
            *charts.over_time(result.profile, decoded),
            charts.percentiles(served, result.profile.slo),
            *charts.of_engine(result.profile, result.engine),
            *(charts.over_load(alike, result.profile.slo) if len(repeats) < len(alike) else ()),
        ),
    )
    return Facts(result, figures)


def _beside(result: Result, others: Sequence[Result], curve: Curve | None) -> tuple[tuple[Run, ...], tuple[Run, ...]]:
    """Return the runs that stand beside one another, by rising load, and those that repeat one workload."""
    if curve is not None:  # a step's tries stand together, in their order: each offered a little more or less
        rising = sorted(curve.points, key=lambda point: point.rate)
        return tuple(map(step_of, rising)), tuple(map(step_of, curve.repeats))
    every = (result, *others) if others else ()
    steps = [run_of(one, unlike(one, result)) for one in every]
    repeats = tuple(run_of(one) for one in every if same_workload(one, result))
    return tuple(sorted(steps, key=lambda run: (run.offered_per_s, run.run))), repeats


def _capacity(curve: Curve) -> Capacity:
    return Capacity(
        name=curve.name,
        scenario=curve.scenario,
        answer=curve.answer,
        exit_code=curve.exit_code,
        rate=curve.capacity,
        held=len(curve.held),
        repeats=curve.confirmations,
        confirmed=curve.confirmed_enough,
        missed=None if curve.missed is None else curve.missed.rate,
        bound=None if curve.stuck is None else curve.stuck.rate,
        not_judged=curve.not_judged,
    )


def _promises(result: Result, measured: Measured) -> Iterator[Promise]:
    """Yield what the SLO and the run's own thresholds asked, answered as the verdict answered them."""
    answers = _answers(result.verdict)
    for threshold in bounds(result.profile):
        reading, bound = measured.read(threshold), str(threshold)
        least = bool(reading.lacking) and reading.value is not None
        above = _above(threshold, measured)
        yield Promise(bound, reading.value, reading.stated, reading.n, answers.get(bound), above, least)


def _above(threshold: Threshold, measured: Measured) -> float | None:
    """Return which share lies above a percentile's bound, where that is more than the percentile leaves to it."""
    reading, bound = measured.read(threshold), threshold.at_most
    if threshold.percentile_e4 is None or bound is None or reading.value is None or reading.value <= bound:
        return None
    pair = measured.latencies[threshold.of]
    return histograms.above(pair.intended if threshold.since == "due" else pair.sent, bound * 1000) / reading.n


def bounds(profile: Profile) -> tuple[Threshold, ...]:
    """Return everything that a run had to keep, in the order in which it was judged."""
    return (*profile.slo.thresholds, *profile.thresholds)


def _answers(verdict: Verdict | None) -> dict[str, bool | None]:
    return {} if verdict is None else {check.name: check.ok for check in verdict.checks}


def _latencies(result: Result) -> tuple[Stated, ...]:
    """Return everybody served, each flow by its end, and each message that was approved."""
    rows = [row for row in stated(result.latencies()) if not row.step]
    whole = [row for row in rows if row.name == WHOLE]
    flows = [row for row in rows if row.name != WHOLE and not row.name.isdecimal()]
    messages = [row for row in rows if row.name.isdecimal() and row.outcome == APPROVED]
    return (*whole, *sorted(flows, key=_in_order), *messages)


def _in_order(row: Stated) -> tuple[bool, str, bool, str]:
    """Return where a flow's end stands: what is served first, and of each flow what went well."""
    return row.name not in SERVED, row.name, row.outcome != End.SETTLED, row.outcome


def _platform(result: Result) -> Iterator[Part]:
    """Yield how a platform that is not ours splits its replies' time, by its own word, and the rest."""
    for one in result.report.platform:
        parts: tuple[tuple[PartName, str], ...] = ("platform", one.platform), ("network", one.network)
        for part, encoded in parts:
            histogram = histograms.decode(encoded)
            p50, p99 = (histograms.percentile(histogram, p_e4) for p_e4 in (histograms.P50, histograms.P99))
            yield Part(one.infno, one.outcome, part, one.count, p50, p99, histograms.maximum(histogram))
