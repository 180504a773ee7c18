"""One command to the chip in a slot, and its whole answer, however T=0 hands it out.

Knows both ways in which such chips answer (61xx then GET RESPONSE, 6Cxx then the right Le; ISO 7816-3 10.3) and those
behind a reader that resolves them. What commands mean is not known here.
"""

from typing import Final, NamedTuple

from terminals.kernel.effects import NO_CARD, Slot, Steps, Transmit
from terminals.kernel.terminal_codes import NO_CARD_ANSWERS, TerminalCode, of_status

SUCCESS: Final = 0x9000
DONE: Final = SUCCESS.to_bytes(2, "big")
BLOCKED: Final = 0x6983
TRIES_LEFT: Final = 0x63C0
"""63Cx: x tries are left (ISO 7816-4 5.6)."""
SILENCE: Final = 0
"""No status word: no chip answered."""
MORE_DATA: Final = 0x61
WRONG_LE: Final = 0x6C
STATUS_SIZE: Final = 2
CASE_2_SIZE: Final = 5
"""CLA INS P1 P2 Le (ISO 7816-3 12.1)."""
EXCHANGES_MAX: Final = 8
"""Follow-ups of one command; a card that wants more is no card of ours."""
GET_RESPONSE: Final = bytes.fromhex("00C00000")


class Answer(NamedTuple):
    """A chip's whole answer, after every follow-up that T=0 wanted."""

    data: bytes
    status: int


def command(apdu: bytes, slot: Slot = Slot.LOCAL) -> Steps[Answer]:
    """Send a command and return the whole answer."""
    answer: bytes = yield Transmit(apdu, slot)
    if answer.endswith(DONE):
        return Answer(answer[:-STATUS_SIZE], SUCCESS)
    return (yield from followed(apdu, answer, slot))


def followed(apdu: bytes, answer: bytes, slot: Slot) -> Steps[Answer]:
    """Follow a first answer's 61xx and 6Cxx to the end; what each GET RESPONSE brings is a part (ISO 7816-3 10.3.4)."""
    sent, data = apdu, b""
    for _ in range(EXCHANGES_MAX - 1):
        more, length = int.from_bytes(answer[-2:-1], "big"), answer[-1:]
        if more == MORE_DATA:
            data += answer[:-STATUS_SIZE]
            sent = GET_RESPONSE + length
        elif more == WRONG_LE and len(sent) == CASE_2_SIZE:
            sent = sent[:4] + length
        else:
            break
        answer = yield Transmit(sent, slot)
    if len(answer) < STATUS_SIZE:
        return Answer(NO_CARD, SILENCE)
    return Answer(data + answer[:-STATUS_SIZE], int.from_bytes(answer[-STATUS_SIZE:], "big"))


def refusal(status: int) -> TerminalCode:
    """Return why a card's answer ends the conversation."""
    return NO_CARD_ANSWERS if status == SILENCE else of_status(status)


def case_4(header: bytes, data: bytes) -> bytes:
    """Return a command with data, whose answer is of any length (Le = 00)."""
    return header + bytes((len(data),)) + data + b"\0"


def case_3(header: bytes, data: bytes) -> bytes:
    """Return a command with data, whose answer is a status word."""
    return header + bytes((len(data),)) + data
