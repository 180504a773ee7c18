"""A card that dies at any command of any flow costs nobody a fen silently (R7 of the fault model).

Each flow runs once whole, to count its commands, and then once for each command and each way to die there.
"""

from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import pytest
from msgspec import structs

from cardsim.card import Card, CardNotPowered, InterfaceSilent
from cardsim.faults import CardFault, Fault, FaultyCard, Tear, Unplug
from cardsim.interface import Interface
from settlement.wire.messages import Line, SettlementInfo
from terminals.kernel.card_dialogue import SELECT_SSSE
from terminals.kernel.command import DONE
from terminals.kernel.effects import Record, Request, Slot, Steps
from terminals.kernel.entries import PurchaseIntent
from terminals.kernel.exchange import output_of
from terminals.kernel.outcome import Event, Outcome, Result, Tender
from terminals.kernel.outpatient import treat
from terminals.kernel.pharmacy import sell
from terminals.kernel.recover import recover
from terminals.kernel.reissue import reissue
from terminals.kernel.remote_pin import VERIFY, change_pin
from terminals.kernel.reset_pin import reset_pin
from terminals.kernel.revoke import revoke
from terminals.kernel.site import AT_ONCE, Site
from terminals.patients import Fingers, Item, line

BANK_PIN, CHOSEN = "111111", "246802"
LOCKED = bytes.fromhex("6983")


class Dying:
    """A card with faults, which a terminal sees only as silence; it counts its commands."""

    def __init__(self, card: Card, *faults: Fault) -> None:
        self._faulty = FaultyCard(card, faults)
        self.commands = 0

    @property
    def atr(self) -> bytes:
        return self._faulty.atr

    def power_on(self, interface: Interface = Interface.CONTACT) -> bytes:
        try:
            return self._faulty.power_on(interface)
        except CardFault:
            raise InterfaceSilent from None

    def power_off(self) -> None:
        self._faulty.power_off()

    def transmit(self, apdu: bytes) -> bytes:
        self.commands += 1
        try:
            return self._faulty.transmit(apdu)
        except (CardFault, CardNotPowered):
            return b""


class Story(NamedTuple):
    """A flow, and whose card it takes."""

    kind: str
    city: str
    profile: str
    flow: Callable[[Site, tuple[Line, ...]], Steps[Outcome]]
    facts: dict[str, Any]
    lines: int = 10
    ends: Result = Result.SETTLED


def remote(site: Site, lines: tuple[Line, ...]) -> Steps[Outcome]:
    """Change the PIN once, as remote holders must, then buy."""
    changed = yield from change_pin(site, AT_ONCE, slot=Slot.REMOTE)
    if changed.result is not Result.DONE:
        return changed
    return (yield from sell(site, lines, slot=Slot.REMOTE, tender=Tender.BANK))


def after_a_reset(site: Site, lines: tuple[Line, ...]) -> Steps[Outcome]:
    """Have the PIN reset, then buy with the new one."""
    done = yield from reset_pin(site, slot=Slot.REMOTE)
    if done.result is not Result.DONE:
        return done
    return (yield from sell(site, lines, slot=Slot.REMOTE))


def with_a_new_card(site: Site, lines: tuple[Line, ...]) -> Steps[Outcome]:
    """Get a new card, then buy with it."""
    done = yield from reissue(site)
    return (yield from sell(site, lines)) if done.result is Result.DONE else done


def bought_and_revoked(site: Site, lines: tuple[Line, ...]) -> Steps[Outcome]:
    """Buy, and undo what was bought and paid."""
    flow, answer, info, purchase = sell(site, lines, tender=Tender.BANK), None, None, None
    while True:
        try:
            effect = flow.send(answer)
        except StopIteration as end:
            sold: Outcome = end.value
            break
        answer = yield effect
        if isinstance(effect, Request):
            info = output_of(answer, SettlementInfo) or info
        elif isinstance(effect, Record) and isinstance(effect.entry, PurchaseIntent):
            purchase = effect.entry
    if sold.result is not Result.SETTLED:
        return sold
    assert info
    revoked = yield from revoke(site, info, JINAN, purchase if sold.bank_fen else None)
    return structs.replace(revoked, events=sold.events + revoked.events)


