"""Command and response APDUs with short and extended lengths (ISO 7816-3, 12.1).

`parse` never raises: what fits none of the four cases is a `MALFORMED` command, so that the card still sees its class
and instruction and can refuse in the right order.
"""

from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct

from cardsim.status import SW

HEADER_LENGTH = 4
LE_MAX = 256
LE_EXTENDED_MAX = 65536
EXTENDED_HEADER_LENGTH = 7  # CLA INS P1 P2 00 and two bytes of Lc or Le
EXTENDED_LE_LENGTH = 2
FETCHES_REMEMBERED = 1024  # a terminal reads every card by the same few commands, which hold nobody's data

# The cases of ISO 7816-3, 12.1.2, by what travels; 0 is ours
MALFORMED, NOTHING, FETCHES, SENDS, BOTH = range(5)


class Command(NamedTuple):
    """A parsed command: `case` is one of the five above, `le` is 0 where there is none and the most for Le of zeros."""

    cla: int
    ins: int
    p1: int
    p2: int
    case: int
    data: bytes = b""
    le: int = 0


class Response(Struct, frozen=True):
    """Data, then the status word."""

    sw: int
    data: bytes = b""

    def encode(self) -> bytes:
        """Return the response APDU."""
        return self.data + self.sw.to_bytes(2, "big")


SUCCESS = Response(SW.SUCCESS)


def parse(command: bytes) -> Command | None:
    """Split a command APDU; None if it has not even a header."""
    length = len(command)
    if length < HEADER_LENGTH:
        return None
    if length == HEADER_LENGTH + 1:
        return _fetching(command)
    cla, ins, p1, p2 = command[:HEADER_LENGTH]
    if length == HEADER_LENGTH:
        return Command(cla, ins, p1, p2, NOTHING)
    p3 = command[4]
    if p3 == 0:
        return _extended(command, length)
    after = length - HEADER_LENGTH - 1 - p3  # bytes behind the data that P3 announces
    if after == 0:
        return Command(cla, ins, p1, p2, SENDS, command[HEADER_LENGTH + 1 :])
    if after == 1:
        return Command(cla, ins, p1, p2, BOTH, command[HEADER_LENGTH + 1 : -1], command[-1] or LE_MAX)
    return Command(cla, ins, p1, p2, MALFORMED)


@lru_cache(FETCHES_REMEMBERED)
def _fetching(command: bytes) -> Command:
    """Split a command of five bytes, of which the last is Le."""
    cla, ins, p1, p2, le = command
    return Command(cla, ins, p1, p2, FETCHES, b"", le or LE_MAX)


def _extended(command: bytes, length: int) -> Command:
    """Split a command whose fifth byte is 00: two bytes of length follow (ISO 7816-3, 12.1.3)."""
    cla, ins, p1, p2 = command[:HEADER_LENGTH]
    announced = int.from_bytes(command[HEADER_LENGTH + 1 : EXTENDED_HEADER_LENGTH], "big")
    if length == EXTENDED_HEADER_LENGTH:
        return Command(cla, ins, p1, p2, FETCHES, b"", announced or LE_EXTENDED_MAX)
    data, rest = command[EXTENDED_HEADER_LENGTH:][:announced], command[EXTENDED_HEADER_LENGTH + announced :]
    if length > EXTENDED_HEADER_LENGTH and len(data) == announced > 0:
        if not rest:
            return Command(cla, ins, p1, p2, SENDS, data)
        if len(rest) == EXTENDED_LE_LENGTH:
            return Command(cla, ins, p1, p2, BOTH, data, int.from_bytes(rest, "big") or LE_EXTENDED_MAX)
    return Command(cla, ins, p1, p2, MALFORMED)
