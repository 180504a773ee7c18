"""The two ways in which a reader reaches one chip, and what only the contactless one has.

A reader without contacts builds an ATR from the card's historical bytes (PC/SC part 3, 3.1.3.2.3) and answers GET UID
itself. A virtual reader passes that command on, so that the card answers it here.
"""

from enum import Enum
from functools import reduce
from operator import xor

from cardsim.apdu import FETCHES, Command, Response
from cardsim.status import SW

GET_DATA_OF_READER = (0xFF, 0xCA)  # PC/SC part 3, 3.2.2.1.3
UNIQUE_IDENTIFIER, HISTORICAL_BYTES = 0x00, 0x01  # its P1
FIXED_UID = b"\x37"  # no maker's; neither 08, which announces a random UID, nor 88, which starts a longer one
CONTACT_ATR_HEAD = 4
SERIAL_LENGTH = 3


class Interface(Enum):
    """Where the power comes from."""

    CONTACT = "contact"
    CONTACTLESS = "contactless"


def contactless_atr(historical: bytes) -> bytes:
    """Return the ATR a PC/SC reader makes for an ISO 14443-4 card: T=0 and T=1 offered, TCK at the end.

    >>> contactless_atr(bytes.fromhex("00814380318048442000010203")).hex()
    '3b8d800100814380318048442000010203d3'
    """
    announced = bytes((0x80 | len(historical), 0x80, 0x01)) + historical
    return b"\x3b" + announced + bytes((reduce(xor, announced),))


def uid(contact_atr: bytes) -> bytes:
    """Return the four bytes by which the anticollision finds the card; its serial number makes them its own."""
    return FIXED_UID + contact_atr[-SERIAL_LENGTH:]


def answer_for_reader(command: Command, contact_atr: bytes) -> Response:
    """Answer GET DATA of the contactless reader: the UID or the historical bytes."""
    if command.p2 or command.p1 not in (UNIQUE_IDENTIFIER, HISTORICAL_BYTES):
        return Response(SW.WRONG_P1_P2)
    if command.case != FETCHES:
        return Response(SW.WRONG_LENGTH)
    asked_for_uid = command.p1 == UNIQUE_IDENTIFIER
    return Response(SW.SUCCESS, uid(contact_atr) if asked_for_uid else contact_atr[CONTACT_ATR_HEAD:])
