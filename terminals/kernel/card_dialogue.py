"""Reading a social security card: SELECT, records of EF05 and EF06, in APDUs as field terminals send them.

The card is read as bytes from outside: nothing of cardsim is used here.
"""

from enum import IntEnum
from typing import Final, NamedTuple

from terminals.kernel.command import DONE, SILENCE, SUCCESS, command, followed, refusal
from terminals.kernel.effects import Slot, Steps, Transmit
from terminals.kernel.terminal_codes import (
    CARD_DATA,
    CARD_DATA_INCOMPLETE,
    CARD_ID_FORMAT,
    CARD_TYPE,
    EMPTY_SLOT,
    TerminalCode,
)

SELECT_SSSE: Final = bytes.fromhex("00A404000F") + "sx1.sh.社会保障".encode("gbk")
ISSUER_SFI: Final = 0x05
"""EF05 发卡机构基本数据文件."""
HOLDER_SFI: Final = 0x06
"""EF06 持卡人基本数据文件."""
SELECT_MEDICAL: Final = bytes.fromhex("00A4040006D15600000503")
"""DF04 医保, below the environment."""
MEDICAL_SFI: Final = 0x05
"""Its EF05 医保基本信息."""
REGISTERED_APPLICATION: Final = bytes.fromhex("D156000005")
"""Stands after the city in every 卡的识别码."""
CERTNO_SIZE: Final = 18
ANNOUNCED_CIPHER: Final = bytes.fromhex("9F0C038601")
"""Stands in the FCI of a generation 3 card before the number of its cipher; without it the keys are triple DES."""


class Cipher(IntEnum):
    """The cipher of a card's keys, as its FCI announces it."""

    TRIPLE_DES = 1
    SSF33 = 2
    SM4 = 3


class Issued(NamedTuple):
    """What anybody may read of a card: who issued it, to which specification, under which number."""

    card_id: bytes
    city: str
    generation: int
    cipher: Cipher
    card_number: str


class CardFacts(NamedTuple):
    """What a terminal takes from the card."""

    card_id: bytes
    city: str
    generation: int
    card_number: str
    certno: str
    psn_name: str
    sex: str


class Element(NamedTuple):
    """How a data element is read, and how its record begins: tag, and length of the value."""

    apdu: bytes
    head: bytes


def at(sfi: int, record: int, tag: int, length: int) -> Element:
    """Return READ RECORD by number with the file's SFI in P2 (ISO 7816-4 7.3.3); Le counts tag and length."""
    return Element(bytes((0x00, 0xB2, record, sfi << 3 | 4, length + 2)), bytes((tag, length)))


VERSION: Final = at(ISSUER_SFI, 3, 0x03, 4)
CARD_ID: Final = at(ISSUER_SFI, 1, 0x01, 16)
CARD_NUMBER: Final = at(ISSUER_SFI, 7, 0x07, 9)
CERTNO: Final = at(HOLDER_SFI, 1, 0x08, 18)
NAME: Final = at(HOLDER_SFI, 2, 0x09, 30)
SEX: Final = {number: at(HOLDER_SFI, 3 if number == 1 else 4, 0x0A, 1) for number in (1, 2, 3)}
"""By generation: the name's extension (4E) came with the second and moved what follows by one record."""
INSURED_REGION: Final = at(MEDICAL_SFI, 2, 0x84, 3)
"""参保地区划, where the holder is insured."""
GENERATIONS: Final = {b"1": 1, b"2": 2, b"\x00": 2, b"3": 3}
"""By the first character of the specification version ("1.00", "2.00", "2.0" and NUL; blank counts as the second)."""
UNANNOUNCED: Final = Cipher.TRIPLE_DES
CIPHERS: Final = {bytes((cipher,)): cipher for cipher in Cipher}


def read_card(slot: Slot = Slot.LOCAL) -> Steps[CardFacts | TerminalCode]:
    """Read whose card this is, or return why it cannot be used: for cards that want no key (reception has the rest)."""
    issued = yield from read_issued(slot)
    return issued if isinstance(issued, TerminalCode) else (yield from read_holder(slot, issued))


def read_issued(slot: Slot) -> Steps[Issued | TerminalCode]:
    """Select the application and read EF05; EMPTY_SLOT if nothing answers from the beginning."""
    fci, status = yield from command(SELECT_SSSE, slot)
    if status == SILENCE:
        return EMPTY_SLOT
    if status != SUCCESS:
        return refusal(status)
    version = yield from element(VERSION, slot)
    if isinstance(version, TerminalCode):
        return version
    generation, cipher = GENERATIONS.get(version[:1]), announced_cipher(fci)
    if generation is None or cipher is None:
        return CARD_TYPE
    card_id = yield from element(CARD_ID, slot)
    if isinstance(card_id, TerminalCode):
        return card_id
    number = yield from element(CARD_NUMBER, slot)
    return number if isinstance(number, TerminalCode) else issued_of(card_id, generation, cipher, number)


def read_holder(slot: Slot, issued: Issued) -> Steps[CardFacts | TerminalCode]:
    """Read EF06."""
    values: list[bytes] = []
    for wanted in (CERTNO, NAME, SEX[issued.generation]):
        value = yield from element(wanted, slot)
        if isinstance(value, TerminalCode):
            return value
        values.append(value)
    return facts(issued, *values)


def element(wanted: Element, slot: Slot) -> Steps[bytes | TerminalCode]:
    """Read one data element and return its value; a record of another tag or length is refused."""
    apdu, head = wanted
    answer: bytes = yield Transmit(apdu, slot)
    if not answer.endswith(DONE):
        data, status = yield from followed(apdu, answer, slot)
        if status != SUCCESS:
            return refusal(status)
        answer = data + DONE
    whole = answer.startswith(head) and len(answer) == len(head) + head[1] + len(DONE)
    return answer[2:-2] if whole else CARD_DATA


def announced_cipher(fci: bytes) -> Cipher | None:
    """Return the cipher of the card's keys; None for one that nobody knows."""
    if ANNOUNCED_CIPHER not in fci:
        return UNANNOUNCED
    return CIPHERS.get(fci.partition(ANNOUNCED_CIPHER)[2][:1])


def issued_of(card_id: bytes, generation: int, cipher: Cipher, card_number: bytes) -> Issued | TerminalCode:
    """Return what EF05 says in text, or which check it fails."""
    city = card_id[:3].hex()
    if card_id[3:8] != REGISTERED_APPLICATION or not city.isdecimal():
        return CARD_ID_FORMAT
    number = card_number.rstrip(b"\0 ")
    return Issued(card_id, city, generation, cipher, number.decode()) if number.isascii() and number else CARD_DATA


def facts(issued: Issued, certno: bytes, name: bytes, sex: bytes) -> CardFacts | TerminalCode:
    """Return what EF06 says in text, or which check it fails."""
    try:
        psn_name = name.rstrip(b"\0 ").decode("gbk")
        holder = certno.rstrip(b"\0 ").decode("ascii")
    except UnicodeDecodeError:
        return CARD_DATA
    if not holder or not psn_name:
        return CARD_DATA_INCOMPLETE  # a batch of 2017 to 2019 left the factory so (RA51)
    if len(holder) != CERTNO_SIZE:
        return CARD_DATA
    card_id, city, generation, _, number = issued
    return CardFacts(card_id, city, generation, number, holder, psn_name, sex.decode("latin-1"))
