"""Durable settlements a second over TCP against pgbench TPC-B on the same file system.

A settlement is a 2102 of three lines with MAC both ways, PIN block, idempotency row and every posting, made by a person
whom the ledger knows, in a commit with an fsync. 200 terminals each send the next as soon as the last is answered. The
frames are sealed before the clock starts and the replies checked after it stopped, so that what is measured is the
engine; the client's CPU is printed. pgbench: scale 100, prepared, default synchronous_commit, best of its client
counts. Medians of interleaved runs. Read the ratio as what batching buys, not as faster than PostgreSQL.

Usage: bench_settlements.py            prints the figures, JSON on the last line
       bench_settlements.py client DIR runs the client of an engine: each line on stdin, a count, is one run
"""

import asyncio
import contextlib
import json
import os
import pwd
import resource
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import uvloop

from settlement import data_directory
from settlement.engine.ledger.state import Person
from settlement.wire.codes import PHARMACY_MED_TYPE
from settlement.wire.framing import FrameReader
from settlement.wire.keys import NetworkKey
from settlement.wire.messages import Body, Line, SettleDrugSale, SignIn
from settlement.wire.names import PHARMACY, institution_code, insured_number, local_time, msgid, terminal_number
from settlement.wire.session import TerminalSession
from shuaka import compose

CITY = "370100"
TERMINALS = 200
PEOPLE = 10_000
RUNS = 3
SETTLEMENTS = 30_000
GOAL = 2.0
PGBENCH_SCALE = 100
PGBENCH_SECONDS = 5
PGBENCH_CLIENTS = (1, 8, 32, 200)


class Terminal:
    """A signed-in terminal and the frames it is about to send."""

    def __init__(self, key: NetworkKey, serial: int) -> None:
        code = institution_code(PHARMACY, CITY, serial)
        self.dev_no = terminal_number(code, 1)
        self.session = TerminalSession(
            key.terminal_key(self.dev_no), dev_no=self.dev_no, fixmedins_code=code, city=CITY
        )
        self.frames: list[tuple[bytes, int]] = []
        self.replies: list[tuple[bytes, bytes]] = []

    def seal(self, body: Body, number: int, clock_ms: int) -> None:
        self.frames.append(
            self.session.seal(
                body, msgid=msgid(self.dev_no, clock_ms, number), clock_ms=clock_ms, inf_time=local_time(clock_ms)
            )
        )


class Sender(asyncio.Protocol):
    """Sends a terminal's frames, each when the one before is answered."""

    def __init__(self, terminal: Terminal, done: asyncio.Future[None]) -> None:
        self._terminal = terminal
        self._done = done
        self._reader = FrameReader()
        self._sent = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def start(self) -> None:
        self._transport.write(self._terminal.frames[0][0])
        self._sent = 1

    def data_received(self, data: bytes) -> None:
        self._reader.feed(data)
        for reply in self._reader:
            self._terminal.replies.append(reply)
            if self._sent == len(self._terminal.frames):
                self._done.set_result(None)
                self._transport.close()
            else:
                self._transport.write(self._terminal.frames[self._sent][0])
                self._sent += 1


async def exchange(terminals: list[Terminal], port: int) -> tuple[float, float]:
    """Send every frame; return seconds and CPU seconds."""
    loop = asyncio.get_running_loop()
    senders, done = [], []
    for terminal in terminals:
        finished: asyncio.Future[None] = loop.create_future()
        _, sender = await loop.create_connection(
            lambda terminal=terminal, finished=finished: Sender(terminal, finished), "127.0.0.1", port
        )
        senders.append(sender)
        done.append(finished)
    began, cpu = time.perf_counter(), time.process_time()
    for sender in senders:
        sender.start()
    await asyncio.gather(*done)
    return time.perf_counter() - began, time.process_time() - cpu


