"""The card under test: what is known of it before the first check, read as any terminal may read it."""

from typing import Final

from msgspec import Struct

from terminals.kernel.card_dialogue import CARD_ID, GENERATIONS, SELECT_SSSE, VERSION
from terminals.kernel.command import SUCCESS, command
from terminals.kernel.sam import card_factor
from terminals.laboratory.commands import DEBIT_AID, select_name
from terminals.laboratory.effects import Reset, Steps
from terminals.laboratory.objects import elements

HISTORICAL: Final = slice(4, 17)
"""Thirteen historical bytes, after 3B 6D 00 00 on contacts and 3B 8D 80 01 in the field (PC/SC part 3, 3.1.3.2.3)."""
CONTACTLESS_HEAD: Final = bytes.fromhex("8001")
CITY_DIGITS: Final = 6
FIRST_TO_ANNOUNCE: Final = 3
ANNOUNCED: Final = {b"\x01": "3des", b"\x02": "ssf33", b"\x03": "sm4"}
"""Tag 86 in 9F0C; a card without it has 3DES."""
GENERATION_OF: Final = {**GENERATIONS, b"3": 3}


class Subject(Struct, frozen=True, kw_only=True):
    """The card under test. `pin` is BCD, if it is known; `copies`: whether fresh copies of the card are at hand."""

    atr: bytes
    generation: int
    algorithm: str
    city: str
    debit: bool
    ours: bool
    pin: bytes | None = None
    sam: bool = False
    copies: bool = False

    @property
    def contactless(self) -> bool:
        """Whether the ATR is one that a contactless reader made."""
        return self.atr[2:4] == CONTACTLESS_HEAD

    @property
    def historical(self) -> bytes:
        """The historical bytes (卡复位信息)."""
        return self.atr[HISTORICAL]

    @property
    def factor(self) -> bytes:
        """What diversifies the card's keys: the last eight historical bytes."""
        return card_factor(self.atr)


def identify(*, ours: bool, pin: bytes | None = None, sam: bool = False, copies: bool = False) -> Steps[Subject]:
    """Find out which card this is; generation 0 is a card that does not say."""
    atr: bytes = yield Reset()
    selected = yield from command(SELECT_SSSE)
    version = yield from command(VERSION.apdu)
    card_id = yield from command(CARD_ID.apdu)
    debit = yield from command(select_name(DEBIT_AID))
    city = card_id.data[2:5].hex()
    return Subject(
        atr=atr,
        generation=GENERATION_OF.get(version.data[2:3], 0) if version.status == SUCCESS else 0,
        algorithm=ANNOUNCED.get(elements(selected.data).get(0x86, b""), "3des"),
        city=city if card_id.status == SUCCESS and len(city) == CITY_DIGITS and city.isdecimal() else "",
        debit=debit.status == SUCCESS,
        ours=ours,
        pin=pin if ours else None,
        sam=sam,
        copies=copies,
    )
