"""A run over time in two lines for people: served a second, and the longest wait, a mark for some seconds.

Pure: a result in, lines out. The page has charts of the same.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

from loadtests.evidence.result import Result
from loadtests.openload import histograms

BARS: Final = " ▁▂▃▄▅▆▇█"
MARKS_MIN, MARKS_MAX = 5, 60
"""Fewer intervals are no course; more are drawn by the largest of neighbours."""


def lines(result: Result) -> Iterator[str]:
    """Yield the run over time in a line each, a mark for some seconds: served a second, and the longest wait."""
    series = result.report.series
    if len(series) < MARKS_MIN:
        return
    length_s = series[0].length_s  # the last may be a splinter, in which one visit would be a hundred a second
    rates = [one.completed / length_s for one in series]
    longest_ms = [histograms.maximum(one.pair().intended) / 1000 for one in series]
    shown = min(len(series), MARKS_MAX)
    yield f"{'over time':<12}{series[-1].end_s:.0f} s, the warm-up of {result.windows.warmup_s:g} s in it"
    for name, values, unit in (("completed", rates, "/s"), ("longest", longest_ms, " ms")):
        yield f"  {name:<10}{sparkline(values, shown)}  max {max(values):.4g}{unit}"


def sparkline(values: Sequence[float], width: int) -> str:
    """Draw values as one line of bars, the largest of neighbours where there are more than `width`.

    >>> sparkline([0, 1, 2, 4, 8], 5)
    ' ▁▂▄█'
    """
    top = max(values) or 1.0
    edges = [len(values) * mark // width for mark in range(width + 1)]
    peaks = (max(values[first:last]) for first, last in pairwise(edges))
    return "".join(BARS[round(peak / top * (len(BARS) - 1))] for peak in peaks)
