"""A fleet put together over TCP and run: plain constructor calls, the process's clock and its signals.

Everything that is decided elsewhere (sites, keys, people, goods) is handed in; the command is the composition root.
"""

import signal
import time
from collections.abc import Callable

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
from terminals.patients import Patients
from terminals.pin_pad import SimulatedPinPad
from terminals.readers.simulated import SimulatedReader
from terminals.session_link import SessionLink
from terminals.tally import FleetReport, Tally
from terminals.terminal import Clock, Terminal


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


def run(
    plan: FleetPlan,
    patients: Patients,
    cards: Cards,
    terminal_key: Callable[[str], bytes],
    journal: Journal,
) -> FleetReport:
    """Run a fleet until its time is over or it is interrupted; raise LinkLostError if no engine is there at all."""
    return trio.run(_run, plan, patients, cards, terminal_key, journal)


async def _run(
    plan: FleetPlan,
    patients: Patients,
    cards: Cards,
    terminal_key: Callable[[str], bytes],
    journal: Journal,
) -> FleetReport:
    await (await TcpLink.connect(plan.host, plan.port)).aclose()
    tally, stop, began_s = Tally(), trio.Event(), trio.current_time()
    seats = [_seat(plan, site, cards, terminal_key(site.dev_no), journal, tally) for site in plan.sites]
    first, count = plan.block
    room = WaitingRoom(patients, range(first, first + count))
    fleet = Fleet(seats, room, plan.pace, tally)
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
    )


def _seat(plan: FleetPlan, site: Site, cards: Cards, terminal_key: bytes, journal: Journal, tally: Tally) -> Seat:
    session = TerminalSession(terminal_key, dev_no=site.dev_no, fixmedins_code=site.fixmedins_code, city=site.city)
    clock = Clock(lambda: time.time_ns() // 1_000_000)

    async def connect() -> Link:
        return MeteredLink(await TcpLink.connect(plan.host, plan.port), trio.current_time, tally.observe)

    host = SessionLink(session, connect, clock_ms=clock)
    hands, pin_pad = SimulatedHands(slots(), cards, province(site.city)), SimulatedPinPad(session.pin_block)
    terminal = Terminal(site, host, hands.readers, pin_pad, journal, clock=clock, show=_nobody_reads, hands=hands)
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
