"""CPU of the load process for one visit against one stock Locust FastHttpUser request, on this machine, in one run.

A visit is the pharmacy sale of three lines with a generation 2 card of Jinan: the card is read, three messages go out
and come back (MAC both ways, PIN block), the outcome is recorded, journalled and told to Locust. The stock request
posts a JSON message of 600 bytes and decodes the reply, at as many exchanges a second as the visits make and as evenly
spread: an exchange that wakes an idle core costs about twice one of a full queue, on both sides alike (a stock process
that does nothing but GET as fast as it can pays some 90 us a request here). Both processes are measured by getrusage
while they load, nothing subtracted; cards are issued before the arrivals begin. Engine and HTTP server are processes of
their own. Interleaved runs, medians.

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
from pathlib import Path

import msgspec
import uvloop

from cardsim.issuing.card_profiles import CardProfile
from cardsim.issuing.population import Population
from loadtests.openload.arrivals import ArrivalPlan
from loadtests.openload.verdict import Slo
from loadtests.plan import Block, LoadPlan, LoadTerminal, Profile
from settlement import app, data_directory
from settlement.engine.case import World
from settlement.engine.directory import Directory
from settlement.engine.persons import PopulationRegister
from settlement.stores.store import Origin
from settlement.wire.keys import NetworkKey
from settlement.wire.names import PHARMACY
from shuaka import compose
from shuaka.load_child import follow
from terminals.patients import Mix

PAIRS = 5
RATE = 400
SECONDS = 6
EXCHANGES = 3
STOCK_SECONDS = 4
GOAL = 3.0
SIZE = 1_000_000
JINAN = "370100"
HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
REPLY = json.dumps(
    {"infcode": 0, "output": {f"field_of_a_reply_{n:02d}": "a value of some" for n in range(14)}}
).encode()
PAGE = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (len(REPLY), REPLY)
CARDS = (CardProfile(name="jinan-gen2", city=JINAN, generation=2, weight=1),)
NOTHING_UNUSUAL = dict.fromkeys(
    ("remote", "wrong_password", "foreign_module", "reissue", "wrong_slot", "tap", "saves_account", "bank"), 0.0
)
LIMIT_S = 60


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


def visit_us(directory: Path, turn: int) -> float:
    """Return the CPU of one visit in microseconds, over one run."""
    run = f"visit-{turn}"
    place = directory / run
    place.mkdir()
    arrivals = RATE * SECONDS
    profile = Profile(
        run=run,
        arrivals=ArrivalPlan.read(str(RATE), SECONDS),
        seed=turn,
        block=Block(1, SIZE, turn * 2 * arrivals, 2 * arrivals),
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
    assert visits == {"SETTLED": arrivals}, visits
    assert result.report.messages["2102"] == {"approved": arrivals}
    return result.condition.cpu_share_max * SECONDS / arrivals * 1e6


def request_us(port: str) -> float:
    """Return the CPU of one stock request in microseconds, over one run."""
    command = [sys.executable, "-m", "locust", "-f", str(HERE / "stock_locustfile.py"), "--headless", "--only-summary"]
    command += ["--users", "20", "--spawn-rate", "20", "--host", f"http://{compose.HOST}:{port}"]
    said = subprocess.run(
        command,
        env={**os.environ, "STOCK_SECONDS": str(STOCK_SECONDS), "STOCK_RATE": str(RATE * EXCHANGES)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=LIMIT_S,
        check=True,
    )
    found = json.loads(next(line for line in said.stdout.splitlines() if line.startswith('{"cpu_s"')))
    assert found["failures"] == 0, found
    assert found["requests"] > 0.8 * RATE * EXCHANGES * STOCK_SECONDS, f"the machine is too busy: {found}"
    return float(found["cpu_s"]) / found["requests"] * 1e6


def measured(directory: Path) -> list[tuple[float, float]]:
    """Return (visit, request) of each pair, in alternating order."""
    pairs = []
    with child("engine", str(directory)) as ready, child("http", "0") as port:
        assert ready == "ready", ready
        for turn in range(PAIRS):
            if turn % 2:
                request = request_us(port)
                visit = visit_us(directory, turn)
            else:
                visit = visit_us(directory, turn)
                request = request_us(port)
            print(f"pair {turn + 1}: visit {visit:.0f} us, stock request {request:.0f} us, {visit / request:.2f}")
            pairs.append((visit, request))
            time.sleep(0.5)
    return pairs


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="bench-visit-") as name:
        directory = Path(name)
        data_directory.make_network_key(directory)
        data_directory.make_admin_token(directory)
        data_directory.make_institution_key(directory, "P37010000001")
        pairs = measured(directory)
    ratio = statistics.median(visit / request for visit, request in pairs)
    visits, requests = (statistics.median(side) for side in zip(*pairs, strict=True))
    print(f"medians: visit {visits:.0f} us, stock request {requests:.0f} us")
    figure = "CPU of the load process for one visit : one stock Locust FastHttpUser request"
    print(json.dumps([{"figure": figure, "value": round(ratio, 2), "unit": "x", "goal": GOAL, "ok": ratio <= GOAL}]))


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["engine", directory]:
            engine(Path(directory))
        case ["http", port]:
            uvloop.run(http(int(port)))
        case _:
            main()
