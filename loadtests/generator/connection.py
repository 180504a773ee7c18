"""One terminal's connection to the host, on a blocking socket or whatever behaves like one.

No event loop is imported: the caller says how a line is opened. Which frame answers is the conversation's to say; here
a line is opened, written, read, and given up when it breaks or falls silent.
"""

import socket
from collections.abc import Callable
from time import monotonic
from typing import Final, Protocol

from settlement.wire.envelope import Reply
from settlement.wire.framing import FrameError, FrameReader
from settlement.wire.session import TerminalSession
from terminals.kernel.conversation import Conversation
from terminals.kernel.effects import NoReply, Request

RECEIVE_SIZE: Final = 64 * 1024


class Line(Protocol):
    """The part of a socket that is used here; what is not in time raises TimeoutError."""

    def settimeout(self, timeout_s: float, /) -> None:
        """Set how long the other methods may take."""

    def sendall(self, data: bytes, /) -> None:
        """Send everything; raise OSError."""

    def recv(self, size: int, /) -> bytes:
        """Return what has arrived, b"" at the end; raise OSError."""

    def close(self) -> None:
        """Hang up."""


Dial = Callable[[tuple[str, int], float], Line]
"""Opens a line to an address within a time; raises OSError."""


def dial(address: tuple[str, int], timeout_s: float) -> socket.socket:
    """Open a plain socket."""
    opened = socket.create_connection(address, timeout_s)
    opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return opened


class Connection:
    """A terminal's connection; it opens itself when it is needed, and again after it broke."""

    def __init__(
        self,
        address: tuple[str, int],
        session: TerminalSession,
        patience_s: float,
        clock_ms: Callable[[], int],
        stray: Callable[[str], None],
        dial: Dial = dial,
    ) -> None:
        self._address = address
        self._conversation = Conversation(session, clock_ms=clock_ms, stray=stray)
        self.patience_s = patience_s
        self._dial = dial
        self._line: Line | None = None
        self._frames = FrameReader()

    def exchange(self, request: Request) -> Reply | NoReply:
        """Send one request and return its reply, or why there is none.

        A line that falls silent stays open: what comes late is then known for what it is. One on which a frame was cut
        off is given up.
        """
        try:
            return self._send_and_wait(self._conversation.seal(request))
        except TimeoutError:
            return NoReply(f"no reply within {self.patience_s:g} s")
        except (OSError, FrameError) as error:
            self.close()
            return NoReply(str(error) or type(error).__name__)

    def close(self) -> None:
        """Close the line, if it is open; what was half received is forgotten."""
        if self._line is not None:
            self._line.close()
        self._line, self._frames = None, FrameReader()

    def _send_and_wait(self, frame: bytes) -> Reply | NoReply:
        deadline_s = monotonic() + self.patience_s
        line = self._line or self._open()
        line.settimeout(self.patience_s)
        try:
            line.sendall(frame)
        except TimeoutError:
            self.close()  # the host would take the next frame for the rest of this one
            raise
        frames, take = self._frames, self._conversation.take
        while True:
            while (found := frames.cut()) is not None:
                if (reply := take(*found)) is not None:
                    return reply
            if monotonic() > deadline_s:
                raise TimeoutError  # frames came, and none of them was the answer
            data = line.recv(RECEIVE_SIZE)
            if not data:
                raise ConnectionResetError("the host closed the connection")
            frames.feed(data)

    def _open(self) -> Line:
        self._line = line = self._dial(self._address, self.patience_s)
        return line
