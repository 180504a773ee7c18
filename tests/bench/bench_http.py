"""Requests a second through the HTTP face against an empty Starlette endpoint on the same uvicorn.

Two messages of the national interface, each signed and in its envelope: 1101, the face's lightest (who is it), and a
2102 of three lines, its heaviest of a sale. Signature, form, code tables, decision, reply and journal are in it, the
ledger's disk is not (memory ledger). The yardstick gets the very same bytes and answers nothing at once; its uvicorn
has the same loop, parser and bounds. 16 connections each send the next request as soon as the last is answered. Both
servers are processes of their own and are judged by the requests that a second of their CPU serves, which is what they
would serve a second with a core to themselves; requests a second on this machine's clock are printed. Interleaved
rounds, medians.

Usage: bench_http.py [serve's options]    prints the figures, JSON on the last line, as with --journal off
       bench_http.py empty                runs the yardstick
"""

import asyncio
import contextlib
import itertools
import json
import os
import signal
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final, NamedTuple, cast

import msgspec
import uvicorn
import uvloop
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from settlement import data_directory
from settlement.data_directory import Address, InstitutionKey
from settlement.engine.ledger.state import Person
from settlement.gateways.http_server import BoundedProtocol
from settlement.gateways.national_form import AS_PLATFORMS
from settlement.validation.forms import filled
from settlement.validation.people import said_of
from settlement.wire.keys import NetworkKey
from settlement.wire.names import compact_time, insured_number, local_time
from settlement.wire.national_fields import PATH
from settlement.wire.signature import SIGNATURE, SIGNED, sign
from shuaka import compose

CITY: Final = "370100"
CONNECTIONS: Final = 16
ROUNDS: Final = 5
REQUESTS: Final = 4_000
GOAL: Final = 0.30
LIMIT_S: Final = 60


class Sender(asyncio.Protocol):
    """Sends requests one after the other and counts the answers that say infcode 0, or nothing."""

    def __init__(self, requests: Iterator[bytes], done: asyncio.Future[None]) -> None:
        self._requests = requests
        self._done = done
        self._got = b""
        self.served = 0
        self.failed: list[bytes] = []

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        self._next()

    def data_received(self, data: bytes) -> None:
        self._got += data
        head, found, body = self._got.partition(b"\r\n\r\n")
        if not found:
            return
        size = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0])
        if len(body) < size:
            return
        self._got = b""
        if size and b'"infcode":0' not in body:
            self.failed.append(body)
        self.served += 1
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self._done.done():
            self._done.set_exception(exc or ConnectionError("the server closed the connection"))

    def _next(self) -> None:
        request = next(self._requests, None)
        if request is not None:
            self._transport.write(request)
        elif not self._done.done():
            self._done.set_result(None)


