"""What the run measured: pictures, the same in figures, latencies, and other runs beside it.

Pure: facts in, HTML out. A chart is a place that page.js fills; beside it stands in words what it shows, for whoever
cannot see it.
"""

from collections.abc import Iterator
from typing import Final

from loadtests.evidence.stated import Stated
from loadtests.openload.figures import SINCE
from loadtests.page import figures
from loadtests.page.charts import Chart, Line
from loadtests.page.facts import Facts
from loadtests.page.figures import PERCENTILES, percentiles
from loadtests.page.markup import Figure, Markup, element, joined, table
from loadtests.page.runs import Run
from loadtests.page.windows import ROWS_MAX, Window
from loadtests.page.words import Words

LOAD_CURVE: Final = "load_curve"
OTHER: Final = "†"
"""The mark of a run that is of another workload than the page's."""
WINDOW_FIGURES: Final = ("p50", "p99", "max")
"""Figures of a window, counted from each of SINCE."""
EXPONENTS_FROM: Final = 1000
"""From here on three digits would be written with an exponent."""


def drawn(facts: Facts, say: Words) -> Markup:
    """Return the places of the charts, with what each shows in words."""
    charts = (chart for chart in facts.figures.charts if chart.name != LOAD_CURVE)
    return element("div", *(_figure(chart, say) for chart in charts), class_="charts")


def _figure(chart: Chart, say: Words) -> Markup:
    title, told = say(f"chart.{chart.name}"), alternative(chart, say)
    place = element("div", id=f"plot-{chart.name}", class_="plot", role="img", aria_label=f"{title}: {told}")
    note = element("p", say(f"chart.{_note(chart)}_note"), class_="note")
    caption = element("figcaption", title, note)
    return element("figure", caption, place, element("p", told, class_="alternative"), class_="chart")


def _note(chart: Chart) -> str:
    return "latency" if chart.name.startswith("latency") else chart.name


def alternative(chart: Chart, say: Words) -> str:
    """Return what a chart shows as a sentence: how low and how high each line goes."""
    told = dict.fromkeys(said for line in chart.lines if (said := _range(line, say)))
    unit = say(f"axis.{chart.y_axis}")
    return f"{'; '.join(told)} ({unit})" if told else say("uncertainty.too_small")


def _range(line: Line, say: Words) -> str:
    values = [value for value in line.values if value is not None]
    if not values:
        return say("chart.empty", line=say(f"line.{line.name}")) if line.listed else ""
    low, high = (_short(value) for value in (min(values), max(values)))
    key = "chart.maximum" if not line.listed else "chart.level" if low == high else "chart.range"
    return say(key, line=say(f"line.{line.name}"), low=low, high=high)


def _short(value: float) -> str:
    return f"{value:.3g}" if value < EXPONENTS_FROM else f"{value:.0f}"


def over_time(facts: Facts, say: Words) -> Markup:
    """Return the run in a few windows, the figures behind the charts."""
    if not facts.figures.windows:
        return element("p", say("window.none"))
    fates = ("scheduled", "completed", "late", "dropped", "errors")
    head = (
        say("window.seconds"),
        *(say(f"fate.{name}") for name in fates),
        *(say(f"latency.{since}_short", figure=say(f"line.{name}")) for since in SINCE for name in WINDOW_FIGURES),
    )
    rows = (
        (_stretch(row), *(getattr(row, name) for name in fates), *_window(row, say)) for row in facts.figures.windows
    )
    note = element("p", say("window.note", count=ROWS_MAX), class_="note")
    return joined((note, table(head, rows, "dense")))


def _stretch(row: Window) -> Figure:
    return Figure(f"{row.from_s:.0f}–{row.to_s:.0f}")


def _window(row: Window, say: Words) -> Iterator[Figure]:
    for since in SINCE:
        for figure in WINDOW_FIGURES:
            yield figures.latency(getattr(row, f"{since}_{figure}_us"), say)


def latencies(facts: Facts, say: Words) -> Markup:
    """Return the latency of everything that was measured."""
    head = (
        say("latency.what"),
        say("latency.outcome"),
        say("latency.since"),
        say("promise.n"),
        *PERCENTILES,
        say("latency.max"),
    )
    warmup = f"{facts.result.windows.warmup_s:g}"
    note = element("p", say(facts.worded("latency.note"), warmup=warmup), class_="note")
    return joined((note, table(head, (_latency(row, say) for row in facts.figures.latencies if row.count), "dense")))


def _latency(row: Stated, say: Words) -> tuple[object, ...]:
    stated = (figures.latency(value, say) for value in percentiles(row).values())
    named = row.since == SINCE[0]  # the row below is of the same
    return (
        figures.name(row.name, say) if named else "",
        say.known("end", row.outcome) if named else "",
        say(f"latency.{row.since}"),
        row.count,
        *stated,
        figures.latency(row.max_us, say),
    )


def platform(facts: Facts, say: Words) -> Markup:
    """Return how much of the replies' time was the platform's own, by its own word, and how much the network's."""
    head = [say("latency.what"), say("latency.outcome"), say("platform.part"), say("promise.n")]
    head += [say(f"line.{figure}") for figure in WINDOW_FIGURES]
    rows = (
        (
            figures.name(row.name, say),
            say.known("end", row.outcome),
            say(f"platform.{row.part}"),
            row.count,
            *(figures.latency(value, say) for value in (row.p50_us, row.p99_us, row.max_us)),
        )
        for row in facts.figures.platform
    )
    return joined((element("p", say("platform.note"), class_="note"), table(head, rows, "dense")))


def runs(facts: Facts, say: Words) -> Markup:
    """Return the runs side by side, by rising load, and what they show together."""
    head = [say(f"curve.{key}") for key in ("run", "offered", "achieved")] + [say("promise.n")]
    head += [say(f"line.{name}") for name in ("p50", "p95", "p99", "max")] + [say("curve.answer")]
    chart = (_figure(chart, say) for chart in facts.figures.charts if chart.name == LOAD_CURVE)
    rows = table(head, (_run(run, say) for run in facts.figures.runs), "dense")
    drawn = element("div", *chart, class_="wide")
    return joined((drawn, *_left_out(facts, say), rows, *_others(facts, say)))


def _left_out(facts: Facts, say: Words) -> Iterator[Markup]:
    """Yield why a step at which the generator was the limit is not drawn."""
    if any(run.answer == "bound" for run in facts.figures.runs):
        yield element("p", say("curve.left_out"), class_="note")


def _others(facts: Facts, say: Words) -> Iterator[Markup]:
    """Yield of each run that is of another workload why it is in no curve with the page's own."""
    for run in facts.figures.runs:
        if run.differs:
            what = say.listed([say.known("field", name) for name in run.differs])
            yield element("p", say("curve.other", mark=OTHER, run=run.run, what=what), class_="note")


def _run(run: Run, say: Words) -> tuple[object, ...]:
    stated = (figures.latency(value, say) for value in (run.p50_us, run.p95_us, run.p99_us, run.max_us))
    key = "curve.step" if run.attempt == 1 else "curve.step_again"
    name = say(key, rate=run.run, purpose=say(f"purpose.{run.purpose}")) if run.purpose else run.run
    name += f" {OTHER}" if run.differs else ""
    answer = say.known("held", run.answer) + (f" ({run.why})" if run.why else "")
    return (name, figures.rate(run.offered_per_s), figures.rate(run.achieved_per_s), run.n, *stated, answer)
