"""Command and response APDUs with short lengths (ISO 7816-3, 12.1).

`parse` never raises: what fits none of the four cases is a `MALFORMED` command, so that the card still sees its class
and instruction and can refuse in the right order. Extended lengths are not announced by this card's ATR and fall
under it as well.
"""

from typing import NamedTuple

from cardsim.status import SW

HEADER_LENGTH = 4
LE_MAX = 256

# The cases of ISO 7816-3, 12.1.2, by what travels; 0 is ours
MALFORMED, NOTHING, FETCHES, SENDS, BOTH = range(5)


class Command(NamedTuple):
    """A parsed command: `case` is one of the five above, `le` is 256 for Le = 00 and 0 where there is none."""

    cla: int
    ins: int
    p1: int
    p2: int
    case: int
    data: bytes = b""
    le: int = 0


class Response(NamedTuple):
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
    cla, ins, p1, p2 = command[:HEADER_LENGTH]
    if length == HEADER_LENGTH:
        return Command(cla, ins, p1, p2, NOTHING)
    p3 = command[4]
    data = command[HEADER_LENGTH + 1 :][:p3]
    after = length - HEADER_LENGTH - 1 - p3  # bytes behind the data that P3 announces
    if length == HEADER_LENGTH + 1:
        return Command(cla, ins, p1, p2, FETCHES, b"", p3 or LE_MAX)
    if p3 and after == 0:
        return Command(cla, ins, p1, p2, SENDS, data)
    if p3 and after == 1:
        return Command(cla, ins, p1, p2, BOTH, data, command[-1] or LE_MAX)
    return Command(cla, ins, p1, p2, MALFORMED)
