"""How late the load's own scheduler begins an arrival while its process uses 70 % of a core.

The load is that of bench_visit: the whole pharmacy sale by a generation 2 card, against an engine over a memory ledger
in a process of its own. The rate that takes 70 % of a core is found by a few runs, each long enough for a p99; the lag
is that of the nearest. A machine whose cores are busy with something else says nothing here: the bench tells its share.
"""

import json
import tempfile
from pathlib import Path

from bench_visit import TooBusyError, child, visit_us

from loadtests.evidence.result import Result, read
from loadtests.openload import health, histograms
from settlement import data_directory

WANTED, NEAR = 0.70, 0.04
FIRST_RATE = 400
RUNS_MAX = 5
ARRIVALS = 10_000
"""Of each run: 100 lie beyond its p99."""
GOAL_MS = 5.0


def run(directory: Path, turn: int, rate: int) -> Result:
    seconds = -(-ARRIVALS // rate)
    visit_us(directory, turn, rate, "chip", seconds)
    result = read(directory / f"visit-{turn}" / "result.json")
    share, lag = result.condition.cpu_share_max, health.lag_of(result.report.health)
    print(f"{rate} visits/s for {seconds} s: {share:.0%} of a core, {health.lag_said(lag)}", flush=True)
    return result


def at_seventy(directory: Path) -> Result | None:
    """Return the run whose load took most nearly the share wanted; None if every one was too much."""
    results, rate = [], FIRST_RATE
    for turn in range(RUNS_MAX):
        try:
            results.append(run(directory, turn, rate))
        except TooBusyError as error:
            print(f"too much for this machine now: {error}")
            break
        share = results[-1].condition.cpu_share_max
        if abs(share - WANTED) <= NEAR:
            break
        rate = int(rate * WANTED / share)
    return min(results, key=lambda result: abs(result.condition.cpu_share_max - WANTED), default=None)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-lag-") as name:
        directory = Path(name)
        data_directory.make_network_key(directory)
        data_directory.make_admin_token(directory)
        data_directory.make_institution_key(directory, "P37010000001")
        with child("engine", str(directory)) as ready:
            assert ready == "ready", ready
            found = at_seventy(directory)
    print(json.dumps([figure(found)]))


def figure(found: Result | None) -> dict[str, object]:
    """Return the row; a share that was not reached misses the goal."""
    lag_us = histograms.percentile(health.lag_of(found.report.health), histograms.P99) if found else None
    if found is None or lag_us is None:
        return {"figure": "schedule lag p99", "value": None, "unit": "ms", "goal": GOAL_MS, "ok": False}
    share, lag_ms = found.condition.cpu_share_max, lag_us / 1000
    ok = abs(share - WANTED) <= NEAR and lag_ms < GOAL_MS
    said = f"schedule lag p99 at {share:.0%} of the generator's core"
    return {"figure": said, "value": round(lag_ms, 2), "unit": "ms", "goal": GOAL_MS, "ok": ok}


if __name__ == "__main__":
    main()
