"""How every visit begins: read the card, ask the host who this is (1101), and away from home the chip's PIN.

The clerk chooses the function of a route, and with it the slot: a card in the other slot cannot be read at all, and one
that belongs to the other route is sent to its own (插错卡槽). Over the antenna there is one place for both.
"""

from typing import Final, NamedTuple

from settlement.wire.codes import CREDENTIAL_SOCIAL_SECURITY_CARD, NO_INSURED_PERSON
from settlement.wire.messages import Insurance, PersonFound, QueryPerson
from terminals.kernel.card_dialogue import CardFacts, Issued, read_holder, read_issued
from terminals.kernel.card_keys import open_card
from terminals.kernel.effects import AwaitCard, Slot, Steps
from terminals.kernel.exchange import exchange, output_of, unanswered
from terminals.kernel.outcome import LOCAL, REMOTE, Event, Outcome
from terminals.kernel.papers import Papers, read_papers
from terminals.kernel.remote_pin import pin_is_locked, verify_pin
from terminals.kernel.terminal_codes import EMPTY_SLOT, NO_CARD_ANSWERS, PIN_IS_LOCKED, TerminalCode
from terminals.kernel.transaction import Transaction, card_refused, declined, pause, said

IDENTITY_CARD = "01"
"""psn_cert_type: 居民身份证 (interface code table)."""
ACCOUNT_FLAGS: Final = {True: "1", False: "0"}
"""acct_used_flag: whether the own personal account pays what the funds do not."""
IN_FORCE = "1"
"""psn_insu_stas: 正常参保."""
SLOTS_TRIED_MAX: Final = 3
SLOT_OF: Final = {LOCAL: Slot.LOCAL, REMOTE: Slot.REMOTE}
ASKED_FOR: Final = {Slot.LOCAL: Slot.LOCAL, Slot.REMOTE: Slot.REMOTE, Slot.TAP: Slot.LOCAL}
"""Where a card is wanted that said nothing in a slot: one without an antenna has its contacts."""


class Received(NamedTuple):
    """A patient whom card and host agree on."""

    card: CardFacts
    person: PersonFound
    insurance: Insurance
    chip_pin_verified: bool
    account_used: bool
    mdtrt_cert_type: str = CREDENTIAL_SOCIAL_SECURITY_CARD
    """What was shown; in the place of a card, `card` holds what the terminal took from it (papers)."""

    @property
    def card_sn(self) -> str:
        """Return the 卡识别码 as the interface writes it."""
        return self.card.card_id.hex().upper()


def receive(transaction: Transaction, *, account_used: bool, papers: Papers | None = None) -> Steps[Received | Outcome]:
    """Return who the patient is, or how the conversation ended before that was known.

    `account_used` is the patient's wish: some save their personal account and pay themselves. `papers` are shown
    instead of a card.
    """
    yield from pause(transaction.pace.card_s, "card")
    card = yield from (read_papers(transaction, papers) if papers else _read_in_its_slot(transaction))
    if isinstance(card, Outcome):
        return card
    if isinstance(card, TerminalCode):
        return (yield from card_refused(transaction, card))
    shown = papers.mdtrt_cert_type if papers else CREDENTIAL_SOCIAL_SECURITY_CARD
    person = yield from ask_host(transaction, card, shown)
    if isinstance(person, Outcome):
        return person
    insured = [row for row in person.insuinfo if row.psn_insu_stas == IN_FORCE] or list(person.insuinfo)
    if not insured:
        return (yield from declined(transaction, NO_INSURED_PERSON.code))
    remote = transaction.route == REMOTE and papers is None
    refused = (yield from verify_pin(transaction, card.city)) if remote else None
    return refused or Received(card, person, insured[0], remote, account_used, shown)


def _read_in_its_slot(transaction: Transaction) -> Steps[CardFacts | TerminalCode]:
    """Read the card where it belongs, or return why it cannot be used."""
    for _ in range(SLOTS_TRIED_MAX):
        card = yield from read_issued(transaction.slot)
        if card is EMPTY_SLOT:
            wanted = ASKED_FOR[transaction.slot]
        elif isinstance(card, TerminalCode):
            return card
        else:
            wanted = _recognised(transaction, card)
            if wanted is transaction.slot:
                return (yield from _opened(transaction, card))
        yield said(EMPTY_SLOT)
        transaction.slot = wanted
        if not (yield AwaitCard(wanted)):
            break
        transaction.events.append(Event.WRONG_SLOT)
    return NO_CARD_ANSWERS


def _opened(transaction: Transaction, card: Issued) -> Steps[CardFacts | TerminalCode]:
    """Prove what the card wants proven, and read whose it is."""
    refused = yield from open_card(transaction, card)
    stops = transaction.site.pin_lock_stops_card and transaction.route == LOCAL
    if refused is None and stops and (yield from pin_is_locked(transaction.slot)):
        return PIN_IS_LOCKED
    return refused or (yield from read_holder(transaction.slot, card))


def _recognised(transaction: Transaction, card: Issued) -> Slot:
    """Note what is known of a card, and return where its route has it."""
    transaction.generation = card.generation
    transaction.route = LOCAL if card.city == transaction.site.city else REMOTE
    if transaction.slot is not Slot.TAP:
        return SLOT_OF[transaction.route]
    transaction.events.append(Event.TAPPED)
    return Slot.TAP


def ask_host(
    transaction: Transaction, card: CardFacts, mdtrt_cert_type: str = CREDENTIAL_SOCIAL_SECURITY_CARD
) -> Steps[PersonFound | Outcome]:
    """Ask the host whom it knows by this card, or by what was shown in its place (1101)."""
    query = QueryPerson(
        mdtrt_cert_type=mdtrt_cert_type,
        mdtrt_cert_no=card.card_number,
        card_sn=card.card_id.hex().upper(),
        psn_cert_type=IDENTITY_CARD,
        certno=card.certno,
        psn_name=card.psn_name,
    )
    reply = yield from exchange(transaction, query, card.city)
    person = output_of(reply, PersonFound)
    if person is not None:
        return person
    return (yield from unanswered(transaction, reply))
