"""The national peak hour's ten minutes: how soon a 2102 is answered, from the time at which its patient was due.

`shuaka serve` with SQLite FULL on one core, `shuaka load national-peak-hour` on another; the figures are those of the
load's own sealed result, its verdict is printed. One host: what else runs on it is in the figure.

Usage: bench_peak.py [SECONDS]    by default the scenario's ten minutes; prints the figures, JSON on the last line
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench_settlements import workplace

from loadtests.evidence.result import Result, read
from loadtests.openload import histograms
from shuaka.children import SHUAKA, engine_of
from terminals.kernel.outcome import APPROVED

SCENARIO, RUN = "national-peak-hour", "peak"
PORTS = tuple(f"--{name}-port=0" for name in ("tcp", "http", "admin", "metrics"))
GOAL_MS, SHARE_GOAL = 50.0, 80.0


@contextmanager
def on_core(number: int) -> Iterator[None]:
    """Whatever begins in this block stays on one core."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {sorted(before)[number]})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def rehearse(data: Path, options: list[str]) -> Result:
    """Run engine and load; return the load's result, whatever its verdict."""
    with ExitStack() as running:
        with on_core(0):
            running.enter_context(engine_of(data, *PORTS))
        with on_core(1):
            command = [*SHUAKA, "load", SCENARIO, "--data", str(data), "--name", RUN, *options]
            subprocess.run(command, check=False)
    return read(data / "runs" / RUN / "result.json")


def main(options: list[str]) -> None:
    if len(os.sched_getaffinity(0)) < 2:
        sys.exit("this bench needs two cores: one for the engine, one for the load")
    with workplace() as directory:
        result = rehearse(directory / "data", options)
    fates, shares = (
        result.report.arrivals,
        [sample.cpu_share for sample in result.engine.samples] if result.engine else [],
    )
    settled = result.latencies().pair("2102", APPROVED).intended
    p99_ms = histograms.percentile(settled, histograms.P99)
    missing = fates.scheduled - fates.completed + fates.late + fates.dropped
    print(f"engine {sum(shares) / max(len(shares), 1):.0%} of its core")
    said = f"{SCENARIO}, {result.windows.planned_s:g} s at {result.offered_per_s:,.0f} visits/s"
    rows = (
        (f"{said}: p99 of 2102 since its patient was due", None if p99_ms is None else p99_ms / 1000, "ms", GOAL_MS),
        ("... arrivals that were late, dropped or did not end", missing, "", 0),
        ("... CPU of the load", result.condition.cpu_share_max * 100, "% of a core", SHARE_GOAL),
    )
    print(json.dumps([_figure(*row) for row in rows]))


def _figure(figure: str, value: float | None, unit: str, goal: float) -> dict[str, object]:
    if value is None:  # too few settlements for a p99
        return {"figure": figure, "value": None, "unit": unit, "goal": goal, "ok": False}
    return {"figure": figure, "value": round(value, 1), "unit": unit, "goal": goal, "ok": value <= goal}


if __name__ == "__main__":
    main(["--duration", sys.argv[1]] if sys.argv[1:] else [])
