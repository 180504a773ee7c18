"""What the debit application decides when it is tapped (qPBOC, JR/T 0025.12): pure, from what the terminal says.

A tap is one command: the terminal's data arrive with GET PROCESSING OPTIONS and everything that the bank needs goes
back. The account has no offline balance, so the bank is asked or the card declines. Above the small-amount limit
(小额免密) the card asks for the online PIN.
"""

from collections.abc import Mapping
from typing import NamedTuple

from cardsim.debit.data import RENMINBI, TTQ_ELEMENT, DebitFacts
from cardsim.debit.transaction import Kind
from cardsim.status import SW

# Terminal transaction qualifiers (9F66), first and second byte
QPBOC, OFFLINE_ONLY, ONLINE_PIN = 0x20, 0x08, 0x04
CVM_REQUIRED = 0x40
AMOUNT, CURRENCY = 0x9F02, 0x5F2A

NOTHING_ASKED, ONLINE_PIN_ASKED = b"\x00\x00", b"\x80\x00"  # card transaction qualifiers (9F6C)


class Decision(NamedTuple):
    """The cryptogram to give, and the card's qualifiers."""

    kind: Kind
    qualifiers: bytes


DECLINED = Decision(Kind.AAC, NOTHING_ASKED)


def decide(facts: DebitFacts, said: Mapping[int, bytes]) -> Decision | SW:
    """Decide on a tap, or refuse it: a terminal without qPBOC, an amount that is no number."""
    capable, wanted = said[TTQ_ELEMENT[0]][:2]
    if not said[AMOUNT].hex().isdecimal():
        return SW.WRONG_DATA
    if not capable & QPBOC:
        return SW.CONDITIONS_NOT_SATISFIED
    if capable & OFFLINE_ONLY:
        return DECLINED
    if not (wanted & CVM_REQUIRED or _above_limit(facts, said)):
        return Decision(Kind.ARQC, NOTHING_ASKED)
    return Decision(Kind.ARQC, ONLINE_PIN_ASKED) if capable & ONLINE_PIN else DECLINED


def _above_limit(facts: DebitFacts, said: Mapping[int, bytes]) -> bool:
    # The limit is in renminbi: of any other currency every amount is above it
    return said[CURRENCY] != RENMINBI or int(said[AMOUNT].hex()) > facts.no_pin_limit_fen
