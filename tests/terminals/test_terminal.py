import contextlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import trio.testing

from cardsim.issuing.population import Population
from terminals.journal import FileJournal, Journal, MemoryJournal
from terminals.kernel.effects import EFFECTS, NO_CARD, Draw, Pause, Prompt, ReadAtr, Slot, Steps, Transmit
from terminals.kernel.entries import Intent
from terminals.kernel.outcome import Outcome, Result, Tender
from terminals.kernel.pharmacy import sell
from terminals.kernel.site import Site
from terminals.links.direct import DirectLink
from terminals.links.faulty import Fault, FaultKind, FaultyLink
from terminals.links.link import Link
from terminals.patients import Fingers
from terminals.pin_pad import SimulatedPinPad
from terminals.readers.reader import CardRemovedError
from terminals.readers.simulated import SimulatedReader
from terminals.session_link import SessionLink
from terminals.terminal import Clock, Terminal

SETTLE = 4
"""The number of the send that carries 2102: after 9001, 1101 and 2101."""


@pytest.fixture
def terminal(
    host: Any, site: Callable[..., Site], people: Population, adult: Callable[..., int], patient: Callable[..., Any]
) -> Callable[..., Terminal]:
    """A terminal on a direct link, with a patient at it."""

    def make(journal: Journal | None = None, faults: dict[int, Fault] | None = None) -> Terminal:
        session = host.session(site())
        host.now_ms += 1000

        async def connect() -> Link:
            return FaultyLink(DirectLink(host.handle), faults or {})

        clock = Clock(lambda: int(host.now_ms))
        pad = SimulatedPinPad(session.pin_block)
        pad.hand_to(Fingers(patient()))
        return Terminal(
            site(),
            SessionLink(session, connect, clock_ms=clock),
            {Slot.LOCAL: SimulatedReader(people.card(adult()))},
            pad,
            journal or MemoryJournal(),
            clock=clock,
            show=lambda _zh, _en: None,
        )

    return make


async def test_a_terminal_signs_on_and_sells(terminal: Callable[..., Terminal], basket: Any, host: Any) -> None:
    at = terminal()
    assert [outcome.result for outcome in await at.start()] == [Result.DONE]
    assert (await at.serve(sell(at.site, basket))).result is Result.SETTLED
    await at.stop()
    assert host.ledger["2102"].settled == 1


def test_a_terminal_performs_every_effect(terminal: Callable[..., Terminal]) -> None:
    assert terminal()._performers.keys() == set(EFFECTS)


async def test_a_terminal_that_died_in_doubt_resolves_it_at_its_next_sign_on(
    terminal: Callable[..., Terminal], basket: Any, host: Any, tmp_path: Path, autojump_clock: trio.testing.MockClock
) -> None:
    journal = FileJournal(tmp_path / "journal", "buffered")
    first = terminal(journal, {SETTLE: Fault(FaultKind.DROP_REPLY)})
    await first.start()
    with trio.move_on_after(1):  # the power goes while it waits for the reply
        await first.serve(sell(first.site, basket))
    journal.close()
    second = terminal(FileJournal(tmp_path / "journal", "buffered"))
    signed, recovered = await second.start()
    assert (signed.result, recovered.result, recovered.infno) == (Result.DONE, Result.SETTLED, "2102")
    assert len(recovered.setl_ids) == host.ledger["2102"].settled == 1
    assert [outcome.flow for outcome in await second.start()] == ["sign_on"]


async def test_an_intent_is_left_open_once_its_visit_has_ended_without_an_outcome_and_until_a_sign_on_finds_it(
    terminal: Callable[..., Terminal], basket: Any, autojump_clock: trio.testing.MockClock
) -> None:
    at, seen = terminal(None, {SETTLE: Fault(FaultKind.DROP_REPLY)}), list[int]()

    async def watch() -> None:
        await trio.sleep(1)
        seen.append(at.left_open)
        visit.cancel()

    await at.start()
    with trio.CancelScope() as visit:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(watch)
            await at.serve(sell(at.site, basket))
    seen.append(at.left_open)
    await at.stop()  # what was dropped is not read by the next flow
    await at.start()
    assert [*seen, at.left_open] == [0, 1, 0]


async def test_what_an_earlier_run_left_open_stays_so_while_the_host_is_dead(
    terminal: Callable[..., Terminal], autojump_clock: trio.testing.MockClock
) -> None:
    journal = MemoryJournal()
    at = terminal(journal, {number: Fault(FaultKind.DROP_REQUEST) for number in range(1, 9)})
    journal.append(at.site.dev_no, Intent("M1", "2102", "P1", "370100", 1))
    await at.start()
    assert at.left_open == 1


