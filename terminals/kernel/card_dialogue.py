"""Reading a social security card: SELECT, records of EF05 and EF06, in APDUs as field terminals send them.

Knows both ways in which T=0 cards answer (61xx then GET RESPONSE, 6Cxx then the right Le; ISO 7816-3 10.3) and cards
behind a reader that resolves them. The card is read as bytes from outside: nothing of cardsim is used here.
"""

from typing import Final, NamedTuple

from terminals.kernel.effects import NO_CARD, Steps, Transmit
from terminals.kernel.terminal_codes import (
    CARD_DATA,
    CARD_ID_FORMAT,
    CARD_TYPE,
    NO_CARD_ANSWERS,
    TerminalCode,
    of_status,
)

SUCCESS: Final = 0x9000
MORE_DATA: Final = 0x61
WRONG_LE: Final = 0x6C
SILENCE: Final = 0
"""No status word: no card answered."""
STATUS_SIZE: Final = 2
CASE_2_SIZE: Final = 5
"""CLA INS P1 P2 Le (ISO 7816-3 12.1)."""
EXCHANGES_MAX: Final = 8
"""Follow-ups of one command; a card that wants more is no card of ours."""

SELECT_SSSE: Final = bytes.fromhex("00A404000F") + "sx1.sh.社会保障".encode("gbk")
GET_RESPONSE: Final = bytes.fromhex("00C00000")
ISSUER_SFI: Final = 0x05
"""EF05 发卡机构基本数据文件."""
HOLDER_SFI: Final = 0x06
"""EF06 持卡人基本数据文件."""
REGISTERED_APPLICATION: Final = bytes.fromhex("D156000005")
"""Stands after the city in every 卡的识别码."""
CERTNO_SIZE: Final = 18


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
    """Where a data element lies: file, record number, tag, length of the value."""

    sfi: int
    record: int
    tag: int
    length: int

    @property
    def apdu(self) -> bytes:
        """Return READ RECORD by number with the file's SFI in P2 (ISO 7816-4 7.3.3); Le counts tag and length."""
        return bytes((0x00, 0xB2, self.record, self.sfi << 3 | 4, self.length + 2))


VERSION: Final = Element(ISSUER_SFI, 3, 0x03, 4)
CARD_ID: Final = Element(ISSUER_SFI, 1, 0x01, 16)
CARD_NUMBER: Final = Element(ISSUER_SFI, 7, 0x07, 9)
CERTNO: Final = Element(HOLDER_SFI, 1, 0x08, 18)
NAME: Final = Element(HOLDER_SFI, 2, 0x09, 30)
SEX: Final = {1: Element(HOLDER_SFI, 3, 0x0A, 1), 2: Element(HOLDER_SFI, 4, 0x0A, 1)}
"""By generation: the name's extension (4E) came with the second and moved what follows by one record."""
COMMANDS: Final = {element: element.apdu for element in (VERSION, CARD_ID, CARD_NUMBER, CERTNO, NAME, *SEX.values())}

GENERATIONS: Final = {b"1": 1, b"2": 2, b"\x00": 2}
"""By the first character of the specification version ("1.00", "2.00", "2.0" and NUL; blank counts as the second)."""


class Answer(NamedTuple):
    """A card's whole answer, after every follow-up that T=0 wanted."""

    data: bytes
    status: int


def command(apdu: bytes) -> Steps[Answer]:
    """Send a command and follow 61xx and 6Cxx to the end."""
    sent = apdu
    for _ in range(EXCHANGES_MAX):
        answer: bytes = yield Transmit(sent)
        if len(answer) < STATUS_SIZE:
            return Answer(NO_CARD, SILENCE)
        if answer[-2] == MORE_DATA:
            sent = GET_RESPONSE + answer[-1:]
        elif answer[-2] == WRONG_LE and len(sent) == CASE_2_SIZE:
            sent = sent[:4] + answer[-1:]
        else:
            break
    return Answer(answer[:-2], int.from_bytes(answer[-2:], "big"))


def refusal(status: int) -> TerminalCode:
    """Return why a card's answer ends the conversation."""
    return NO_CARD_ANSWERS if status == SILENCE else of_status(status)


def read_card() -> Steps[CardFacts | TerminalCode]:
    """Read whose card this is, or return why it cannot be used."""
    selected = yield from command(SELECT_SSSE)
    if selected.status != SUCCESS:
        return refusal(selected.status)
    version = yield from element(VERSION)
    if isinstance(version, TerminalCode):
        return version
    generation = GENERATIONS.get(version[:1])
    if generation is None:
        return CARD_TYPE
    values: list[bytes] = []
    for wanted in (CARD_ID, CARD_NUMBER, CERTNO, NAME, SEX[generation]):
        value = yield from element(wanted)
        if isinstance(value, TerminalCode):
            return value
        values.append(value)
    return facts(generation, *values)


def element(wanted: Element) -> Steps[bytes | TerminalCode]:
    """Read one data element and return its value; a record of another tag or length is refused."""
    data, status = yield from command(COMMANDS[wanted])
    if status != SUCCESS:
        return refusal(status)
    if data[:2] != bytes((wanted.tag, wanted.length)) or len(data) != wanted.length + 2:
        return CARD_DATA
    return data[2:]


def facts(
    generation: int, card_id: bytes, card_number: bytes, certno: bytes, name: bytes, sex: bytes
) -> CardFacts | TerminalCode:
    """Return what the values say in text, or which check they fail."""
    city = card_id[:3].hex()
    if card_id[3:8] != REGISTERED_APPLICATION or not city.isdecimal():
        return CARD_ID_FORMAT
    try:
        psn_name = name.rstrip(b"\0 ").decode("gbk")
        holder = certno.rstrip(b"\0 ").decode("ascii")
        number = card_number.rstrip(b"\0 ").decode("ascii")
    except UnicodeDecodeError:
        return CARD_DATA
    if len(holder) != CERTNO_SIZE or not psn_name or not number:
        return CARD_DATA
    return CardFacts(card_id, city, generation, number, holder, psn_name, sex.decode("latin-1"))
