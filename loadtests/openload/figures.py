"""One figure of a run and its name: how it is written, what its unit is, and what a run says to it.

    served p99           a percentile in ms from the due time: p50 .. p99.99, also max, mean and count
    2102 p99 sent        the same from the actual start; what has latencies is the caller's to name
    errors share         of the measured; also of the scheduled dropped and achieved (completed), of the sent late
    achieved rate        who ended while arrivals came, a second of them; also offered
    load cpu             ms of CPU a completed visit; also engine
    engine memory        the most that was resident, in MiB
    engine memory_growth MiB an hour while arrivals came
    recovery time        s from the end of a peak or a fault until the SLO is kept again, and kept on

Thresholds bound figures and comparisons compare them: both read them here. Pure.
"""

import re
from collections.abc import Collection, Mapping
from typing import Final, Literal, NamedTuple

from msgspec import Struct

from loadtests.openload import histograms
from loadtests.openload.backlog import Growth, Untold
from loadtests.openload.latencies import Pair
from loadtests.openload.names import nearest
from loadtests.openload.outcomes import Arrivals


class Name(NamedTuple):
    """A figure of which there is one alone."""

    of: str
    figure: str


SERVED: Final = "served"
"""Every measured visit that was served: what an SLO is about."""
CPU: Final = "cpu"
MEMORY: Final = Name("engine", "memory")
MEMORY_GROWTH: Final = Name("engine", "memory_growth")
RECOVERY: Final = Name("recovery", "time")
ALONE: Final = (MEMORY, MEMORY_GROWTH, RECOVERY)
SINCE: Final = ("due", "sent")
SUBJECTS: Final = {
    "errors": ("share", "count"),
    "dropped": ("share", "count"),
    "late": ("share", "count"),
    "scheduled": ("count",),
    "sent": ("count",),
    "completed": ("count",),
    "offered": ("rate",),
    "achieved": ("rate", "share"),
    "load": (CPU,),
    "engine": (CPU, MEMORY.figure, MEMORY_GROWTH.figure),
    RECOVERY.of: (RECOVERY.figure,),
}
"""What may be asked of the arrivals, of CPU, memory and recovery; every other subject has latencies."""
OF_LATENCIES: Final = ("max", "mean", "count")
EXAMPLES: Final = "served p99, 2102 p99 sent, errors share, achieved rate or load cpu"

_PERCENTILE: Final = re.compile(r"p(\d{1,2}(?:\.\d{1,2})?)")
_UNITS: Final = {
    "share": "share",
    "rate": "rate",
    "count": "count",
    MEMORY.figure: "MiB",
    MEMORY_GROWTH.figure: "MiB/h",
    RECOVERY.figure: "s",
}


class FigureError(ValueError):
    """A text that names no figure; one sentence that says what is near."""


