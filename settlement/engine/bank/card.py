"""Whose bank card pays, and whether it is that card: what DE 2, 22, 23 and 55 of a purchase prove.

The bank trusts its own record of number and issue, never the card's word: the key that the cryptogram (9F26) is checked
with is derived from them, and a counter (9F36) that does not rise is a transaction seen before. What was found wrong
before the key is known is refused without an answer to the card; what is found wrong afterwards uses the counter up.
Where a terminal can write what it likes, what the card signed decides: the CVR for the kind of cryptogram (9F27 is not
signed), the interchange profile for the interface (DE 22).
"""

from typing import Final, NamedTuple

import msgspec

from cardsim import pboc, tlv
from cardsim.debit.data import PROFILE, TAP_PROFILE
from settlement.engine.case import Case, Refused
from settlement.engine.ledger.state import BankAccount, Person
from settlement.wire import codes
from settlement.wire.bank import CONTACT, CONTACTLESS, WITH_PIN, CardRequest

AMOUNT: Final = 0x9F02
CURRENCY: Final = 0x5F2A
ISSUER_AUTHENTICATION_DATA: Final = 0x91
ARQC: Final = 0x80
"""Cryptogram information data (9F27) of a card that wants its bank to decide (EMV Book 3, 6.5.5, GENERATE AC)."""
CVR_KINDS: Final = 0xF0
ARQC_ALONE: Final = 0xA0
"""Card verification results, byte 2, bits 8 to 5: no second GENERATE AC, and the first gave an ARQC (JR/T 0025.5)."""
PROFILES: Final = {CONTACT: PROFILE, CONTACTLESS: TAP_PROFILE}
"""The interchange profile (82) that the issuer gave each interface, by DE 22."""
ANTENNA_SINCE: Final = 3
"""The first generation of cards that can be tapped."""
RENMINBI: Final = bytes.fromhex("0156")


class Presented(NamedTuple):
    """A card that is what it says: its holder, the account with the counter as it stands now, and its session."""

    person: Person
    account: BankAccount
    request: pboc.Request
    session: pboc.Session

    def answer(self, response_code: str) -> bytes:
        """Return DE 55 of the reply: tag 91, ARPC and response code (PBOC, JR/T 0025.5)."""
        return _answer(self.session, self.request, response_code)


class Stranger(NamedTuple):
    """A card that is refused for what it is; `chip_data` answers it where its key is known."""

    refused: Refused
    chip_data: bytes = b""


def presented(case: Case, asked: CardRequest) -> Presented | Stranger:
    """Return the card that pays, or why it is refused."""
    elements = _elements(asked.chip_data)
    request = pboc.parse_request(elements)
    if request is None or (asked.entry_mode[-1] == WITH_PIN) != bool(asked.pin_block):
        return Stranger(Refused(codes.BANK_CHIP_DATA_MALFORMED))
    found = _holder(case, asked)
    if isinstance(found, Refused):
        return Stranger(found)
    person, account = found
    session = pboc.session_of(request, case.world.issuer_keys, asked.pan, f"{person.card_issue:02}")
    if not session.made(request):
        return Stranger(Refused(codes.BANK_CRYPTOGRAM_WRONG))
    counted = msgspec.structs.replace(account, card_issue=person.card_issue, counter=request.counter)
    card = Presented(person, counted, request, session)
    refused = _replay(person, account, request) or _disagreement(asked, card, elements)
    if refused is not None:
        return Stranger(refused, card.answer(codes.RESPONSE_CODES[refused.refusal.code]))
    return card


def _elements(chip_data: bytes) -> dict[int, bytes]:
    """Return DE 55 by tag; nothing of what is no BER-TLV."""
    try:
        return dict(tlv.parse_ber(chip_data))
    except tlv.TlvError:
        return {}


def _holder(case: Case, asked: CardRequest) -> tuple[Person, BankAccount] | Refused:
    psn_no = case.world.register.holder(asked.pan)
    if psn_no is None or psn_no[:6] != case.home:
        return Refused(codes.BANK_CARD_INVALID, f"not a card of {case.home}")
    person, account = case.person(psn_no), case.account(psn_no)
    assert person is not None, "a holder is insured"
    assert account is not None, "a holder has an account"
    if 0 < asked.card_sequence < person.card_issue:
        return Refused(codes.CARD_SUPERSEDED, f"issue {asked.card_sequence} of {person.card_issue}")
    if asked.card_sequence != person.card_issue:
        return Refused(codes.BANK_CARD_INVALID, f"sequence number {asked.card_sequence}")
    return person, account


def _disagreement(asked: CardRequest, card: Presented, elements: dict[int, bytes]) -> Refused | None:
    """Return what the card has signed other than the terminal asks; its counter is used up all the same."""
    kind, results, counted = card.request.kind, card.request.issuer_data.cvr, (card.account,)
    interface, profile = asked.entry_mode[:2], elements[pboc.AIP]
    if kind != ARQC or results[1] & CVR_KINDS != ARQC_ALONE:
        return Refused(codes.BANK_NOT_ONLINE, f"9F27 is {kind:02X}, the CVR {results.hex().upper()}", counted)
    if profile != PROFILES[interface] or (interface == CONTACTLESS and card.person.card_generation < ANTENNA_SINCE):
        return Refused(codes.BANK_CHIP_DATA_MALFORMED, f"DE 22 is {asked.entry_mode}, 82 {profile.hex()}", counted)
    if elements[CURRENCY] != RENMINBI:
        return Refused(codes.BANK_AMOUNT_INVALID, "5F2A is not 0156", counted)
    if elements[AMOUNT].hex() != f"{asked.amount_fen:012d}":
        return Refused(codes.BANK_AMOUNT_INVALID, "9F02 is another amount", counted)
    return None


def _replay(person: Person, account: BankAccount, request: pboc.Request) -> Refused | None:
    """Return why the counter is refused: a card counts up from its first transaction, and a new card anew."""
    seen = account.counter if account.card_issue == person.card_issue else 0
    if request.counter > seen:
        return None
    return Refused(codes.BANK_COUNTER_REPLAYED, f"9F36 {request.counter}, seen {seen}")


def _answer(session: pboc.Session, request: pboc.Request, response_code: str) -> bytes:
    arc = response_code.encode()
    return tlv.encode_ber(ISSUER_AUTHENTICATION_DATA, session.response(request.cryptogram, arc) + arc)