async def test_a_dead_host_leaves_the_journal_alone(
    terminal: Callable[..., Terminal], autojump_clock: trio.testing.MockClock
) -> None:
    journal = MemoryJournal()
    at = terminal(journal, {number: Fault(FaultKind.DROP_REQUEST) for number in range(1, 9)})
    journal.append(at.site.dev_no, Intent("M1", "2102", "P1", "370100", 1))
    assert [outcome.result for outcome in await at.start()] == [Result.NO_ANSWER]
    assert len(journal.pending(at.site.dev_no)) == 1


async def test_no_card_in_the_reader_is_refused_after_a_time(
    terminal: Callable[..., Terminal], basket: Any, autojump_clock: trio.testing.MockClock
) -> None:
    at = terminal()
    await at.start()
    assert isinstance(at.readers[Slot.LOCAL], SimulatedReader)
    at.readers[Slot.LOCAL].remove()
    outcome = await at.serve(sell(at.site, basket))
    assert (outcome.result, outcome.refusal) == (Result.CARD_REFUSED, "-2")


async def test_a_terminal_is_paid_by_bank_card_and_takes_every_power_away(
    terminal: Callable[..., Terminal], basket: Any, host: Any, patient: Callable[..., Any]
) -> None:
    at = terminal()
    await at.start()
    at._pin_pad.hand_to(Fingers(patient(bank_pins=("111111",))))  # type: ignore[attr-defined]
    outcome = await at.serve(sell(at.site, basket, tender=Tender.BANK, account_used=False))
    assert (outcome.response_code, host.store.audit_now().bank.settled) == ("00", 1)
    with pytest.raises(CardRemovedError):
        await at.readers[Slot.LOCAL].transmit(bytes(5))


@pytest.mark.parametrize("lasts_s", [0, 1000])
async def test_a_visit_that_does_not_end_leaves_nothing_of_its_card_to_the_next(
    terminal: Callable[..., Terminal], lasts_s: int, autojump_clock: trio.testing.MockClock
) -> None:
    at = terminal()

    def broken() -> Steps[Outcome]:
        yield ReadAtr(Slot.LOCAL)
        yield Pause(lasts_s, "think")
        raise ZeroDivisionError

    with trio.move_on_after(1), contextlib.suppress(ZeroDivisionError):
        await at.serve(broken())
    with pytest.raises(CardRemovedError):
        await at.readers[Slot.LOCAL].transmit(bytes(5))
    assert isinstance(at.readers[Slot.LOCAL], SimulatedReader)
    at.readers[Slot.LOCAL].remove()
    assert await at._perform(ReadAtr(Slot.LOCAL)) == NO_CARD


async def test_a_slot_without_a_reader_is_silent(terminal: Callable[..., Terminal]) -> None:
    at = terminal()
    assert await at._perform(Transmit(bytes(5), Slot.SAM)) == await at._perform(ReadAtr(Slot.SAM)) == NO_CARD
    assert (await at._perform(ReadAtr(Slot.LOCAL)))[:1] == b"\x3b"
    assert len(await at._perform(Draw(4))) == 4


async def test_an_entry_is_on_the_disk_before_the_request_leaves(
    terminal: Callable[..., Terminal], basket: Any, tmp_path: Path
) -> None:
    path = tmp_path / "journal"
    at = terminal(FileJournal(path, "fsync"))
    await at.start()
    assert (await at.serve(sell(at.site, basket))).result is Result.SETTLED
    intent, resolution = path.read_text().splitlines()
    assert '"intent"' in intent
    assert '"DONE"' in resolution


async def test_nothing_personal_is_written_down(
    terminal: Callable[..., Terminal], basket: Any, tmp_path: Path, people: Population, adult: Callable[..., int]
) -> None:
    path = tmp_path / "journal"
    at = terminal(FileJournal(path, "buffered"))
    await at.start()
    await at.serve(sell(at.site, basket))
    written, person = path.read_text(), people.person(adult())
    for secret in (person.certno, person.name, person.bank_number, person.card_number, '"000000"'):
        assert secret not in written


def test_a_clock_never_stands_still() -> None:
    readings = iter([5, 5, 4, 9])
    clock = Clock(lambda: next(readings))
    assert [clock() for _ in range(4)] == [5, 6, 7, 9]


async def test_a_pad_that_nobody_touches_types_nothing() -> None:
    pad = SimulatedPinPad(lambda digits, _: digits.encode())
    assert await pad.pin(Prompt.PIN) == ""
    assert await pad.password_block("1", same=False) == await pad.bank_pin_block("1", same=False) == b""
