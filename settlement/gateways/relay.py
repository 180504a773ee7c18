"""What a front process and its engine say to each other: records on a stream. Pure: values in, bytes out, and back.

A record is its length, a kind, the number of the question that it belongs to, when that question came in, and a
payload. Both ends are ours and of one version, on one machine: the clock is the machine's monotonic one.
"""

from collections.abc import Iterator
from enum import IntEnum
from struct import Struct
from typing import Final, NamedTuple

from settlement.wire.framing import FRAME_MAX

_HEAD: Final = Struct(">IBQd")


class Kind(IntEnum):
    """What a record is for; the first three go to the engine, the others come from it."""

    AUTHENTIC = 1
    """A message whose MAC and form the front found good."""
    DOUBTFUL = 2
    """MAC and message of whatever else came: the engine looks itself, refuses and counts."""
    REFUSED = 3
    """Refused by the front: a stream that could not be followed, or a message too many. The payload is the code that
    was told, and the message if there was one: the engine counts it."""
    REPLY = 4
    """A reply that the front seals."""
    SEALED = 5
    """MAC and reply, where the front has no key for it."""
    LET_NOBODY_IN = 6
    """The engine is about to end: stop listening."""


class Record(NamedTuple):
    """One record; `began` is seconds of perf_counter."""

    kind: Kind
    number: int
    began: float
    payload: bytes


def pack(kind: Kind, number: int = 0, began: float = 0.0, payload: bytes = b"") -> bytes:
    """Return a record's bytes."""
    assert len(payload) <= FRAME_MAX, len(payload)
    return _HEAD.pack(len(payload), kind, number, began) + payload


class RecordReader:
    """Cuts a stream into records.

    >>> reader = RecordReader()
    >>> list(reader.read(pack(Kind.REPLY, 7, 0.5, b"one")[:9]))
    []
    >>> list(reader.read(pack(Kind.REPLY, 7, 0.5, b"one")[9:]))
    [Record(kind=<Kind.REPLY: 4>, number=7, began=0.5, payload=b'one')]
    """

    def __init__(self) -> None:
        self._rest = b""

    def read(self, data: bytes) -> Iterator[Record]:
        """Take what the stream delivered; yield every record that is whole."""
        stream = self._rest + data if self._rest else data
        at, end = 0, len(stream)
        while end - at >= _HEAD.size:
            length, kind, number, began = _HEAD.unpack_from(stream, at)
            start = at + _HEAD.size
            if end - start < length:
                break
            at = start + length
            yield Record(Kind(kind), number, began, stream[start:at])
        self._rest = stream[at:]
