"""One card under examination, under trio: readers and copies are put together, the checks run, the report composed.

The trio half of `shuaka card check`, imported when that runs.
"""

from contextlib import AbstractAsyncContextManager, AsyncExitStack
from importlib.metadata import version
from typing import Final, NamedTuple

import msgspec

from cardsim.faults import Fault
from loadtests.evidence.provenance import this_source
from shuaka import compose
from shuaka.desk.reader_choice import Held, ReaderChoice, held, security_module
from shuaka.desk.simulation import Simulation
from terminals.laboratory.bench import Bench, Copy
from terminals.laboratory.catalogue import CHECKS
from terminals.laboratory.report import Head, Report, shown_atr
from terminals.laboratory.report import compose as report_of
from terminals.laboratory.runner import find_subject, run_checks
from terminals.laboratory.subject import Subject
from terminals.readers.reader import Reader
from terminals.readers.simulated import SimulatedReader

COMMIT_SHOWN: Final = 12
NOT_OURS: Final = "a card that is not ours"


class Order(NamedTuple):
    """What was asked for on the command line; `sam` is None where nothing was."""

    reader: ReaderChoice
    simulation: Simulation
    sam: str | None
    destructive: bool
    shared: bool
    risked_keys: tuple[int, ...]
    risk_transaction: bool
    date: str


async def examine(order: Order) -> Report:
    """Run the checks that the order allows, and report them; raise what `reader_choice.held` does."""
    async with AsyncExitStack() as opened:
        card = await opened.enter_async_context(_held(order))
        subject = await find_subject(Bench(card.reader), ours=card.ours)
        sam = order.sam if order.sam is not None else _software(subject)
        module, copy = await security_module(sam, opened), _copier(order)
        subject = msgspec.structs.replace(subject, pin=_pin(subject), sam=module is not None, copies=copy is not None)
        bench = Bench(card.reader, module, copy)
        findings = await run_checks(CHECKS, subject, bench, destructive=order.destructive)
        await bench.close()
    return report_of(_head(order, subject, sam), CHECKS, findings)


def _held(order: Order) -> AbstractAsyncContextManager[Held]:
    return held(
        order.reader,
        order.simulation,
        shared=order.shared,
        risked_keys=order.risked_keys,
        risk_transaction=order.risk_transaction,
    )


def _software(subject: Subject) -> str:
    """Return the module that a terminal of the card's own city would have; none for a card that is not ours."""
    return f"software:{subject.city}" if subject.ours and subject.city else ""


def _copier(order: Order) -> Copy | None:
    """Return what makes fresh copies of a simulated card, perhaps with faults; there are none of a real one."""
    if not order.reader.simulated:
        return None
    people, index = compose.population(order.simulation.seed), order.reader.index

    def copy(faults: tuple[Fault, ...]) -> Reader:
        return SimulatedReader(msgspec.structs.replace(order.simulation, faults=faults).put(people.card(index)))

    return copy


def _pin(subject: Subject) -> bytes | None:
    """Return the PIN with which our issuer hands out such cards; that of a card not ours is nobody's business."""
    pins = (
        profile.pin_default
        for profile in compose.card_profiles()
        if (profile.city, profile.generation) == (subject.city, subject.generation)
    )
    found = next(pins, None) if subject.ours else None
    return None if found is None else bytes.fromhex(found)


def _head(order: Order, subject: Subject, sam: str) -> Head:
    source = this_source()
    return Head(
        card=_described(order, subject),
        generation=subject.generation,
        algorithm=subject.algorithm,
        atr=shown_atr(subject),
        interface="contactless" if subject.contactless else "contact",
        ours=subject.ours,
        destructive=order.destructive,
        reader=str(order.reader),
        sam=sam or "none",
        date=order.date,
        software=f"shuaka {version('shuaka')}",
        commit=source.commit[:COMMIT_SHOWN] + (" with changes" if source.dirty else ""),
    )


def _described(order: Order, subject: Subject) -> str:
    if not subject.ours:
        return NOT_OURS
    if not order.reader.simulated:
        return f"a simulated card of {subject.city} over PC/SC"
    people = compose.population(order.simulation.seed)
    return f"card {order.reader.index} of population {people.seed}: {people.profile(order.reader.index).name}"