class Figure(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """`figure` of what `of` names; latencies are counted `since` the due time or the sending."""

    of: str
    figure: str
    since: Literal["due", "sent"] = "due"

    @property
    def name(self) -> str:
        """Return the text form."""
        return f"{self.of} {self.figure}" + (" sent" if self.since == "sent" else "")

    @property
    def unit(self) -> str:
        """Return the unit of its values: ms, share, rate (a second), count, MiB, MiB/h or s."""
        return _UNITS.get(self.figure, "ms")

    @property
    def percentile_e4(self) -> int | None:
        """Return which percentile it is, in 10^-4; None where it is none."""
        match = _PERCENTILE.fullmatch(self.figure)
        return round(float(match[1]) * 100) if match else None

    def show(self, value: float) -> str:
        """Write a value of it for a person."""
        if self.unit == "ms":
            return histograms.in_ms(round(value * 1000))
        shown = {"share": f"{value * 100:.4g}%", "rate": f"{value:.1f}/s", "count": f"{value:.0f}"}
        return shown.get(self.unit) or f"{value:.4g} {self.unit}"


class Reading(NamedTuple):
    """What a run says to a figure: None where nothing was measured; not `stated` where `n` is too small for it.

    `lacking` says what it lacked where it is neither of these; a value that is not stated is then the least it may be.
    """

    value: float | None
    stated: bool
    n: int
    lacking: str = ""


NOTHING: Final = Reading(None, stated=False, n=0, lacking="nothing was measured")


class Measured(NamedTuple):
    """Everything a figure may be of: fates, errors, latencies by subject, CPU in ms a visit by whose it is, others."""

    arrivals: Arrivals
    errors: int
    latencies: Mapping[str, Pair]
    arrived_s: float
    cpu_ms: Mapping[str, float] = {}
    errors_of: int | None = None
    """Of how many arrivals the errors are; None: of all that were scheduled."""
    achieved: int = 0
    """Who ended while arrivals came."""
    growth: Growth | None = None
    """The backlog's; None where it cannot be told."""
    untold: Untold | None = None
    """Why it cannot."""
    alone: Mapping[Name, Reading] = {}
    """Figures of which there is one alone."""

    def read(self, asked: Figure) -> Reading:
        """Return the value of a figure in its unit."""
        if asked.figure == CPU:
            used_ms = self.cpu_ms.get(asked.of)
            return NOTHING if used_ms is None else Reading(used_ms, stated=True, n=self.arrivals.completed)
        name = Name(asked.of, asked.figure)
        if name in ALONE:
            return self.alone.get(name, NOTHING)
        if asked.of in SUBJECTS:
            return self._fate(asked)
        pair = self.latencies.get(asked.of)
        return NOTHING if pair is None else _latency(pair, asked)

    def _fate(self, asked: Figure) -> Reading:
        fates = self.arrivals
        count, whole = {
            "errors": (self.errors, fates.scheduled if self.errors_of is None else self.errors_of),
            "dropped": (fates.dropped, fates.scheduled),
            "late": (fates.late, fates.sent),
            "offered": (fates.scheduled, fates.scheduled),
            "achieved": (fates.completed, fates.scheduled),
        }.get(asked.of) or (getattr(fates, asked.of), fates.scheduled)
        if asked.figure == "count":
            return Reading(count, stated=True, n=whole)
        if asked.figure == "share":
            return Reading(count / whole, stated=True, n=whole) if whole else NOTHING
        in_time = self.achieved if asked.of == "achieved" else count
        return Reading(in_time / self.arrived_s, stated=True, n=whole) if self.arrived_s else NOTHING


def _latency(pair: Pair, asked: Figure) -> Reading:
    histogram = pair.intended if asked.since == "due" else pair.sent
    count = int(histogram.get_total_count())
    p_e4 = asked.percentile_e4
    if asked.figure == "count":
        return Reading(count, stated=True, n=count)
    if not count:
        return NOTHING
    if p_e4 is not None:
        stated = histograms.percentile(histogram, p_e4) is not None
        return Reading(histograms.estimate(histogram, p_e4) / 1000, stated, count)
    us = histograms.maximum(histogram) if asked.figure == "max" else histogram.get_mean_value()
    return Reading(us / 1000, stated=True, n=count)


def parse_figure(text: str, names: Collection[str] | None = None) -> Figure:
    """Read a figure's name; `names` are what has latencies, any where there is None. Raise FigureError.

    >>> parse_figure("2102 p99 sent")
    Figure(of='2102', figure='p99', since='sent')
    """
    words = text.split()
    since = words.pop() if len(words) == len(Figure.__struct_fields__) else SINCE[0]
    if len(words) != len(Figure.__struct_fields__) - 1:
        raise FigureError(f"{text!r} is no figure of a run; expected two or three words as in {EXAMPLES}")
    of, figure = words
    _known(of, figure, names)
    if since not in SINCE or (since == "sent" and of in SUBJECTS):
        raise FigureError(f"{text!r}: latencies are counted since due or since sent, and nothing else is")
    return Figure(of=of, figure=figure, since="sent" if since == "sent" else "due")


def _known(of: str, figure: str, names: Collection[str] | None) -> None:
    """Refuse a subject or a figure that no run has, with the nearest."""
    if of not in SUBJECTS and names is not None and of not in names:
        every = (*SUBJECTS, *names)
        near = nearest(of, every)
        alone = ", ".join(name for name in every if "/" not in name)  # FLOW/MESSAGE follows from the two
        raise FigureError(f"nothing is called {of!r}; " + (f"is {near!r} meant?" if near else f"there are {alone}"))
    having = SUBJECTS.get(of, OF_LATENCIES)
    if figure in having or (of not in SUBJECTS and _PERCENTILE.fullmatch(figure) and float(figure[1:])):
        return
    also = "" if of in SUBJECTS else " and p50, p95, p99, p99.9 ..."
    near = nearest(figure, having if of in SUBJECTS else (*having, "p50", "p90", "p95", "p99", "p99.9"))
    meant = f"; is {near!r} meant?" if near else "."
    raise FigureError(f"{of} has no {figure!r}{meant} It has {', '.join(having)}{also}")