class Server(NamedTuple):
    """A server under measurement."""

    pid: int
    address: Address

    def cpu_s(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rsplit(") ", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Rates(NamedTuple):
    """Requests a second of the clock, and of the server's CPU."""

    clock: float
    cpu: float

    def __str__(self) -> str:
        return f"{self.clock:,.0f} requests/s ({self.cpu:,.0f} a second of CPU)"


async def send(address: Address, requests: Iterator[bytes]) -> None:
    """Send every request over all connections; assert that each was carried out."""
    loop = asyncio.get_running_loop()
    waiting, senders = [], []
    for _ in range(CONNECTIONS):
        done: asyncio.Future[None] = loop.create_future()
        waiting.append(done)
        _, sender = await loop.create_connection(lambda done=done: Sender(requests, done), address.host, address.port)
        senders.append(sender)
    await asyncio.gather(*waiting)
    failed = [answer for sender in senders for answer in sender.failed]
    assert not failed, failed[0].decode()


def rates(server: Server, requests: list[bytes]) -> Rates:
    cpu, began = server.cpu_s(), time.perf_counter()
    uvloop.run(send(server.address, iter(requests)))
    clock_s, cpu_s = time.perf_counter() - began, server.cpu_s() - cpu
    return Rates(len(requests) / clock_s, len(requests) / cpu_s)


def posted(content: bytes, key: InstitutionKey) -> bytes:
    """Return a signed POST as bytes."""
    stamp = str(time.time_ns() // 1_000_000)
    headers = dict(zip(SIGNED, (key.access_key, "callService", stamp, "1.0.0"), strict=True))
    headers[SIGNATURE] = sign(key.secret_key, headers)
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
    head = f"POST {PATH} HTTP/1.1\r\nhost: bench\r\ncontent-type: application/json\r\n{lines}"
    return f"{head}content-length: {len(content)}\r\n\r\n".encode() + content


def envelope(infno: str, number: int, code: str, city: str, given: dict[str, Any]) -> bytes:
    now_ms = time.time_ns() // 1_000_000
    return msgspec.json.encode(
        {
            "infno": infno,
            "msgid": f"{code}{compact_time(now_ms)[2:]}{number:06d}",
            "mdtrtarea_admvs": CITY,
            "insuplc_admdvs": city,
            "recer_sys_code": "bench",
            "infver": "1.0.0",
            "opter_type": "1",
            "opter": "bench",
            "opter_name": "bench",
            "inf_time": local_time(now_ms),
            "fixmedins_code": code,
            "fixmedins_name": code,
            "input": given,
        }
    )


def sale(person: Person, now: str) -> dict[str, Any]:
    """Return the input of a 2102 of three lines."""
    goods = [
        {"med_list_codg": item.med_list_codg, "pric": str(item.pric_e6 / 1_000_000), "cnt": "1"}
        for item in compose.items()[:3]
    ]
    info = {"acct_used_flag": "1", "med_type": "41"}
    given = {"druginfo": info, "drugdetail": goods}
    return filled("2102", given, said_of(person, "03"), now, AS_PLATFORMS)


def question(person: Person, now: str) -> dict[str, Any]:
    """Return the input of a 1101."""
    return filled("1101", {}, said_of(person, "03"), now, AS_PLATFORMS)


INPUTS: Final[dict[str, Callable[[Person, str], dict[str, Any]]]] = {"1101": question, "2102": sale}


def people(key: NetworkKey) -> list[Person]:
    """Return employees of the city."""
    register = compose.world(compose.population(), key).register
    found = (register.newcomer(CITY, insured_number(CITY, index)) for index in range(4 * REQUESTS))
    return [person for person in found if person is not None and person.insutype == "310"][:REQUESTS]


@contextlib.contextmanager
def process(*command: str) -> Iterator[tuple[int, str]]:
    """Run a server; yields its process id and its first line."""
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen([sys.executable, *command], stdout=subprocess.PIPE, text=True, env=environment) as running:
        assert running.stdout is not None
        try:
            yield running.pid, running.stdout.readline()
        finally:
            running.send_signal(signal.SIGTERM)
            running.wait(LIMIT_S)


def empty() -> None:
    """Run an endpoint that does nothing, on the uvicorn of the HTTP door."""

    async def nothing(_: Request) -> Response:
        return Response()

    listener = socket.create_server((compose.HOST, 0))
    print(listener.getsockname()[1], flush=True)
    app = Starlette(routes=[Route(PATH, nothing, methods=["POST"])])
    config = uvicorn.Config(
        app,
        http=BoundedProtocol,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
    )
    uvicorn.Server(config).run(sockets=[listener])


def measure(options: list[str]) -> list[dict[str, Any]]:
    ports = [f"--{name}-port=0" for name in ("tcp", "http", "admin", "metrics")]
    with tempfile.TemporaryDirectory(prefix="shuaka-bench-") as scratch, contextlib.ExitStack() as closing:
        serve = ("-m", "shuaka", "serve", "--data", scratch, "--store", "memory", *ports, *options, "--json")
        pid, _ = closing.enter_context(process(*serve))
        engine = Server(pid, data_directory.endpoints(Path(scratch)).http)
        pid, port = closing.enter_context(process(__file__, "empty"))
        nothing = Server(pid, Address(compose.HOST, int(port)))
        found = list(rounds(engine, nothing, Path(scratch)))
    return [_figure(infno, [one for one in found if one.infno == infno]) for infno in INPUTS]


def _figure(infno: str, found: list["Round"]) -> dict[str, Any]:
    ours, theirs = (statistics.median(getattr(one, side).cpu for one in found) for side in ("ours", "theirs"))
    print(f"{infno}: {ours:,.0f} a second of CPU, {theirs:,.0f} empty requests")
    share = ours / theirs
    figure = f"{infno} over the HTTP face : an empty Starlette endpoint, requests a second"
    return {"figure": figure, "value": round(share, 2), "unit": "x", "goal": GOAL, "ok": share >= GOAL}


class Round(NamedTuple):
    """What each side served of one message in one round."""

    infno: str
    ours: Rates
    theirs: Rates


def rounds(engine: Server, nothing: Server, data: Path) -> Iterator[Round]:
    key = data_directory.institution_key(data)
    code, numbers = key.fixmedins_code, itertools.count()
    signed_in = envelope(
        "9001", next(numbers), code, "", {"signIn": {"opter_no": "bench", "mac": "0", "ip": "127.0.0.1"}}
    )
    buyers = people(NetworkKey(data_directory.network_key(data)))
    uvloop.run(send(engine.address, iter([posted(signed_in, key)])))
    for number in range(ROUNDS):
        for infno, given in INPUTS.items():
            now = local_time(time.time_ns() // 1_000_000)
            inputs = [given(buyers[place % len(buyers)], now) for place in range(REQUESTS)]
            made = [posted(envelope(infno, next(numbers), code, CITY, one), key) for one in inputs]
            found = Round(infno, rates(engine, made), rates(nothing, made))
            print(f"round {number + 1}, {infno}: {found.ours}; empty {found.theirs}", flush=True)
            yield found


if __name__ == "__main__":
    if sys.argv[1:] == ["empty"]:
        empty()
    else:
        print(json.dumps(measure(sys.argv[1:])))
