"""What passes between a PcscReader and its process: frames of one byte of kind, four of length, and a payload.

Only the language lives here; both ends import it, and neither the other.
"""

import struct
from enum import IntEnum
from typing import Final


class Ask(IntEnum):
    """What the process is told to do. Payload: an APDU for TRANSMIT, none else."""

    LIST = 1
    WAIT_FOR_CARD = 2
    WAIT_FOR_REMOVAL = 3
    POWER_ON = 4
    TRANSMIT = 5
    POWER_OFF = 6


class Said(IntEnum):
    """What the process says. Payload: ATR, R-APDU or list for DONE, a sentence for the others."""

    DONE = 1
    NO_CARD = 2
    READER_GONE = 3
    """After it the process ends: whatever handles it held are worth nothing."""


HEADER: Final = struct.Struct(">BI")
PAYLOAD_MAX: Final = 0x1_0002
"""An extended R-APDU: 65,536 bytes and a status word (ISO 7816-4, 5.1)."""


def pack(kind: Ask | Said, payload: bytes = b"") -> bytes:
    """Return one frame."""
    return HEADER.pack(kind, len(payload)) + payload
