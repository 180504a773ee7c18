"""CPU of the load process for one visit, and for one replayed message, against one stock Locust FastHttpUser request.

A visit is the pharmacy sale of three lines with a generation 2 card of Jinan: the card is read, three messages go out
and come back (MAC both ways, PIN block), the outcome is recorded, journalled and told to Locust. The stock request
posts a JSON message of 600 bytes and decodes the reply, at as many exchanges a second as the visits make and as evenly
spread: an exchange that wakes an idle core costs about twice one of a full queue, on both sides alike (a stock process
that does nothing but GET as fast as it can pays some 90 us a request here). So there are rounds at a calm rate and
rounds at that of a national peak hour, where the stock process has little left of its core. A replayed message is a
third of a replayed visit: its card was read and its first two messages were asked once before the arrivals began; all
three go out and come back. Both sides are measured by getrusage while they load, nothing subtracted; cards are issued
before the arrivals begin. Engine and HTTP server are processes of their own. Interleaved runs, medians.

Usage: bench_visit.py              prints the figures, JSON on the last line
       bench_visit.py engine DIR   runs an engine whose people are all employees of Jinan with such cards
       bench_visit.py http PORT    runs the smallest HTTP server
"""

import asyncio
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Literal, NamedTuple

import msgspec
import uvloop

from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from loadtests.openload.arrivals import ArrivalPlan
from loadtests.openload.verdict import Slo
from loadtests.workload.plan import Block, LoadPlan, LoadTerminal, Profile
from settlement import app, data_directory
from settlement.engine.case import World
from settlement.engine.persons import PopulationRegister
from settlement.engine.rules.directory import Directory
from settlement.stores.store import Origin
from settlement.wire.keys import NetworkKey
from settlement.wire.names import PHARMACY
from shuaka import compose
from shuaka.rehearsing.load_child import follow
from terminals.patients import Mix

ROUNDS = 5
RATE = 400
SECONDS = 6
EXCHANGES = 3
STOCK_SECONDS = 4
PEAK_ROUNDS = 3
PEAK_RATE = 1200
"""Visits/s of a national peak hour: what replayed dialogues are for."""
GOAL, PEAK_GOAL, REPLAY_GOAL, SHARE_GOAL = 3.0, 2.0, 0.35, 80
SIZE = 1_000_000
PEOPLE = 20_000
"""People of one run at most."""
JINAN = "370100"
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
REPLY = json.dumps(
    {"infcode": 0, "output": {f"field_of_a_reply_{n:02d}": "a value of some" for n in range(14)}}
).encode()
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(REPLY), REPLY)
Fidelity = Literal["chip", "replay"]
CARDS = (CardProfile(name="jinan-gen2", city=JINAN, generation=2, weight=1),)
NOTHING_UNUSUAL = dict.fromkeys(
    ("remote", "wrong_password", "foreign_module", "reissue", "wrong_slot", "tap", "saves_account", "bank"), 0.0
)
LIMIT_S = 60


class TooBusyError(Exception):
    """This machine cannot carry the rate now; nothing was measured."""


def engine(directory: Path) -> None:
    """Run an engine over a memory ledger until SIGTERM: its disk is not what is measured."""
    rules = compose.rulebook()
    jinan = rules.cities[JINAN]
    cities = {JINAN: msgspec.structs.replace(jinan, people=jinan.people[:1])}  # the first kind: employees
    key = NetworkKey(data_directory.network_key(directory))
    register = PopulationRegister(Population(1, SIZE, CARDS), cities, key)
    world = World(cities, rules.policies, rules.catalogues, Directory(cities), register, key)
    settings = app.Settings(directory, Origin(1, SIZE, key.check_value), "memory", compose.HOST, app.Ports(0, 0, 0, 0))
    app.serve(settings, world, (data_directory.institution_key(directory),), lambda _: print("ready", flush=True))


