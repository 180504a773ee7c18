"""Whether the harness measures what happened: its percentiles against the log of a server that plants each delay.

The server (a process of its own, asyncio on uvloop) draws a delay for each request, evenly over the logarithm of its
range, 5 ms to 5 s over all, answers after it, and logs how long it really took from the request's last byte to the
reply's first. The harness is an ordinary locustfile made open, with Locust's own FastHttpUser; its figures are those
of its findings, from the due time and from the actual start. p50, p99 and p99.9 of all requests must agree with the
log within the larger of 1 % and 0.5 ms; the ranges by themselves are printed. Below 5 ms the harness has its own
floor: what it makes of a server that answers at once, printed from a short run. The rate leaves Locust's process some
half of its core: nearer to its limit requests wait for one another in the harness, which its gate would call
generator-bound.

Usage: bench_delays.py [REQUESTS] [RATE]   by default 1,005,000 at 800/s: 21 minutes; prints the figures
       bench_delays.py server LOG          runs the server until SIGTERM, then writes its log
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from array import array
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import cast

import msgspec
import uvloop
from hdrh.histogram import HdrHistogram

from loadtests.openload import histograms
from loadtests.openload.findings import Findings
from loadtests.openload.latencies import Latencies
from loadtests.openload.record import SERVED

HOST = "127.0.0.1"
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
REQUESTS, RATE = 1_005_000, 800  # Poisson arrivals: a million at least
FLOOR_REQUESTS = 10_000
RANGES_S = {"Short": (0.005, 0.05), "Middle": (0.05, 0.5), "Long": (0.5, 5.0)}
INSTANT = "Instant"
PERCENTILES = {"p50": histograms.P50, "p99": histograms.P99, "p99.9": histograms.P999}
REPLY = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
PART, LEAST_US = 0.01, 500
"""The tolerance: the larger of these."""
LIMIT_S = 120


class Planting(asyncio.Protocol):
    """Answers each request after its delay; a client waits for its answer before it asks again."""

    def __init__(self, log: dict[str, "array[int]"], random: Random) -> None:
        self._log, self._random = log, random

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's own class is none of asyncio's

    def data_received(self, data: bytes) -> None:
        came_s = time.monotonic()
        name = data.split(b" ", 2)[1].decode().strip("/")
        if name == INSTANT:
            self._answer(name, came_s)
            return
        low, high = RANGES_S[name]
        delay_s = low * (high / low) ** self._random.random()
        asyncio.get_running_loop().call_later(delay_s, self._answer, name, came_s)

    def _answer(self, name: str, came_s: float) -> None:
        self._log[name].append(int((time.monotonic() - came_s) * 1e6))
        self._transport.write(REPLY)


async def serve(log: dict[str, "array[int]"]) -> None:
    """Serve until SIGTERM."""
    random, loop, ended = Random(1), asyncio.get_running_loop(), asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, ended.set)
    server = await loop.create_server(lambda: Planting(log, random), HOST, 0, backlog=4096)
    print(server.sockets[0].getsockname()[1], flush=True)
    await ended.wait()


@contextmanager
def server(file: Path) -> Iterator[str]:
    """Run the server; yields its port. Its log is in the file afterwards."""
    command = [sys.executable, __file__, "server", str(file)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(LIMIT_S)


def harness(place: Path, port: str, arrivals: str, users: tuple[str, ...], lasts_s: float) -> Findings:
    """Run the locustfile to its end, and return what it found."""
    file = place / "findings.json"
    command = [sys.executable, "-m", "locust", "-f", str(HERE / "delays_locustfile.py"), *users, "--headless"]
    command += ["--only-summary", "-H", f"http://{HOST}:{port}", "--arrivals", arrivals, "--findings", str(file)]
    said = subprocess.run(
        command,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=lasts_s + LIMIT_S,
        check=False,
    )
    assert file.exists(), said.stderr
    return msgspec.json.decode(file.read_bytes(), type=Findings)


def logged(delays_us: list[int], p_e4: int) -> int:
    """Return a percentile of the log: the delay that this share of the requests did not exceed."""
    ordered = sorted(delays_us)
    return ordered[max(-(-len(ordered) * p_e4 // histograms.WHOLE_E4) - 1, 0)]


def compared(name: str, delays_us: list[int], pair: tuple[HdrHistogram, HdrHistogram]) -> dict[str, float]:
    """Print a row for each percentile; return the difference over the tolerance, the larger of due and sent."""
    shares = {}
    for percentile, p_e4 in PERCENTILES.items():
        true_us = logged(delays_us, p_e4)
        bound_us = max(true_us * PART, LEAST_US)
        due_us, sent_us = (histograms.estimate(histogram, p_e4) for histogram in pair)
        shares[percentile] = max(abs(due_us - true_us), abs(sent_us - true_us)) / bound_us
        print(
            f"{name:<8}{len(delays_us):>9}{percentile:>7}  log {true_us / 1000:>9.3f} ms"
            f"  since due {(due_us - true_us) / 1000:+8.3f}  since sent {(sent_us - true_us) / 1000:+8.3f}"
            f"  allowed {bound_us / 1000:.3f}"
        )
    return shares


def figures(found: Findings, log: dict[str, list[int]]) -> list[dict[str, object]]:
    latencies = _latencies(found)
    for name in RANGES_S:
        compared(name, log[name], latencies.pair(name, SERVED))
    every = [delay for name in RANGES_S for delay in log[name]]
    shares = compared("all", every, latencies.over(RANGES_S, SERVED))
    told = "harness against the log of planted delays 5 ms - 5 s"
    return [
        {"figure": f"{told}, {name}: difference", "value": round(share, 3), "unit": "of what is allowed", "goal": 1.0}
        | {"ok": share <= 1.0}
        for name, share in shares.items()
    ]


def main(requests: int, rate: int) -> None:
    with tempfile.TemporaryDirectory(prefix="bench-delays-") as name:
        place = Path(name)
        with server(place / "floor.json") as port:
            floor = harness(place, port, f"poisson:1000/{FLOOR_REQUESTS / 1000:g}s", (INSTANT,), FLOOR_REQUESTS / 1000)
        log = json.loads((place / "floor.json").read_text())
        print("the floor: a server that answers at once")
        pair = _latencies(floor).pair(INSTANT, SERVED)
        compared(INSTANT, log[INSTANT], pair)
        with server(place / "log.json") as port:
            found = harness(place, port, f"poisson:{rate}/{requests / rate:g}s", tuple(RANGES_S), requests / rate)
        log = json.loads((place / "log.json").read_text())
    fates, state = found.report.arrivals, found.condition
    print(f"{fates}; generator {state.cpu_share_max:.0%} of a core, schedule lag p99 {state.lag_p99_us / 1000:.2f} ms")
    assert fates.completed == fates.scheduled == sum(len(log[name]) for name in RANGES_S), (
        "not every request was answered"
    )
    print(json.dumps(figures(found, log)))


def _latencies(found: Findings) -> Latencies:
    latencies = Latencies()
    latencies.add(found.report.latencies)
    return latencies


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["server", file]:
            planted = {name: array("q") for name in (*RANGES_S, INSTANT)}
            uvloop.run(serve(planted))
            Path(file).write_text(json.dumps({name: list(delays) for name, delays in planted.items()}))
        case given:
            main(*(int(number) for number in [*given, *(str(REQUESTS), str(RATE))[len(given) :]]))
