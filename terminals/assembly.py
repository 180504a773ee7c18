"""A fleet put together over TCP and run: plain constructor calls, the process's clock and its signals.

Everything that is decided elsewhere (sites, keys, people, goods) is handed in; the command is the composition root.
"""

import signal
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import partial
from typing import Final

import trio
from msgspec import Struct

from settlement.wire.session import TerminalSession
from terminals.fleet import Fleet, Seat, WaitingRoom
from terminals.hands import Cards, SimulatedHands
from terminals.journal import Journal, Mode
from terminals.kernel.effects import Slot
from terminals.kernel.sam import province
from terminals.kernel.site import Pace, Site
from terminals.links.link import Link
from terminals.links.metered import MeteredLink
from terminals.links.tcp import TcpLink
from terminals.metrics import FieldCollector, Meter, served
from terminals.patients import Patients
from terminals.pin_pad import SimulatedPinPad
from terminals.readers.metered import MeteredReader
from terminals.readers.simulated import SimulatedReader
from terminals.session_link import SessionLink
from terminals.tally import FleetReport, Tally
from terminals.terminal import Clock, Terminal

METRICS_HOST: Final = "127.0.0.1"


class FleetPlan(Struct, frozen=True, kw_only=True):
    """A run: which terminals, at which engine, for how long, with which block of people."""

    opter_no: str
    host: str
    port: int
    sites: tuple[Site, ...]
    block: tuple[int, int]
    """First index and number of the people."""
    seconds: float
    pace: Pace
    journal: Mode
    closes_day: bool = False
    """Whether each terminal signs in at the bank first and closes its batch last."""
    metrics_port: int | None = None
    """Where /metrics is served on the loopback address; None: nowhere."""


def run(
    plan: FleetPlan,
    patients: Patients,
    cards: Cards,
    terminal_key: Callable[[str], bytes],
    journal: Journal,
) -> FleetReport:
    """Run a fleet until its time is over or it is interrupted.

    Raise LinkLostError if no engine is there at all, OSError if the port for /metrics cannot be had.
    """
    return trio.run(_run, plan, patients, cards, terminal_key, journal)


async def _run(
    plan: FleetPlan,
    patients: Patients,
    cards: Cards,
    terminal_key: Callable[[str], bytes],
    journal: Journal,
) -> FleetReport:
    await (await TcpLink.connect(plan.host, plan.port)).aclose()
    tally, meter, stop, began_s = Tally(), Meter(), trio.Event(), trio.current_time()
    seats = [_seat(plan, site, cards, terminal_key(site.dev_no), journal, tally, meter) for site in plan.sites]
    first, count = plan.block
    room = WaitingRoom(patients, range(first, first + count))
    fleet = Fleet(seats, room, plan.pace, tally, closes_day=plan.closes_day)
    collector = FieldCollector(
        tally, meter, journal.open_intents, lambda: sum(seat.terminal.left_open for seat in seats)
    )
    with _told(plan, collector):
        async with trio.open_nursery() as nursery:
            nursery.start_soon(_stop_at_a_signal, fleet, stop)
            await fleet.run(plan.seconds, stop)
            nursery.cancel_scope.cancel()
    return tally.report(
        opter_no=plan.opter_no,
        terminals=len(seats),
        first=first,
        seconds=round(trio.current_time() - began_s, 3),
        journal=plan.journal,
        stuck=journal.stuck_intents(),
    )


def _told(plan: FleetPlan, collector: FieldCollector) -> AbstractContextManager[int | None]:
    """Serve /metrics while the fleet works, if a port is named."""
    return nullcontext() if plan.metrics_port is None else served(collector, METRICS_HOST, plan.metrics_port)


def _seat(
    plan: FleetPlan, site: Site, cards: Cards, terminal_key: bytes, journal: Journal, tally: Tally, meter: Meter
) -> Seat:
    session = TerminalSession(terminal_key, dev_no=site.dev_no, fixmedins_code=site.fixmedins_code, city=site.city)
    clock = Clock(lambda: time.time_ns() // 1_000_000)

    lines = 0

    async def connect() -> Link:
        nonlocal lines
        link = MeteredLink(await TcpLink.connect(plan.host, plan.port), trio.current_time, tally.observe)
        meter.reconnects += lines > 0
        lines += 1
        return link

    host = SessionLink(session, connect, clock_ms=clock)
    hands, pin_pad = SimulatedHands(slots(), cards, province(site.city)), SimulatedPinPad(session.pin_block)
    readers = {
        slot: MeteredReader(reader, trio.current_time, partial(meter.answered, slot), meter.failed)
        for slot, reader in hands.readers.items()
    }
    terminal = Terminal(site, host, readers, pin_pad, journal, clock=clock, show=_nobody_reads, hands=hands)
    return Seat(terminal, host, hands, pin_pad)


def slots() -> dict[Slot, SimulatedReader]:
    """Return a terminal's readers: two with contacts, an antenna, and one for the security module."""
    return {slot: SimulatedReader() for slot in Slot}


async def _stop_at_a_signal(fleet: Fleet, stop: trio.Event) -> None:
    """Stop admitting at the first Ctrl-C, SIGTERM or hangup; give up on running visits at the second."""
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as signals:
        async for _ in signals:
            if stop.is_set():
                fleet.give_up()
            stop.set()


def _nobody_reads(_zh: str, _en: str) -> None:
    """Stand for the displays of a fleet."""
