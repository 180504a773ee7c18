"""What the engine's metrics cost: a scrape after 10,000 terminals, its series, and the rate with metrics on and off.

Ten thousand terminals sign in, then /metrics is fetched and timed. The rate is that of bench_settlements' run, on two
engines by turns in the order A B B A: settlements a second of the engine's own CPU, which neighbours on the machine
disturb less than the clock's. With metrics off their counting is taken out, everything else stays. Ratio of medians.

Usage: bench_metrics.py             prints the figures, JSON on the last line
       bench_metrics.py quiet ...   `shuaka ...` whose metrics count nothing
"""

import contextlib
import json
import resource
import statistics
import sys
import time
import urllib.request
from pathlib import Path
from typing import Any

import uvloop
from bench_settlements import CITY, Engine, Terminal, clock_ms, exchange, workplace

from settlement import data_directory
from settlement.metrics import Metrics
from settlement.replies import Replies
from settlement.wire.keys import NetworkKey
from settlement.wire.messages import SignIn
from shuaka.__main__ import app

TERMINALS = 10_000
AT_ONCE = 500
SCRAPES = 20
SCRAPE_GOAL_MS = 50.0
SERIES_GOAL = 2_000
COST_GOAL = 0.95
ROUNDS = 4
QUIET = (sys.executable, __file__, "quiet")


def run_quiet(words: list[str]) -> None:
    """Be shuaka, with metrics that nobody counts for."""

    def nothing(*_: object) -> None:
        """Count nothing."""

    for name in ("gathered", "loaded", "committed"):
        setattr(Metrics, name, nothing)
    Replies.answered = nothing  # type: ignore[method-assign, assignment]
    app(words)


def let_everybody_sign_in(data: Path) -> None:
    """Open the sessions of ten thousand terminals, some hundreds at a time."""
    port = data_directory.endpoints(data).tcp.port
    key = NetworkKey(data_directory.network_key(data))
    for first in range(1, TERMINALS + 1, AT_ONCE):
        terminals = [Terminal(key, serial) for serial in range(first, first + AT_ONCE)]
        for terminal in terminals:
            terminal.seal(SignIn("bench"), 0, clock_ms())
        uvloop.run(exchange(terminals, port))


def scraped(data: Path) -> tuple[float, int]:
    """Return the median time of a scrape in ms, and how many series it holds."""
    url = f"http://{data_directory.endpoints(data).metrics}/metrics"
    times, page = [], b""
    for _ in range(SCRAPES):
        began = time.perf_counter()
        with urllib.request.urlopen(url, timeout=10) as answer:
            page = answer.read()
        times.append((time.perf_counter() - began) * 1000)
    series = sum(1 for line in page.splitlines() if line and not line.startswith(b"#"))
    return statistics.median(times), series


def rates(counting: Engine, quiet: Engine) -> tuple[float, float]:
    """Return the median rates of both, which took turns."""
    found: dict[str, list[float]] = {"on": [], "off": []}
    for number in range(ROUNDS):
        pair = [("on", counting), ("off", quiet)]
        for name, engine in pair if number % 2 == 0 else pair[::-1]:
            run = engine.run()
            found[name].append(run["settlements"] / run["engine_cpu_s"])
            print(f"metrics {name}: {found[name][-1]:,.0f} settlements a CPU second", flush=True)
    return statistics.median(found["on"]), statistics.median(found["off"])


def measure() -> list[dict[str, Any]]:
    with (
        workplace() as directory,
        contextlib.closing(Engine(directory / "on")) as counting,
        contextlib.closing(Engine(directory / "off", QUIET)) as quiet,
    ):
        on, off = rates(counting, quiet)
        let_everybody_sign_in(directory / "on")
        scrape_ms, series = scraped(directory / "on")
    print(f"city {CITY}: {TERMINALS:,} terminals, scrape {scrape_ms:.1f} ms, {series} series; on : off {on / off:.3f}")
    return [
        {"figure": "a scrape after 10,000 terminals", "value": round(scrape_ms, 1), "unit": "ms"}
        | {"goal": SCRAPE_GOAL_MS, "ok": scrape_ms < SCRAPE_GOAL_MS},
        {"figure": "series after 10,000 terminals", "value": series, "unit": "series"}
        | {"goal": SERIES_GOAL, "ok": series < SERIES_GOAL},
        {"figure": "settlements a second of CPU, metrics on : off", "value": round(on / off, 3), "unit": "x"}
        | {"goal": COST_GOAL, "ok": on / off >= COST_GOAL},
    ]


def main() -> None:
    if sys.argv[1:2] == ["quiet"]:
        run_quiet(sys.argv[2:])
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    print(json.dumps(measure()))


if __name__ == "__main__":
    main()
