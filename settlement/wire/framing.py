"""Where a message ends on a stream: four bytes of length, the message, sixteen bytes of MAC.

The length counts message and MAC and is checked before anything is allocated for it. Sans-I/O: bytes in, frames out,
at whatever sizes the stream delivers them.
"""

from collections.abc import Iterator
from struct import Struct
from typing import Final

_LENGTH = Struct(">I")
LENGTH_SIZE: Final = _LENGTH.size
MAC_SIZE: Final = 16
FRAME_MAX: Final = 64 * 1024
"""The longest frame of a message; the bill of LINES_MAX lines fits."""
LARGE_FRAME_MAX: Final = 1024 * 1024
"""The longest frame of a message that carries a file or a hospital's lines (codes.LARGE), and of its reply."""
FRAME_MIN: Final = MAC_SIZE + 1
NO_MAC: Final = bytes(MAC_SIZE)
"""Stands where the sender has no key: the host's answer to what it cannot authenticate."""


class FrameError(ValueError):
    """A length that no frame may have; the stream cannot be followed any further."""

    def __init__(self, length: int, frame_max: int) -> None:
        super().__init__(f"a frame of {length} bytes; allowed are {FRAME_MIN} to {frame_max}")
        self.too_large = length > frame_max


def frame(message: bytes, mac: bytes) -> bytes:
    """Return one frame; both ends assert the same limit."""
    length = len(message) + len(mac)
    assert FRAME_MIN <= length <= LARGE_FRAME_MAX, length
    assert len(mac) == MAC_SIZE
    return _LENGTH.pack(length) + message + mac


class FrameReader:
    """Cuts a stream into frames.

    >>> reader = FrameReader()
    >>> reader.feed(frame(b"one", NO_MAC)[:6])
    >>> list(reader)
    []
    >>> reader.feed(frame(b"one", NO_MAC)[6:])
    >>> [message for message, _ in reader]
    [b'one']
    """

    def __init__(self, frame_max: int = FRAME_MAX) -> None:
        self._buffer: bytes | bytearray = b""
        self._frame_max = frame_max

    def feed(self, data: bytes) -> None:
        """Take what the stream delivered; as a rule that is one frame, of which no copy is made."""
        if not self._buffer:
            self._buffer = data
            return
        if isinstance(self._buffer, bytes):
            self._buffer = bytearray(self._buffer)
        self._buffer += data

    @property
    def large(self) -> bool:
        """Whether the frame that has begun is longer than an ordinary message may be."""
        return len(self._buffer) >= LENGTH_SIZE and _LENGTH.unpack_from(self._buffer)[0] > FRAME_MAX

    @property
    def pending(self) -> int:
        """Return how many bytes of an unfinished frame are held."""
        return len(self._buffer)

    def __iter__(self) -> Iterator[tuple[bytes, bytes]]:
        """Yield (message, mac) of every whole frame; raise FrameError for a length out of bounds."""
        while (whole := self.cut()) is not None:
            yield whole

    def cut(self) -> tuple[bytes, bytes] | None:
        """Return (message, mac) of the next frame, None until it is whole; raise FrameError as iteration does."""
        buffer = self._buffer
        size = len(buffer)
        if size < LENGTH_SIZE:
            return None
        (length,) = _LENGTH.unpack_from(buffer)
        if not FRAME_MIN <= length <= self._frame_max:
            raise FrameError(length, self._frame_max)
        end = LENGTH_SIZE + length
        if size < end:
            return None
        if size == end:
            self._buffer = b""
        else:
            buffer = self._cut_off(end)
        return bytes(buffer[LENGTH_SIZE:-MAC_SIZE]), bytes(buffer[-MAC_SIZE:])

    def _cut_off(self, end: int) -> bytes:
        """Return the bytes up to `end` and forget them: cheap also where many frames came at once."""
        if isinstance(self._buffer, bytes):
            self._buffer = bytearray(self._buffer)
        whole = bytes(self._buffer[:end])
        del self._buffer[:end]
        return whole
