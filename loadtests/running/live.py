"""What a run looks like while it runs: a small file, replaced every second, for whoever shows it.

Its percentiles are estimates over few samples, marked as such by whoever prints them; a result's are not taken from
here.
"""

from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

from loadtests.evidence.result import replace
from loadtests.evidence.testimony import Report
from loadtests.evidence.watch import EngineSample
from loadtests.openload import histograms
from loadtests.openload.latencies import Latencies
from loadtests.openload.outcomes import Arrivals, Counts
from loadtests.workload.faults import Fault, going_on
from loadtests.workload.subjects import SERVED
from terminals.kernel.outcome import Result as End


class Live(Struct, frozen=True):
    """The state of a run; latencies of settled visits in us from the intended start."""

    elapsed_s: float
    planned_s: float
    arrivals: Arrivals
    visits: Counts
    events: dict[str, int]
    served: int
    p50_us: int
    p99_us: int
    p99_stated: bool
    metrics_port: int
    finished: bool
    going_on: tuple[str, ...] = ()
    """The faults that go on, in words."""
    engine: EngineSample | None = None


def live(
    report: Report,
    *,
    planned_s: float,
    metrics_port: int,
    faults: Iterable[Fault] = (),
    engine: EngineSample | None = None,
) -> Live:
    """Summarize a report."""
    latencies = Latencies()
    latencies.add(one for one in report.latencies if one.name in SERVED and one.outcome == End.SETTLED)
    intended = latencies.over(SERVED, End.SETTLED).intended
    return Live(
        elapsed_s=report.elapsed_s,
        planned_s=planned_s,
        arrivals=report.arrivals,
        visits=report.visits,
        events=report.events,
        served=int(intended.get_total_count()),
        p50_us=histograms.estimate(intended, histograms.P50),
        p99_us=histograms.estimate(intended, histograms.P99),
        p99_stated=histograms.percentile(intended, histograms.P99) is not None,
        metrics_port=metrics_port,
        finished=report.finished,
        going_on=going_on(faults, report.elapsed_s),
        engine=engine,
    )


def write(state: Live, path: Path) -> None:
    """Replace the file."""
    replace(path, msgspec.json.encode(state))


def read(path: Path) -> Live | None:
    """Read the file; None before there is one."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=Live)
    except FileNotFoundError:
        return None
