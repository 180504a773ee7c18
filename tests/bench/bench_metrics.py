"""What the engine's metrics cost: a scrape of a full page, idle and under load, its series, and the rate on and off.

The page is full from the start: every transaction was answered at every door, and refused in many ways. The rate is
that of bench_settlements' run, on two engines by turns in the order A B B A: settlements a second of the engine's own
CPU, which neighbours on the machine disturb less than the clock's. With metrics on the page is fetched every second of
a run, and that is timed; with metrics off nobody asks for it, and counting and the clocks of the store are taken out.
Ratio of medians. At last ten thousand terminals sign in, and the page is fetched once more while nothing else happens.

Usage: bench_metrics.py             prints the figures, JSON on the last line
       bench_metrics.py quiet ...   `shuaka ...` whose metrics count nothing
       bench_metrics.py full ...    `shuaka ...` whose page is full
"""

import contextlib
import json
import resource
import statistics
import sys
import threading
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import uvloop
from bench_settlements import CITY, Engine, Terminal, clock_ms, exchange, workplace

from settlement import data_directory
from settlement.engine.arrival import Password
from settlement.engine.ledger.state import Key, State
from settlement.metered_store import MeteredStore
from settlement.metrics import Metrics
from settlement.replies import Replies
from settlement.stores.store import Changes
from settlement.tally import Outcome
from settlement.wire.codes import KINDS, REFUSALS
from settlement.wire.keys import NetworkKey
from settlement.wire.messages import SignIn
from shuaka.commands import app

TERMINALS = 10_000
AT_ONCE = 500
SCRAPES = 20
SCRAPE_EVERY_S = 1.0
SCRAPE_GOAL_MS = 50.0
LOADED_GOAL_MS = 250.0
"""Of a scrape while the engine settles as fast as it can: it waits for the interpreter, and hardly in vain."""
SERIES_GOAL = 2_000
COST_GOAL = 0.95
ROUNDS = 4
QUIET = (sys.executable, __file__, "quiet")
FULL = (sys.executable, __file__, "full")
GATEWAYS = ("tcp", "national", "services", "admin")


def run_quiet(words: list[str]) -> None:
    """Be shuaka, with metrics that nobody counts for."""

    def nothing(*_: object) -> None:
        """Count nothing."""

    for name in ("gathered", "loaded", "committed"):
        setattr(Metrics, name, nothing)

    async def load(store: MeteredStore, keys: tuple[Key, ...]) -> State:
        return await store._store.load(keys)

    async def save(store: MeteredStore, changes: Changes) -> None:
        await store._store.save(changes)

    Replies.answered = nothing  # type: ignore[method-assign, assignment]
    MeteredStore.load, MeteredStore.save = load, save  # type: ignore[method-assign]
    app(words)


def run_full(words: list[str]) -> None:
    """Be shuaka, with metrics that have seen every transaction at every door, and every refusal."""
    blank = Replies.__init__

    def begin(replies: Replies) -> None:
        blank(replies)
        for gateway in GATEWAYS:
            for infno in KINDS:
                for refusal in ("", *REFUSALS):
                    replies.answered(Outcome(gateway, "", infno, refusal, False, Password.NOT_ASKED, 0.0))  # noqa: FBT003

    Replies.__init__ = begin  # type: ignore[method-assign]
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


def scrape(data: Path) -> tuple[float, int]:
    """Fetch the page; return how long that took in ms, and how many series it holds."""
    began = time.perf_counter()
    with urllib.request.urlopen(f"http://{data_directory.endpoints(data).metrics}/metrics", timeout=10) as answer:
        page = answer.read()
    took_ms = (time.perf_counter() - began) * 1000
    return took_ms, sum(1 for line in page.splitlines() if line and not line.startswith(b"#"))


@contextlib.contextmanager
def scraping(data: Path, times_ms: list[float]) -> Iterator[None]:
    """Fetch the page every second meanwhile, the first time at once."""
    enough = threading.Event()

    def again_and_again() -> None:
        while not enough.is_set():
            times_ms.append(scrape(data)[0])
            enough.wait(SCRAPE_EVERY_S)

    thread = threading.Thread(target=again_and_again)
    thread.start()
    try:
        yield
    finally:
        enough.set()
        thread.join()


def rates(counting: Engine, quiet: Engine, data: Path) -> tuple[float, float, float]:
    """Return the median rates of both, which took turns, and the median time in ms of a scrape of the first."""
    found: dict[str, list[float]] = {"on": [], "off": []}
    times_ms: list[float] = []
    for number in range(ROUNDS):
        pair = [("on", counting), ("off", quiet)]
        for name, engine in pair if number % 2 == 0 else pair[::-1]:
            with scraping(data, times_ms) if engine is counting else contextlib.nullcontext():
                run = engine.run()
            found[name].append(run["settlements"] / run["engine_cpu_s"])
            print(f"metrics {name}: {found[name][-1]:,.0f} settlements a CPU second", flush=True)
    return statistics.median(found["on"]), statistics.median(found["off"]), statistics.median(times_ms)


def measure() -> list[dict[str, Any]]:
    with (
        workplace() as directory,
        contextlib.closing(Engine(directory / "on", FULL)) as counting,
        contextlib.closing(Engine(directory / "off", QUIET)) as quiet,
    ):
        on, off, loaded_ms = rates(counting, quiet, directory / "on")
        let_everybody_sign_in(directory / "on")
        idle = [scrape(directory / "on") for _ in range(SCRAPES)]
    scrape_ms, series = statistics.median(took_ms for took_ms, _ in idle), idle[-1][1]
    print(
        f"city {CITY}: {TERMINALS:,} terminals, {series} series; a scrape takes {scrape_ms:.1f} ms, under load"
        f" {loaded_ms:.1f} ms; on : off {on / off:.3f}"
    )
    return [
        {"figure": "a scrape of a full page under load", "value": round(loaded_ms, 1), "unit": "ms"}
        | {"goal": LOADED_GOAL_MS, "ok": loaded_ms < LOADED_GOAL_MS},
        {"figure": "a scrape of a full page after 10,000 terminals", "value": round(scrape_ms, 1), "unit": "ms"}
        | {"goal": SCRAPE_GOAL_MS, "ok": scrape_ms < SCRAPE_GOAL_MS},
        {"figure": "series of a full page after 10,000 terminals", "value": series, "unit": "series"}
        | {"goal": SERIES_GOAL, "ok": series < SERIES_GOAL},
        {"figure": "settlements a second of CPU, metrics on : off", "value": round(on / off, 3), "unit": "x"}
        | {"goal": COST_GOAL, "ok": on / off >= COST_GOAL},
    ]


def main() -> None:
    if sys.argv[1:2] == ["quiet"]:
        run_quiet(sys.argv[2:])
        return
    if sys.argv[1:2] == ["full"]:
        run_full(sys.argv[2:])
        return
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    print(json.dumps(measure()))


if __name__ == "__main__":
    main()
