"""One signed POST over a plain socket: kept alive, never repeated, and given up where nothing comes back."""

import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from loadtests.foreign.gateway import Answer, Gateway, NoAnswer
from loadtests.workload.door import Credential, NationalDoor
from settlement.data_directory import InstitutionKey
from settlement.gateways.keyring import Keyring
from settlement.gateways.signature import key_of

CREDENTIAL = Credential(fixmedins_code="P1", access_key="AK", secret_key="SK")
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


class Peer:
    """Whoever stands at the other end of one connection, and what they read there."""

    def __init__(self, *answers: bytes | None) -> None:
        self.answers, self.read = list(answers), list[bytes]()

    def serve(self, line: socket.socket) -> None:
        for answer in self.answers:
            request = b""
            while not request.endswith(b"{?}"):
                data = line.recv(65536)
                if not data:
                    return
                request += data
            self.read.append(request)
            if answer is None:
                return
            line.sendall(answer)


@contextmanager
def listening(*peers: Peer) -> Iterator[tuple[str, int]]:
    def run(listener: socket.socket) -> None:
        for peer in peers:
            line, _ = listener.accept()
            with line:
                peer.serve(line)

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=run, args=(listener,), daemon=True)
        thread.start()
        host, port = listener.getsockname()
        yield host, port


Open = Callable[..., Gateway]


@pytest.fixture
def opened() -> Iterator[Open]:
    made: list[Gateway] = []

    def start(address: tuple[str, int], *, keep_alive_s: float = 4.0, timeout_s: float = 5.0) -> Gateway:
        door = NationalDoor(institutions={}, credentials=(), keep_alive_s=keep_alive_s)
        made.append(Gateway(address, door, CREDENTIAL, timeout_s, lambda: 1_795_233_600_000))
        return made[-1]

    yield start
    for gateway in made:
        gateway.close()


def test_a_request_is_signed_as_the_door_checks_it(opened: Open) -> None:
    peer = Peer(OK)
    with listening(peer) as address:
        assert opened(address).post(b"{?}") == Answer(200, b"{}")
    head, _, body = peer.read[0].partition(b"\r\n\r\n")
    lines = [line.split(": ") for line in head.decode().split("\r\n")[1:]]
    headers = {name.lower(): value for name, value in lines}
    key = InstitutionKey("AK", "SK", "P1")
    assert key_of(headers, Keyring((key,)), 1_795_233_600_000) == key
    assert body == b"{?}"
    assert head.startswith(b"POST /fsi/api/rsfComIfsService/callService HTTP/1.1")


def test_a_connection_is_kept_and_opened_anew_after_a_silence(opened: Open) -> None:
    kept, again = Peer(OK, OK, OK), Peer(OK)
    with listening(kept) as address:
        gateway = opened(address)
        assert [gateway.post(b"{?}").status for _ in range(3)] == [200] * 3
    with listening(Peer(OK), again) as address:
        gateway = opened(address, keep_alive_s=1e-9)
        assert [gateway.post(b"{?}").status for _ in range(2)] == [200] * 2
    assert (len(kept.read), len(again.read)) == (3, 1)


def test_a_request_whose_connection_ends_is_not_sent_again(opened: Open) -> None:
    dropped, next_one = Peer(None), Peer(OK)
    with listening(dropped, next_one) as address:
        gateway = opened(address)
        with pytest.raises(NoAnswer):
            gateway.post(b"{?}")
        assert (len(dropped.read), len(next_one.read)) == (1, 0)
        assert gateway.post(b"{?}").status == 200


@pytest.mark.parametrize("garbage", [b"nonsense\r\n\r\n", b"HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n{}"])
def test_what_is_no_http_is_no_answer(opened: Open, garbage: bytes) -> None:
    with listening(Peer(garbage)) as address, pytest.raises(NoAnswer):
        opened(address).post(b"{?}")


def test_a_silent_peer_is_given_up_within_the_timeout(opened: Open) -> None:
    with listening(Peer(b"", b"")) as address, pytest.raises(NoAnswer, match=r"no answer within 0\.05 s"):
        opened(address, timeout_s=0.05).post(b"{?}")


def test_an_address_where_nobody_listens_is_no_answer(opened: Open) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = taken.getsockname()[:2]
    with pytest.raises(NoAnswer):
        opened(address).post(b"{?}")
