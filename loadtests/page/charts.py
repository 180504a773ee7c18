"""Charts as data: what is drawn over what, before anybody draws it; page.js is the one who does.

Pure. A value is None where nothing may be said. Names of charts, lines and axes are keys of words.toml.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from itertools import accumulate
from math import log10
from typing import Final, Literal

from hdrh.histogram import HdrHistogram
from msgspec import Struct

from loadtests.evidence.watch import EngineUse
from loadtests.openload import histograms
from loadtests.openload.histograms import WHOLE_E4
from loadtests.openload.intervals import Interval
from loadtests.openload.latencies import Pair
from loadtests.openload.verdict import Slo
from loadtests.page import windows
from loadtests.page.runs import Run
from loadtests.page.windows import Choice, Seen
from loadtests.workload.faults import Fault
from loadtests.workload.plan import Profile

Value = float | None
Look = Literal["line", "step", "dots", "area"]
Count = Callable[[Interval], int]
THROUGHPUT: Final[dict[str, Count]] = {"offered": lambda one: one.scheduled, "achieved": lambda one: one.completed}
OUTCOMES: Final[dict[str, Count]] = {
    "served": lambda one: max(one.completed - one.errors, 0),
    "errors": lambda one: one.errors,
    "dropped": lambda one: one.dropped,
}
"""What is counted a second, by the line that shows it."""
MILLISECOND_US: Final = 1000
MIB: Final = 1 << 20
LOOKS: Final[dict[str, Look]] = {"p50": "line", "p95": "line", "p99": "line", "max": "dots"}
"""How the figures of a run are drawn against its load."""
DARK: Final = 1
"""The colour of a line that is alone."""
NINES: Final = tuple(dict.fromkeys(WHOLE_E4 - round(WHOLE_E4 * 10 ** (-step / 20)) for step in range(81)))
"""Percentiles in 10^-4, evenly spaced in nines: twenty for each, from 0 to 99.99."""
STATED: Final = (("p50", histograms.P50), ("p95", histograms.P95), ("p99", histograms.P99))


class Line(Struct, frozen=True):
    """One series; `colour` is a place in the page's palette; the legend has it if it is `listed`."""

    name: str
    values: tuple[Value, ...]
    colour: int
    look: Look = "line"
    dashed: bool = False
    listed: bool = True


class Band(Struct, frozen=True):
    """A stretch of the x axis that is shaded: warm-up, drain, a fault, and what is left out around it."""

    name: str
    from_x: float
    to_x: float
    text: str = ""


class Rule(Struct, frozen=True):
    """A level of the y axis that was promised."""

    name: str
    at: float


class Chart(Struct, frozen=True, kw_only=True):
    """One picture. `stacked`: each area stands upon the one before. `log`: the y axis is logarithmic."""

    name: str
    x: tuple[float, ...]
    x_axis: str
    y_axis: str
    lines: tuple[Line, ...]
    bands: tuple[Band, ...] = ()
    rules: tuple[Rule, ...] = ()
    stacked: bool = False
    log: bool = False


def over_time(profile: Profile, run: Sequence[Seen]) -> tuple[Chart, ...]:
    """Return what the series of a run shows; nothing where it has none."""
    if not run:
        return ()
    last = run[-1].interval
    x = (*(one.interval.start_s for one in run), last.start_s + last.length_s)
    bands = tuple(_bands(profile, x[-1]))
    return (
        _latency("latency_due", x, bands, profile.slo, run, lambda pair: pair.intended),
        _latency("latency_service", x, bands, profile.slo, run, lambda pair: pair.sent),
        Chart(name="throughput", x=x, x_axis="seconds", y_axis="per_s", lines=_rates(run, THROUGHPUT), bands=bands),
        Chart(
            name="outcomes",
            x=x,
            x_axis="seconds",
            y_axis="per_s",
            lines=_rates(run, OUTCOMES, "area"),
            bands=bands,
            stacked=True,
        ),
        _in_flight(x, bands, run),
    )


def _bands(profile: Profile, end_s: float) -> Iterable[Band]:
    planned_s = profile.arrivals.duration_s
    if profile.warmup_s:
        yield Band("warmup", 0.0, min(profile.warmup_s, end_s))
    for fault in profile.faults:
        yield Band("fault", fault.at_s, fault.until_s, fault.text)
        if not fault.measured:
            yield from _left_out(fault)
    if end_s > planned_s:
        yield Band("drain", planned_s, end_s)


def _left_out(fault: Fault) -> Iterable[Band]:
    """Yield what is not measured besides the fault itself: who was due just before it, and until it has settled."""
    for from_x, to_x in ((fault.at_s - fault.lead_s, fault.at_s), (fault.until_s, fault.settled_s)):
        if to_x > from_x:
            yield Band("left_out", max(from_x, 0.0), to_x, fault.text)


def _latency(
    name: str, x: tuple[float, ...], bands: tuple[Band, ...], slo: Slo, run: Sequence[Seen], choice: Choice
) -> Chart:
    steps = (
        Line(figure, _held(_ms(windows.stepped(run, choice, p_e4))), colour, "step", dashed=figure == "p95")
        for colour, (figure, p_e4) in enumerate(STATED)
    )
    dots = Line("max", (*_ms(windows.maxima(run, choice)), None), len(STATED), "dots")
    return Chart(
        name=name, x=x, x_axis="seconds", y_axis="ms", lines=(dots, *steps), bands=bands, rules=promised(slo), log=True
    )


