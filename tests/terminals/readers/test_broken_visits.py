"""A card that breaks in a visit: it ends in time, no money has moved, and the reader takes the next card (R8)."""

from collections.abc import Callable
from typing import Any

import pytest
import trio
from trio.testing import MockClock

from cardsim.faults import Delay, Fault, FaultyCard, Hang, Tear, Unplug
from cardsim.issuing.population import Population
from terminals.journal import MemoryJournal
from terminals.kernel.effects import Slot
from terminals.kernel.outcome import Result
from terminals.kernel.pharmacy import sell
from terminals.kernel.site import Site
from terminals.links.direct import DirectLink
from terminals.links.link import Link
from terminals.patients import Fingers
from terminals.pin_pad import SimulatedPinPad
from terminals.readers.simulated import SimulatedReader
from terminals.session_link import SessionLink
from terminals.terminal import Clock, Terminal

DEADLINE_S = 5.0


@pytest.mark.parametrize(
    "fault", [Hang(4), Delay(4, 60), Tear(4), Unplug(4, "after")], ids=["hangs", "is late", "is torn", "is pulled out"]
)
async def test_a_card_that(
    fault: Fault,
    host: Any,
    site: Callable[..., Site],
    people: Population,
    adult: Callable[..., int],
    patient: Callable[..., Any],
    basket: Any,
    autojump_clock: MockClock,
) -> None:
    session, reader = host.session(site()), SimulatedReader(deadline_s=DEADLINE_S)
    pad = SimulatedPinPad(session.pin_block)
    pad.hand_to(Fingers(patient()))

    async def connect() -> Link:
        return DirectLink(host.handle)

    clock = Clock(lambda: int(host.now_ms))
    line, journal = SessionLink(session, connect, clock_ms=clock), MemoryJournal()
    at = Terminal(site(), line, {Slot.LOCAL: reader}, pad, journal, clock=clock, show=lambda _zh, _en: None)
    await at.start()
    reader.insert(FaultyCard(people.card(adult()), [fault]))
    with trio.fail_after(DEADLINE_S + 1):
        outcome = await at.serve(sell(at.site, basket))
    assert (outcome.result, journal.pending(at.site.dev_no)) == (Result.CARD_REFUSED, ())
    assert "2102" not in host.ledger
    reader.remove()
    reader.insert(people.card(adult()))
    assert (await at.serve(sell(at.site, basket))).result is Result.SETTLED
    await at.stop()