JINAN, ELSEWHERE = "370100", "379900"
REMOTE: dict[str, Any] = {"lies_in": Slot.REMOTE, "kiosk": ("123456", CHOSEN), "pins": (CHOSEN,)}
STORIES = {
    "a pharmacy sale in cash": Story("P", JINAN, "jinan", sell, {}),
    "a pharmacy sale paid by the bank": Story("P", JINAN, "jinan", lambda *of: sell(*of, tender=Tender.BANK), {}),
    "a hospital visit paid by the bank": Story("H", JINAN, "new", lambda *of: treat(*of, tender=Tender.BANK), {}, 25),
    "a tap": Story("P", JINAN, "new", lambda *of: sell(*of, slot=Slot.TAP, tender=Tender.TAP), {"lies_in": Slot.TAP}),
    "a remote sale": Story("P", ELSEWHERE, "jinan", remote, REMOTE),
    "a reset of the PIN": Story("P", ELSEWHERE, "new", after_a_reset, {"lies_in": Slot.REMOTE, "resets_pin": CHOSEN}),
    "a reissue": Story("P", JINAN, "new", with_a_new_card, {}),
    "a sale that is revoked": Story("P", JINAN, "jinan", bought_and_revoked, {}, ends=Result.REVOKED),
}


def deaths(commands: int) -> Iterator[Fault]:
    """Every way to die at every command: unseen, unheard, and in each part of the first four writes."""
    for apdu in range(1, commands + 1):
        yield Unplug(apdu, "before")
        yield Unplug(apdu, "after")
        for write in range(1, 5):
            yield Tear(apdu, write, "inside")
            yield Tear(apdu, write, "after")


@pytest.mark.rule("RG02")
@pytest.mark.parametrize("story", STORIES.values(), ids=STORIES)
def test_wherever_a_card_dies_ledger_and_terminal_agree(
    story: Story, host: Any, booth: Callable[..., Any], site: Callable[..., Site], items: tuple[Item, ...]
) -> None:
    place = site(story.kind, story.city)
    basket = tuple(line(str(number), items[0], 90) for number in range(1, story.lines + 1))

    def visit(n: int, *faults: Fault) -> tuple[Dying, Outcome]:
        host.now_ms += 60_000  # other msgids than the visit before
        at = booth(place, story.profile, n, bank_pins=(BANK_PIN,), **story.facts)
        card = at.card = Dying(at.card, *faults)
        outcome = at.run(story.flow(place, basket))
        for intent in at.journal.pending(place.dev_no):
            at.run(recover(place, intent))
        assert at.journal.pending(place.dev_no) == ()
        return card, outcome

    whole, best = visit(0)
    assert best.result is story.ends
    outcomes = [best]
    for n, fault in enumerate(deaths(whole.commands), 1):
        outcomes.append(visit(n % 300, fault)[1])
    audit = host.store.audit_now()
    assert [law.name for law in audit.invariants if not law.ok] == []
    assert audit.bank.amount_fen == sum(outcome.bank_fen for outcome in outcomes)
    settled = sum(outcome.result is Result.SETTLED for outcome in outcomes)
    assert sum(sums.settled for sums in audit.ledger.values()) == settled
    assert {outcome.result for outcome in outcomes} == {story.ends, Result.CARD_REFUSED}
    undone = sum(Event.BANK_REVERSED in outcome.events for outcome in outcomes)
    assert audit.bank.reversed == undone
    by_contact = best.tender is Tender.BANK  # over the contacts, and there alone, the card has the last word
    assert bool(undone) == (by_contact or story.ends is Result.REVOKED)


@pytest.mark.parametrize("profile", ["jinan", "new"])
def test_wherever_a_card_dies_in_a_reset_the_pin_stays_locked_until_a_reset_is_whole(
    booth: Callable[..., Any], patient: Callable[..., Any], profile: str
) -> None:
    def reset(n: int, *faults: Fault) -> tuple[Dying, Result]:
        at = booth(None, profile, n, resets_pin=CHOSEN)
        card = at.card
        card.power_on()
        card.transmit(SELECT_SSSE)
        while card.transmit(VERIFY + bytes(3)) != LOCKED:
            pass
        card.power_off()
        dying = at.card = Dying(card, *faults)
        ended = at.run(reset_pin(at.site)).result
        card.power_off()
        card.power_on()
        card.transmit(SELECT_SSSE)
        as_chosen = card.transmit(VERIFY + bytes.fromhex(CHOSEN))
        card.power_off()
        if as_chosen != DONE:
            assert (ended, as_chosen) == (Result.CARD_REFUSED, LOCKED)
            at.card, at.fingers = card, Fingers(patient(resets_pin=CHOSEN))
            assert at.run(reset_pin(at.site)).result is Result.DONE
        return dying, ended

    whole, best = reset(0)
    assert best is Result.DONE
    ends = {reset(n % 300, fault)[1] for n, fault in enumerate(deaths(whole.commands), 1)}
    assert ends == {Result.DONE, Result.CARD_REFUSED}