def run_client(data: Path) -> None:
    """Sign in, make every person known, then run what stdin asks for."""
    port = data_directory.endpoints(data).tcp.port
    key = NetworkKey(data_directory.network_key(data))
    terminals = [Terminal(key, serial) for serial in range(1, TERMINALS + 1)]
    people = insured(key)
    lines = three_lines()
    for terminal in terminals:
        terminal.seal(SignIn("bench"), 0, clock_ms())
    uvloop.run(exchange(terminals, port))
    for terminal in terminals:
        [(message, mac)], [(_, counter)] = terminal.replies, terminal.frames
        terminal.session.accept(terminal.session.open(message, mac, counter, signing_in=True)[0])
    settle(terminals, people, lines, PEOPLE, port)
    print("ready", flush=True)
    for line in sys.stdin:
        print(json.dumps(settle(terminals, people, lines, int(line), port)), flush=True)


def settle(
    terminals: list[Terminal], people: list[Person], lines: tuple[Line, ...], count: int, port: int
) -> dict[str, float]:
    """Make settlements by people in turn; return how fast, after every reply's MAC and outcome was checked."""
    now = clock_ms()
    for terminal in terminals:
        terminal.frames, terminal.replies = [], []
    for number in range(count):
        terminal, person = terminals[number % TERMINALS], people[number % PEOPLE]
        terminal.seal(sale(terminal, person, lines), number // TERMINALS, now)
    seconds, cpu = uvloop.run(exchange(terminals, port))
    approved = 0
    for terminal in terminals:
        for (message, mac), (_, counter) in zip(terminal.replies, terminal.frames, strict=True):
            reply, authentic = terminal.session.open(message, mac, counter)
            assert authentic
            assert reply.approved, reply.err_msg
            approved += 1
    return {"settlements": approved, "seconds": seconds, "client_cpu_s": cpu}


def sale(terminal: Terminal, person: Person, lines: tuple[Line, ...]) -> SettleDrugSale:
    return SettleDrugSale(
        psn_no=person.psn_no,
        mdtrt_cert_type="03",
        mdtrt_cert_no=person.card_number,
        card_sn=person.card_id.hex().upper(),
        insutype=person.insutype,
        med_type=PHARMACY_MED_TYPE,
        acct_used_flag="1",
        medfee_sumamt_fen=sum(line.det_item_fee_sumamt_fen for line in lines),
        drugdetail=lines,
        pin_block=terminal.session.pin_block("000000", person.bank_card_no),
    )


def three_lines() -> tuple[Line, ...]:
    return tuple(
        Line(str(number), item.med_list_codg, item.pric_e6, 10_000, item.pric_e6 // 10_000)
        for number, item in enumerate(compose.items()[:3], 1)
    )


def insured(key: NetworkKey) -> list[Person]:
    """Return employees of the city, as the engine will know them."""
    population = compose.population()
    register = compose.world(population, key).register
    found: list[Person] = []
    index = 0
    while len(found) < PEOPLE:
        person = register.newcomer(CITY, insured_number(CITY, index))
        if person is not None and person.insutype == "310":
            found.append(person)
        index += 1
    return found


def clock_ms() -> int:
    return time.time_ns() // 1_000_000


class Engine:
    """A running engine and its client."""

    def __init__(self, data: Path, shuaka: tuple[str, ...] = (sys.executable, "-m", "shuaka")) -> None:
        environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
        serve = ["serve", "--data", str(data), "--json", *(f"--{name}-port=0" for name in ("tcp", "http", "admin"))]
        self._engine = subprocess.Popen([*shuaka, *serve, "--metrics-port=0"], stdout=subprocess.PIPE, env=environment)
        assert self._engine.stdout is not None
        assert self._engine.stdout.readline(), "the engine did not start"
        self.client = subprocess.Popen(
            [sys.executable, __file__, "client", str(data)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment,
        )  # fmt: skip
        assert self._said() == "ready"

    def run(self) -> dict[str, float]:
        """Make one run's settlements; adds the engine's own CPU seconds."""
        assert self.client.stdin is not None
        before = self._cpu()
        self.client.stdin.write(f"{SETTLEMENTS}\n")
        self.client.stdin.flush()
        result: dict[str, float] = json.loads(self._said())
        return result | {"engine_cpu_s": self._cpu() - before}

    def close(self) -> None:
        assert self.client.stdin is not None
        self.client.stdin.close()
        self.client.wait()
        self._engine.send_signal(signal.SIGTERM)
        self._engine.wait()

    def _said(self) -> str:
        assert self.client.stdout is not None
        return self.client.stdout.readline().strip()

    def _cpu(self) -> float:
        fields = Path(f"/proc/{self._engine.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Postgres:
    """A PostgreSQL of its own, as Debian installs it, with pgbench's tables in it."""

    def __init__(self, directory: Path) -> None:
        self._bin = max(Path("/usr/lib/postgresql").glob("*/bin"), default=None)
        if self._bin is None:
            sys.exit("PostgreSQL is missing: apt-get install postgresql")
        self._data = directory / "postgres"
        owner = pwd.getpwnam("postgres")
        self._user = owner.pw_uid if os.geteuid() == 0 else os.geteuid()  # initdb refuses root
        self._data.mkdir()
        if os.geteuid() == 0:
            os.chown(self._data, owner.pw_uid, owner.pw_gid)
        directory.chmod(0o755)
        self._call("initdb", "-A", "trust", "-U", "postgres", "-D", str(self._data))
        options = f"-c listen_addresses= -c unix_socket_directories={self._data} -c max_connections=250"
        self._call("pg_ctl", "-D", str(self._data), "-w", "-o", options, "-l", str(self._data / "log"), "start")
        self._call("pgbench", "-h", str(self._data), "-U", "postgres", "-i", "-q", "-s", str(PGBENCH_SCALE), "postgres")

    def run(self) -> float:
        """Return the best transactions a second over the client counts."""
        return max(self._tps(clients) for clients in PGBENCH_CLIENTS)

    def close(self) -> None:
        self._call("pg_ctl", "-D", str(self._data), "-m", "fast", "-w", "stop")

    def _tps(self, clients: int) -> float:
        threads = min(clients, os.cpu_count() or 1)
        said = self._call(
            "pgbench", "-h", str(self._data), "-U", "postgres", "-n", "-M", "prepared",
            "-c", str(clients), "-j", str(threads), "-T", str(PGBENCH_SECONDS), "postgres",
        )  # fmt: skip
        [line] = [line for line in said.splitlines() if line.startswith("tps")]
        return float(line.split()[2])

    def _call(self, program: str, *arguments: str) -> str:
        done = subprocess.run(
            [self._bin / program, *arguments],
            check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, user=self._user, cwd="/",
        )  # fmt: skip
        return done.stdout


@contextlib.contextmanager
def workplace() -> Iterator[Path]:
    directory = Path(tempfile.mkdtemp(prefix="shuaka-bench-", dir="/var/tmp"))  # /tmp may be memory
    try:
        yield directory
    finally:
        shutil.rmtree(directory)


def measure() -> list[dict[str, Any]]:
    with (
        workplace() as directory,
        contextlib.closing(Postgres(directory)) as postgres,
        contextlib.closing(Engine(directory / "engine")) as engine,
    ):
        runs, yardsticks = [], []
        for number in range(RUNS):
            runs.append(engine.run())
            yardsticks.append(postgres.run())
            print(describe(number, runs[-1], yardsticks[-1]), flush=True)
    rate = statistics.median(run["settlements"] / run["seconds"] for run in runs)
    yardstick = statistics.median(yardsticks)
    ratio = rate / yardstick
    print(f"medians: {rate:,.0f} settlements/s, pgbench {yardstick:,.0f} tps")
    figure = "durable settlements/s over TCP with 200 connections : pgbench TPC-B"
    return [{"figure": figure, "value": round(ratio, 2), "unit": "x", "goal": GOAL, "ok": ratio >= GOAL}]


def describe(number: int, run: dict[str, float], yardstick: float) -> str:
    seconds = run["seconds"]
    return (
        f"run {number + 1}: {run['settlements'] / seconds:,.0f} settlements/s"
        f" (engine {run['engine_cpu_s'] / seconds:.0%}, client {run['client_cpu_s'] / seconds:.0%} of a core);"
        f" pgbench {yardstick:,.0f} tps"
    )


def main() -> None:
    resource.setrlimit(resource.RLIMIT_NOFILE, (4096, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
    if sys.argv[1:2] == ["client"]:
        run_client(Path(sys.argv[2]))
    else:
        print(json.dumps(measure()))


if __name__ == "__main__":
    main()
