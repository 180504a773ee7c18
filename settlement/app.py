"""The engine as a process: one loop, one store, four listeners, and how it starts and ends.

What is wrong before the first request ends in StartError, whose text is one sentence. SIGTERM and SIGINT end an engine
in order: nobody new comes in, what waits is settled and answered, the ledger is closed. A failed commit ends it at once
and answers nothing (R10); the next start recovers from the ledger.
"""

import asyncio
import gc
import ipaddress
import logging
import os
import signal
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack, contextmanager
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import Final, Literal, NamedTuple

import uvloop
from msgspec import Struct
from starlette.applications import Starlette

from settlement import data_directory
from settlement.batch import judge_of
from settlement.clock import Clock, wall_ms
from settlement.data_directory import Address, Endpoints, InstitutionKey
from settlement.engine.case import World
from settlement.engine.ledger.claims import CENTRE, Cleared, month_begin_ms
from settlement.gateways.admin import admin_app
from settlement.gateways.clearing import clearing_routes
from settlement.gateways.control import Control, control_routes
from settlement.gateways.faults import NextFaults, UnsureService
from settlement.gateways.journal import journal_route
from settlement.gateways.listening import PortError, bound, served
from settlement.gateways.national import national_app
from settlement.gateways.operations import Operator, operations
from settlement.gateways.tcp import TcpGateway
from settlement.journal.writer import Journal, Scope
from settlement.metered_store import MeteredStore
from settlement.metrics import Build, Metrics
from settlement.service import Service
from settlement.stores.memory import MemoryStore
from settlement.stores.sqlite import SqliteStore
from settlement.stores.store import Origin, StoreError
from settlement.tally import Outcome, Tally
from settlement.wire.clearing import ClearMonth
from settlement.wire.names import day_of
from settlement.wire.national_traps import reading

CLEARING: Final = ClearMonth.__struct_config__.tag
AUDIT_PAUSE_S: Final = 30.0
"""Between two looks at the books: how old what the gauges say of them may become, where an audit is quick."""
AUDIT_REST: Final = 99
"""The pause is at least so many times the CPU of the look before it: over 600,000 settlements that is 25 s, and an
engine that shares its core with a look answers ten times later."""
AUDIT_REST_OF_TIME: Final = 9
"""The pause is at least so many times as long as the look took: where others have the CPU, that is the wait for it."""

COLLECT_AFTER: Final = 50_000
"""New containers between two collections: the default of 700 looks at a batch again and again while it is made."""


log = logging.getLogger(__name__)


class StartError(Exception):
    """An engine that cannot start as asked; the text says why and what to do."""


class Ports(Struct, frozen=True):
    """Where to listen; 0 is any free port."""

    tcp: int = 7370
    http: int = 7371
    admin: int = 7372
    metrics: int = 7373


class Settings(Struct, frozen=True):
    """How one engine is run."""

    data: Path
    origin: Origin
    store: Literal["sqlite", "memory"] = "sqlite"
    host: str = "127.0.0.1"
    ports: Ports = Ports()
    journal: Scope = "http"
    control: bool = False
    """Whether testers may reset, move the clock and order faults."""
    strict: tuple[str, ...] = ()
    """Traps of the national interface that are read as printed (wire.national_traps)."""
    build: Build = Build()
    """Which code runs; who starts the engine knows."""


Ready = Callable[[Endpoints], None]


def serve(settings: Settings, world: World, institutions: tuple[InstitutionKey, ...], ready: Ready) -> None:
    """Run an engine until it is told to stop.

    `ready` is called once everything listens. Raises StartError, DirectoryError or RefusedStoreError before that, and
    StoreError if the ledger fails later.
    """
    _only_loopback(settings.host)
    try:
        with data_directory.lock(settings.data):
            uvloop.run(_serve(settings, world, institutions, ready))
    except PortError as error:
        raise StartError(str(error)) from None


