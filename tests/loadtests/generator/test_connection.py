import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest

from loadtests.generator.connection import Connection
from settlement.wire import codes, framing
from settlement.wire.envelope import Reply, encode
from settlement.wire.messages import QuerySettlement, SignIn
from settlement.wire.refusal import Refusal
from settlement.wire.session import TerminalSession
from terminals.kernel.conversation import Stray
from terminals.kernel.effects import NoReply, Request

NOON = 1_795_233_600_000
Hosting = Callable[..., AbstractContextManager[tuple[str, int]]]


def query(msgid: str) -> Request:
    return Request(QuerySettlement("P1", "S1", ""), msgid, "")


def signing_in(msgid: str = "M0") -> Request:
    return Request(SignIn("run"), msgid, "")


@pytest.fixture
def strays() -> list[str]:
    return []


@pytest.fixture
def connect(make_session: Callable[[], TerminalSession], strays: list[str]) -> Callable[..., Connection]:
    def opened(address: tuple[str, int], patience_s: float = 5) -> Connection:
        return Connection(address, make_session(), patience_s, lambda: NOON, strays.append)

    return opened


def signs_on(host: Any) -> None:
    host.send(host.reply(host.request()))


def test_a_reply_to_the_request_under_way_is_returned(hosting: Hosting, connect: Callable[..., Connection]) -> None:
    def script(host: Any) -> None:
        signs_on(host)
        host.send(host.reply(host.request(), refusal="E3301"))
        host.request()

    with hosting(script) as address:
        connection = connect(address)
        assert isinstance(connection.exchange(signing_in()), Reply)
        reply = connection.exchange(query("M1"))
        connection.close()
    assert isinstance(reply, Reply)
    assert (reply.msgid, reply.refusal) == ("M1", "E3301")


def test_replies_to_older_requests_are_counted_for_what_they_are(
    hosting: Hosting, connect: Callable[..., Connection], strays: list[str]
) -> None:
    def script(host: Any) -> None:
        signs_on(host)
        first = host.request()
        host.send(host.reply(first))
        second = host.request()
        host.send(host.reply(first), host.reply(second, msgid="M99"), host.reply(second))
        host.request()

    with hosting(script) as address:
        connection = connect(address)
        connection.exchange(signing_in())
        connection.exchange(query("M1"))
        reply = connection.exchange(query("M2"))
        connection.close()
    assert isinstance(reply, Reply)
    assert strays == [Stray.DUPLICATE, Stray.UNMATCHED]


def test_the_late_reply_of_a_given_up_request_is_counted_as_late(
    hosting: Hosting, connect: Callable[..., Connection], strays: list[str]
) -> None:
    def script(host: Any) -> None:
        signs_on(host)
        first = host.request()
        second = host.request()
        host.send(host.reply(first), host.reply(second))
        host.request()

    with hosting(script) as address:
        connection = connect(address)
        connection.exchange(signing_in())
        connection.patience_s = 0.05
        lost = connection.exchange(query("M1"))
        connection.patience_s = 5
        reply = connection.exchange(query("M2"))
        connection.close()
    assert lost == NoReply("no reply within 0.05 s")
    assert isinstance(reply, Reply)
    assert strays == [Stray.LATE]


def test_the_answer_to_the_first_copy_of_a_repeat_is_as_good(
    hosting: Hosting, connect: Callable[..., Connection]
) -> None:
    def script(host: Any) -> None:
        signs_on(host)
        first = host.request()
        host.request()
        host.send(host.reply(first))
        host.request()

    with hosting(script) as address:
        connection = connect(address)
        connection.exchange(signing_in())
        connection.patience_s = 0.05
        assert isinstance(connection.exchange(query("M1")), NoReply)
        connection.patience_s = 5
        again = connection.exchange(query("M1"))
        connection.close()
    assert isinstance(again, Reply)


def test_a_wrong_mac_proves_nothing_and_the_wait_goes_on(
    hosting: Hosting, connect: Callable[..., Connection], strays: list[str]
) -> None:
    def script(host: Any) -> None:
        signs_on(host)
        request = host.request()
        host.send(host.reply(request, counter=request.counter + 7), host.reply(request, refusal="E3301"))
        host.request()

    with hosting(script) as address:
        connection = connect(address)
        connection.exchange(signing_in())
        reply = connection.exchange(query("M1"))
        connection.close()
    assert isinstance(reply, Reply)
    assert reply.refusal == "E3301"
    assert strays == [Stray.UNAUTHENTIC]