class Page(asyncio.Protocol):
    """Answers every request that ends with its JSON's closing braces; the client waits for each answer."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        if data.endswith(b"}}"):
            self.transport.write(PAGE)


async def http(port: int) -> None:
    server = await asyncio.get_running_loop().create_server(Page, compose.HOST, port)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


@contextmanager
def child(*arguments: str) -> Iterator[str]:
    """Run a part of this file in a process; yields its first line."""
    with subprocess.Popen([sys.executable, __file__, *arguments], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().strip()
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(LIMIT_S)


def visit_us(directory: Path, turn: int, rate: int, fidelity: Fidelity, seconds: int = SECONDS) -> float:
    """Return the CPU of one visit in microseconds, over one run."""
    run = f"visit-{turn}"
    place = directory / run
    place.mkdir()
    arrivals = rate * seconds
    profile = Profile(
        run=run,
        arrivals=ArrivalPlan.read(str(rate), seconds),
        seed=turn,
        block=Block(1, SIZE, turn * PEOPLE, 2 * arrivals),
        fidelity=fidelity,
        mix=Mix(**NOTHING_UNUSUAL, pharmacy=1, lines_min=3, lines_max=3),
        slo=Slo(),
        warmup_s=0,
    )
    key = NetworkKey(data_directory.network_key(directory))
    host = data_directory.endpoints(directory).tcp
    sites = [site for site in compose.sites(60, run) if (site.city, site.kind) == (JINAN, PHARMACY)]
    plan = LoadPlan(
        profile=profile,
        host=host.host,
        port=host.port,
        terminals=tuple(LoadTerminal(site, key.terminal_key(site.dev_no).hex()) for site in sites),
        card_profiles=CARDS,
        items=compose.items(),
        result_file=str(place / "result.json"),
        live_file=str(place / "live.json"),
        journal_dir=str(place),
    )
    result = follow(plan, place, quiet=True)
    visits = result.report.visits["pharmacy"]
    if visits.get("SETTLED", 0) < arrivals:
        raise TooBusyError(f"of {arrivals} visits {visits} were served at {rate}/s")
    assert result.report.messages["2102"] == {"approved": arrivals}
    assert result.report.visits.get("prepare", {}).get("DONE", 0) >= (arrivals if fidelity == "replay" else 0)
    return result.condition.cpu_share_max * seconds / arrivals * 1e6


def request_us(port: str, rate: int) -> float:
    """Return the CPU of one stock request in microseconds, over one run."""
    command = [sys.executable, "-m", "locust", "-f", str(HERE / "stock_locustfile.py"), "--headless", "--only-summary"]
    command += ["--users", "20", "--spawn-rate", "20", "--host", f"http://{compose.HOST}:{port}"]
    said = subprocess.run(
        command,
        env={**os.environ, "STOCK_SECONDS": str(STOCK_SECONDS), "STOCK_RATE": str(rate * EXCHANGES)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=True,
    )
    found = json.loads(next(line for line in said.stdout.splitlines() if line.startswith('{"cpu_s"')))
    assert found["failures"] == 0, found
    if found["requests"] < 0.8 * rate * EXCHANGES * STOCK_SECONDS:
        raise TooBusyError(f"stock Locust could not keep {rate * EXCHANGES} requests/s: {found}")
    return float(found["cpu_s"]) / found["requests"] * 1e6


class Round(NamedTuple):
    """What each side took in one round, in microseconds of CPU; `message` only where visits were replayed."""

    visit: float
    request: float
    message: float = 0.0


class Bench:
    """Engine and HTTP server of a whole run; every run of visits has people of its own."""

    def __init__(self, directory: Path, port: str) -> None:
        self._directory = directory
        self._port = port
        self._turns = count()

    def rounds(self, number: int, rate: int, *, replays: bool) -> list[Round]:
        """Return what one round after the other took, in alternating order."""
        rounds = []
        for turn in range(number):
            if (one := self._round(turn, rate, replays=replays)) is not None:
                print(f"{rate} visits/s: {_in_words(one)}")
                rounds.append(one)
            time.sleep(0.5)
        return rounds

    def _round(self, turn: int, rate: int, *, replays: bool) -> Round | None:
        try:
            request = request_us(self._port, rate) if turn % 2 else 0.0
            replayed = self._visit_us(rate, "replay") if replays else 0.0
            visit = self._visit_us(rate, "chip")
            return Round(visit, request or request_us(self._port, rate), replayed / EXCHANGES)
        except TooBusyError as error:
            print(f"a round at {rate} visits/s does not count: {error}")
            return None

    def _visit_us(self, rate: int, fidelity: Fidelity) -> float:
        return visit_us(self._directory, next(self._turns), rate, fidelity)


def _in_words(one: Round) -> str:
    facts = {"visit": one.visit, "stock request": one.request, "replayed message": one.message}
    return ", ".join(f"{name} {value:.0f} us" for name, value in facts.items() if value)


def measured(directory: Path) -> tuple[list[Round], list[Round]]:
    """Return the rounds at a calm rate, and those at the peak."""
    with child("engine", str(directory)) as ready, child("http", "0") as port:
        assert ready == "ready", ready
        bench = Bench(directory, port)
        return bench.rounds(ROUNDS, RATE, replays=False), bench.rounds(PEAK_ROUNDS, PEAK_RATE, replays=True)


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-visit-") as name:
        directory = Path(name)
        data_directory.make_network_key(directory)
        data_directory.make_admin_token(directory)
        data_directory.make_institution_key(directory, "P37010000001")
        calm, peak = measured(directory)
    for rate, rounds in ((RATE, calm), (PEAK_RATE, peak)):
        if rounds:
            print(f"medians at {rate} visits/s: {_in_words(Round(*map(statistics.median, zip(*rounds, strict=True))))}")
    request = "one stock Locust FastHttpUser request"
    rows = [
        (f"CPU of the load process for one visit : {request}", _ratio(calm, "visit"), "x", GOAL),
        (f"the same at {PEAK_RATE:,} visits/s", _ratio(peak, "visit"), "x", PEAK_GOAL),
        (f"... for one replayed message at {PEAK_RATE:,} visits/s", _ratio(peak, "message"), "x", REPLAY_GOAL),
        (f"CPU of the load process at {PEAK_RATE:,} visits/s", _share(peak), "% of a core", SHARE_GOAL),
    ]
    print(json.dumps([_figure(*row) for row in rows]))


def _ratio(rounds: list[Round], side: str) -> float | None:
    return statistics.median(getattr(one, side) / one.request for one in rounds) if rounds else None


def _share(rounds: list[Round]) -> float | None:
    return statistics.median(one.visit for one in rounds) * PEAK_RATE / 1e6 * 100 if rounds else None


def _figure(figure: str, value: float | None, unit: str, goal: float) -> dict[str, object]:
    """Return a row; one without a value could not be measured, and misses its goal."""
    if value is None:
        return {"figure": figure, "value": None, "unit": unit, "goal": goal, "ok": False}
    return {"figure": figure, "value": round(value, 2), "unit": unit, "goal": goal, "ok": value <= goal}


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["engine", directory]:
            engine(Path(directory))
        case ["http", port]:
            uvloop.run(http(int(port)))
        case _:
            main()