async def _serve(settings: Settings, world: World, institutions: tuple[InstitutionKey, ...], ready: Ready) -> None:
    metrics, tally = Metrics(settings.build), Tally()
    metrics.kept(settings.store)
    async with AsyncExitStack() as closing:
        ledger, clock, faults = _open(settings), Clock(settings.data), NextFaults()
        store = MeteredStore(ledger, metrics)
        closing.push_async_callback(store.close)
        cleared = (await store.load(((Cleared, (CENTRE,)),))).get(Cleared, CENTRE)
        clock.not_before(cleared.until_ms if cleared else 0)
        journal = Journal(settings.data, data_directory.journal_key(settings.data), settings.journal)
        closing.callback(journal.close)
        service = UnsureService(
            store,
            judge_of(world),
            world.key,
            now_ms=clock.now_ms,
            chance=os.urandom,
            answered=(tally.answered, metrics.answered, partial(_keep_cleared, clock)),
            gathered=(metrics.gathered,),
            faults=faults,
            journal=journal,
            withheld=world.register.withheld,
        )
        doors = {name: getattr(settings.ports, name) for name in ("tcp", "http", "admin")}
        listeners = closing.enter_context(bound(settings.host, doors))
        address = {name: Address(*listener.getsockname()[:2]) for name, listener in listeners.items()}
        address["metrics"] = closing.enter_context(_metrics_served(metrics, settings))
        gateway = TcpGateway(service)
        await gateway.listen(listeners["tcp"])
        national = national_app(
            service,
            institutions,
            wall_ms,
            network_key=world.key,
            tables=reading(settings.strict),
            journal=journal,
        )
        await closing.enter_async_context(served(national, listeners["http"]))
        admin = _admin(settings, world, Hands(service, store, ledger, clock, faults), tally)
        await closing.enter_async_context(served(admin, listeners["admin"]))
        endpoints = Endpoints(pid=os.getpid(), people=settings.origin.people, **address)
        data_directory.announce(settings.data, endpoints)
        closing.callback(data_directory.withdraw, settings.data)
        _settle_memory()
        ready(endpoints)
        await _settle_until_told(service, gateway, store)


class Hands(NamedTuple):
    """What the operator's port reaches into."""

    service: Service
    store: MeteredStore
    ledger: SqliteStore | MemoryStore
    clock: Clock
    faults: NextFaults


def _admin(settings: Settings, world: World, hands: Hands, tally: Tally) -> Starlette:
    """Return the operator's port; a tester's part of it refuses everything unless `control` was asked for."""
    operator = Operator(hands.service, hands.clock.now_ms)
    control = Control(hands.service, hands.ledger, hands.clock, hands.faults, operator) if settings.control else None
    more = (
        journal_route(settings.data),
        *control_routes(control),
        *clearing_routes(hands.store, world.cities),
        operations(operator, control=settings.control),
    )
    return admin_app(hands.store, tally, data_directory.admin_token(settings.data), more)


async def _settle_until_told(service: Service, gateway: TcpGateway, store: MeteredStore) -> None:
    """Run the service; at a signal let what waits be answered, then return."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        gateway.stop_listening()
        service.stop()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop)
    watching = loop.create_task(_watch_the_books(store))
    try:
        await service.run()
    finally:
        gateway.close()
        watching.cancel()
        await asyncio.wait((watching,))


async def _watch_the_books(store: MeteredStore) -> None:
    """Look at the books from the start on and again and again, so that the gauges of the books say something true.

    Where somebody else has an audit under way it serves as well. A failure is counted by the store; settling goes on.
    """
    while True:
        began, cpu_s = perf_counter(), 0.0
        if not store.being_audited:
            try:
                cpu_s = (await store.look()).cpu_s
            except StoreError as error:
                log.warning("the books were not audited: %s", error)
            except Exception:
                log.exception("the books were not audited")
        await asyncio.sleep(_pause_s(perf_counter() - began, cpu_s))


def _pause_s(took_s: float, cpu_s: float) -> float:
    """Return how long to let the books alone after a look that took so much time and so much CPU."""
    return max(AUDIT_PAUSE_S, AUDIT_REST * cpu_s, AUDIT_REST_OF_TIME * took_s)


def _settle_memory() -> None:
    """Let collections leave alone what the start made, and come once in some batches, not many times in one."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_AFTER)


def _only_loopback(host: str) -> None:
    try:
        loopback = ipaddress.ip_address(host).is_loopback
    except ValueError:
        raise StartError(f"--host {host} is no IP address; use 127.0.0.1") from None
    if not loopback:
        raise StartError(f"--host {host} can be reached from outside, which needs TLS; this version has none")


def _keep_cleared(clock: Clock, outcome: Outcome) -> None:
    """After a clearing, whichever month's, nothing is dated before the month that it was asked in."""
    if outcome.infno == CLEARING:
        clock.not_before(month_begin_ms(day_of(clock.now_ms()) // 100))


def _open(settings: Settings) -> SqliteStore | MemoryStore:
    if settings.store == "sqlite":
        return SqliteStore(settings.data, settings.origin)
    return MemoryStore(settings.origin.size)


@contextmanager
def _metrics_served(metrics: Metrics, settings: Settings) -> Iterator[Address]:
    try:
        server, thread = metrics.serve(settings.host, settings.ports.metrics)
    except OSError as error:
        raise PortError("metrics", settings.host, settings.ports.metrics, error) from None
    try:
        yield Address(settings.host, server.server_port)
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
