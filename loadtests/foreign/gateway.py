"""One signed POST to a gateway of variant A (AK/SK), and what came back of it: an answer, or that none came.

A connection is kept, and opened anew after a silence longer than the other side keeps one. Nothing is ever sent twice
from here, since geventhttpclient repeats no POST: whether a message may be repeated is the kernel's to say. Works on
plain sockets and in a process that gevent has taken.
"""

from collections.abc import Callable
from time import monotonic
from typing import Final, NamedTuple

from geventhttpclient import HTTPClient
from geventhttpclient.response import HTTPParseError

from loadtests.workload.door import Credential, NationalDoor
from settlement.wire.signature import SIGNATURE, sign

OK: Final = 200
ANSWER_MAX: Final = 8 * 1024 * 1024
"""A statement of a day's settlements comes as a file in one answer (9102)."""


class Answer(NamedTuple):
    """What an HTTP exchange brought."""

    status: int
    content: bytes


class NoAnswer(Exception):  # noqa: N818 - an end that is expected, as the kernel's NoReply
    """Nothing that can be understood came back: what became of the request is unknown."""


class Gateway:
    """One keep-alive connection of one institution. `clock_ms` is Unix time, which the signature states."""

    def __init__(
        self,
        address: tuple[str, int],
        door: NationalDoor,
        credential: Credential,
        timeout_s: float,
        clock_ms: Callable[[], int],
    ) -> None:
        self._address = address
        self._door = door
        self._credential = credential
        self._timeout_s = timeout_s
        self._clock_ms = clock_ms
        self._client: HTTPClient | None = None
        self._used_s = 0.0

    def post(self, content: bytes) -> Answer:
        """Send an envelope; raise NoAnswer."""
        if monotonic() - self._used_s > self._door.keep_alive_s:
            self.close()
        try:
            response = self._opened().post(self._door.path, content, headers=self._headers())
            with response:
                read = bytes(response.read(ANSWER_MAX + 1))
                status = response.status_code
        except TimeoutError:
            self.close()
            raise NoAnswer(f"no answer within {self._timeout_s:g} s") from None
        except (OSError, HTTPParseError) as error:
            self.close()
            raise NoAnswer(str(error) or type(error).__name__) from None
        self._used_s = monotonic()
        if len(read) > ANSWER_MAX:
            self.close()
            raise NoAnswer(f"an answer of more than {ANSWER_MAX} bytes")
        return Answer(status, read)

    def close(self) -> None:
        """Hang up."""
        if self._client is not None:
            self._client.close()
        self._client = None

    def _opened(self) -> HTTPClient:
        if self._client is None:
            host, port = self._address
            self._client = HTTPClient(
                host, port, ssl=self._door.tls, connection_timeout=self._timeout_s, network_timeout=self._timeout_s
            )
        return self._client

    def _headers(self) -> dict[str, str]:
        headers = {
            "_api_access_key": self._credential.access_key,
            "_api_name": self._door.api_name,
            "_api_timestamp": str(self._clock_ms()),
            "_api_version": self._door.api_version,
        }
        return headers | {SIGNATURE: sign(self._credential.secret_key, headers), "Content-Type": "application/json"}