def unsealed(request: Any, refusal: Refusal) -> bytes:
    reply = Reply(request.msgid, "5203", refusal.code, refusal.text(), "ref", "now")
    return framing.frame(encode(reply), framing.NO_MAC)


def test_a_host_that_cannot_authenticate_us_says_nothing_of_a_settlement(
    hosting: Hosting, connect: Callable[..., Connection]
) -> None:
    def script(host: Any) -> None:
        signs_on(host)
        host.send(unsealed(host.request(), codes.BAD_SIGNATURE))
        host.request()

    with hosting(script) as address:
        connection = connect(address)
        connection.exchange(signing_in())
        reply = connection.exchange(query("M1"))
        connection.close()
    assert isinstance(reply, NoReply)


def test_a_host_that_cannot_authenticate_us_refuses_our_sign_on(
    hosting: Hosting, connect: Callable[..., Connection]
) -> None:
    def script(host: Any) -> None:
        host.send(unsealed(host.request(), codes.UNKNOWN_TERMINAL))
        host.request()

    with hosting(script) as address:
        connection = connect(address)
        reply = connection.exchange(signing_in())
        connection.close()
    assert isinstance(reply, Reply)
    assert reply.refusal == codes.UNKNOWN_TERMINAL.code


def test_a_connection_that_breaks_is_no_reply_and_opens_again(
    hosting: Hosting, connect: Callable[..., Connection]
) -> None:
    def breaks(host: Any) -> None:
        signs_on(host)
        host.request()

    def answers(host: Any) -> None:
        host.send(host.reply(host.request()))
        host.request()

    with hosting(breaks, answers) as address:
        connection = connect(address)
        connection.exchange(signing_in())
        lost = connection.exchange(query("M1"))
        again = connection.exchange(query("M1"))
        connection.close()
    assert lost == NoReply("the host closed the connection")
    assert isinstance(again, Reply)


def test_a_length_that_no_frame_has_ends_the_connection(hosting: Hosting, connect: Callable[..., Connection]) -> None:
    def script(host: Any) -> None:
        signs_on(host)
        host.request()
        host.send(b"\xff\xff\xff\xff")
        host.request()

    with hosting(script) as address:
        connection = connect(address)
        connection.exchange(signing_in())
        lost = connection.exchange(query("M1"))
    assert isinstance(lost, NoReply)
    assert "a frame of 4294967295 bytes" in lost.reason


def test_a_host_that_is_not_there_is_no_reply(connect: Callable[..., Connection]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = taken.getsockname()
    assert isinstance(connect(address).exchange(signing_in()), NoReply)


class Jammed(socket.socket):
    """A line whose peer reads no more: half a frame leaves, and the rest is not taken in time."""

    def sendall(self, data: Any, flags: int = 0, /) -> None:
        if b"M1" not in data:
            return super().sendall(data, flags)
        super().sendall(data[: len(data) // 2], flags)
        raise TimeoutError


def test_a_line_on_which_a_request_was_cut_off_is_given_up_and_the_repeat_is_answered_on_another(
    hosting: Hosting, make_session: Callable[[], TerminalSession], strays: list[str]
) -> None:
    def opened(address: tuple[str, int], timeout_s: float) -> socket.socket:
        line = lines.pop(0)(socket.AF_INET, socket.SOCK_STREAM)
        line.settimeout(timeout_s)
        line.connect(address)
        return line

    def is_cut_off(host: Any) -> None:
        signs_on(host)
        host.request()

    def answers(host: Any) -> None:
        host.send(host.reply(host.request()))
        host.request()

    lines: list[type[socket.socket]] = [Jammed, socket.socket]
    with hosting(is_cut_off, answers) as address:
        connection = Connection(address, make_session(), 5, lambda: NOON, strays.append, opened)
        connection.exchange(signing_in())
        lost = connection.exchange(query("M1"))
        again = connection.exchange(query("M1"))
        connection.close()
    assert lost == NoReply("no reply within 5 s")
    assert isinstance(again, Reply)