def promised(slo: Slo) -> tuple[Rule, ...]:
    """Return the SLO as levels in ms."""
    return Rule("slo_p95", slo.p95_ms), Rule("slo_p99", slo.p99_ms)


def _rates(run: Sequence[Seen], counts: Mapping[str, Count], look: Look = "step") -> tuple[Line, ...]:
    """Return counts a second; the last interval may be too short to say any."""
    shortest_s = run[0].interval.length_s / 2
    lines = (
        (
            name,
            [
                count(one.interval) / one.interval.length_s if one.interval.length_s > shortest_s else None
                for one in run
            ],
        )
        for name, count in counts.items()
    )
    return tuple(Line(name, _held(values), colour, look) for colour, (name, values) in enumerate(lines))


def _in_flight(x: tuple[float, ...], bands: tuple[Band, ...], run: Sequence[Seen]) -> Chart:
    under_way = accumulate(one.interval.sent - one.interval.completed for one in run)
    line = Line("in_flight", (0.0, *map(float, under_way)), DARK)
    return Chart(name="in_flight", x=x, x_axis="seconds", y_axis="count", lines=(line,), bands=bands)


def percentiles(served: Pair, slo: Slo) -> Chart:
    """Return the HDR percentile plot: nines along x, cut where too few samples lie beyond, the maximum as a dot."""
    count = served.intended.get_total_count()
    nines = [-log10(1 - p_e4 / WHOLE_E4) for p_e4 in NINES]
    end = log10(count) if count else 0.0
    shown = [place for place in nines if place < end]
    stated = sum(histograms.percentile(served.intended, p_e4) is not None for p_e4 in NINES)
    lines = (
        line
        for colour, (name, histogram) in enumerate((("due", served.intended), ("service", served.sent)))
        for line in _percentile_lines(name, histogram, len(shown), colour)
    )
    unstated = Band("unstated", nines[stated - 1] if stated else 0.0, end)
    return Chart(
        name="percentiles",
        x=(*shown, end),
        x_axis="percentile",
        y_axis="ms",
        lines=tuple(lines),
        bands=(unstated,),
        rules=promised(slo),
        log=True,
    )


def _percentile_lines(name: str, histogram: HdrHistogram, length: int, colour: int) -> Iterable[Line]:
    values = _ms(histograms.percentile(histogram, p_e4) for p_e4 in NINES[:length])
    yield Line(name, (*values, None), colour, dashed=colour > 0)
    yield Line(name, (*[None] * length, histograms.maximum(histogram) / MILLISECOND_US), colour, "dots", listed=False)


def _ms(values_us: Iterable[int | None]) -> list[Value]:
    return [None if value is None else value / MILLISECOND_US for value in values_us]


def _held(values: Sequence[Value]) -> tuple[Value, ...]:
    """Return values that last until the next one; the last until the end of the axis."""
    return (*values, values[-1] if values else None)


def over_load(runs: Sequence[Run], slo: Slo) -> tuple[Chart, ...]:
    """Return latency against the offered rate, by rising rate; nothing where fewer than two rates were offered."""
    rising = sorted(runs, key=lambda run: run.offered_per_s)
    if len(rising) < 2:  # noqa: PLR2004 - one rate is no curve
        return ()
    lines = (
        Line(figure, tuple(_ms(getattr(run, f"{figure}_us") for run in rising)), colour, look)
        for colour, (figure, look) in enumerate(LOOKS.items())
    )
    chart = Chart(
        name="load_curve",
        x=tuple(run.offered_per_s for run in rising),
        x_axis="offered_per_s",
        y_axis="ms",
        lines=tuple(lines),
        rules=promised(slo),
        log=True,
    )
    return (chart,)


def of_engine(profile: Profile, use: EngineUse | None) -> tuple[Chart, ...]:
    """Return what the engine used, sampled; nothing where nobody sampled it."""
    if use is None or not use.samples:
        return ()
    x = tuple(sample.at_s for sample in use.samples)
    bands = tuple(_bands(profile, x[-1]))
    samples = use.samples

    def chart(name: str, y_axis: str, **lines: Iterable[float]) -> Chart:
        drawn = tuple(Line(line, tuple(values), DARK + nth) for nth, (line, values) in enumerate(lines.items()))
        return Chart(name=name, x=x, x_axis="seconds", y_axis=y_axis, lines=drawn, bands=bands)

    return (
        chart("engine_cpu", "share", engine_cpu=(one.cpu_share for one in samples)),
        chart("engine_memory", "mib", rss=(one.rss_bytes / MIB for one in samples)),
        chart(
            "engine_queue",
            "count",
            queue_depth=(float(one.queue_depth) for one in samples),
            batch_mean=(one.batch_mean for one in samples),
        ),
        chart("engine_commit", "ms", commit_mean=(one.commit_mean_ms for one in samples)),
    )
