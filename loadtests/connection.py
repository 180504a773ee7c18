"""One terminal's connection to the host, on a plain blocking socket.

No event loop is imported; under Locust gevent makes the socket cooperative. Which frame answers is the conversation's
to say; here a line is opened, written, read, and given up when it breaks or falls silent.
"""

import socket
from collections.abc import Callable
from time import monotonic
from typing import Final

from settlement.wire.envelope import Reply
from settlement.wire.framing import FrameError, FrameReader
from settlement.wire.session import TerminalSession
from terminals.kernel.conversation import Conversation
from terminals.kernel.effects import NoReply, Request

RECEIVE_SIZE: Final = 64 * 1024


class Connection:
    """A terminal's connection; it opens itself when it is needed, and again after it broke."""

    def __init__(
        self,
        address: tuple[str, int],
        session: TerminalSession,
        patience_s: float,
        clock_ms: Callable[[], int],
        stray: Callable[[str], None],
    ) -> None:
        self._address = address
        self._conversation = Conversation(session, clock_ms=clock_ms, stray=stray)
        self.patience_s = patience_s
        self._socket: socket.socket | None = None
        self._frames = FrameReader()

    def exchange(self, request: Request) -> Reply | NoReply:
        """Send one request and return its reply, or why there is none.

        A line that falls silent stays open: what comes late is then known for what it is.
        """
        try:
            return self._send_and_wait(self._conversation.seal(request))
        except TimeoutError:
            return NoReply(f"no reply within {self.patience_s:g} s")
        except (OSError, FrameError) as error:
            self.close()
            return NoReply(str(error) or type(error).__name__)

    def close(self) -> None:
        """Close the socket, if it is open; what was half received is forgotten."""
        if self._socket is not None:
            self._socket.close()
        self._socket, self._frames = None, FrameReader()

    def _send_and_wait(self, frame: bytes) -> Reply | NoReply:
        deadline_s = monotonic() + self.patience_s
        line = self._open()
        line.settimeout(self.patience_s)
        line.sendall(frame)
        while True:
            for message, mac in self._frames:
                if (reply := self._conversation.take(message, mac)) is not None:
                    return reply
            data = line.recv(RECEIVE_SIZE)
            if not data:
                raise ConnectionResetError("the host closed the connection")
            self._frames.feed(data)
            if monotonic() > deadline_s:
                raise TimeoutError  # frames came, and none of them was the answer

    def _open(self) -> socket.socket:
        if self._socket is None:
            self._socket = socket.create_connection(self._address, self.patience_s)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._socket
