"""How every visit begins: read the card, ask the host who this is (1101), and away from home the chip's PIN."""

from typing import NamedTuple

from settlement.wire.codes import CREDENTIAL_SOCIAL_SECURITY_CARD, NO_INSURED_PERSON
from settlement.wire.messages import Insurance, PersonFound, QueryPerson
from terminals.kernel.card_dialogue import CardFacts, read_card
from terminals.kernel.effects import Steps
from terminals.kernel.exchange import exchange, output_of, unanswered
from terminals.kernel.outcome import LOCAL, REMOTE, Outcome
from terminals.kernel.remote_pin import verify_pin
from terminals.kernel.terminal_codes import TerminalCode
from terminals.kernel.transaction import Transaction, card_refused, declined, pause

IDENTITY_CARD = "01"
"""psn_cert_type: 居民身份证 (interface code table)."""
ACCOUNT_USED = "1"
"""acct_used_flag: the own personal account pays what the funds do not."""
IN_FORCE = "1"
"""psn_insu_stas: 正常参保."""


class Received(NamedTuple):
    """A patient whom card and host agree on."""

    card: CardFacts
    person: PersonFound
    insurance: Insurance
    chip_pin_verified: bool

    @property
    def card_sn(self) -> str:
        """Return the 卡识别码 as the interface writes it."""
        return self.card.card_id.hex().upper()


def receive(transaction: Transaction) -> Steps[Received | Outcome]:
    """Return who the patient is, or how the conversation ended before that was known."""
    yield from pause(transaction.pace.card_s, "card")
    card = yield from read_card()
    if isinstance(card, TerminalCode):
        return (yield from card_refused(transaction, card))
    transaction.route = LOCAL if card.city == transaction.site.city else REMOTE
    person = yield from _ask_host(transaction, card)
    if isinstance(person, Outcome):
        return person
    insured = [row for row in person.insuinfo if row.psn_insu_stas == IN_FORCE] or list(person.insuinfo)
    if not insured:
        return (yield from declined(transaction, NO_INSURED_PERSON.code))
    remote = transaction.route == REMOTE
    refused = (yield from verify_pin(transaction)) if remote else None
    return refused or Received(card, person, insured[0], chip_pin_verified=remote)


def _ask_host(transaction: Transaction, card: CardFacts) -> Steps[PersonFound | Outcome]:
    query = QueryPerson(
        mdtrt_cert_type=CREDENTIAL_SOCIAL_SECURITY_CARD,
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
