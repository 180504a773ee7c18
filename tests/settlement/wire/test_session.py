import pytest

from settlement.wire.envelope import MalformedError, Reply, decode_request, encode, raw
from settlement.wire.framing import NO_MAC, FrameReader
from settlement.wire.keys import REPLY, REQUEST, NetworkKey
from settlement.wire.messages import QuerySettlement, SignedIn, SignIn
from settlement.wire.session import TerminalSession

NETWORK = NetworkKey(bytes(range(16)))
QUESTION = QuerySettlement("P", "S", "M")


@pytest.fixture
def session() -> TerminalSession:
    key = NETWORK.terminal_key("T1")
    return TerminalSession(key, dev_no="T1", fixmedins_code="P37010000001", city="370100")


def sealed(session: TerminalSession, body: SignIn | QuerySettlement) -> tuple[bytes, bytes, int]:
    frame, counter = session.seal(body, msgid="M1", clock_ms=1_000, inf_time="")
    reader = FrameReader()
    reader.feed(frame)
    [(message, mac)] = reader
    return message, mac, counter


def signed_in(session: TerminalSession, sign_no: str = "SESSION") -> TerminalSession:
    session.accept(Reply("M1", "9001", "", "", "", "", raw(SignedIn(sign_no, ""))))
    return session


def test_a_9001_goes_under_the_terminal_key_and_its_clock(session: TerminalSession) -> None:
    message, mac, counter = sealed(session, SignIn("x"))
    assert counter == 1_000
    assert NETWORK.session("T1", "").authentic(REQUEST, counter, message, mac)


def test_after_signing_in_counters_rise_from_one_under_the_session_key(session: TerminalSession) -> None:
    signed_in(session)
    for expected in (1, 2, 3):
        message, mac, counter = sealed(session, QUESTION)
        assert counter == decode_request(message).counter == expected
        assert NETWORK.session("T1", "SESSION").authentic(REQUEST, counter, message, mac)


def test_a_new_session_counts_anew(session: TerminalSession) -> None:
    sealed(signed_in(session), QUESTION)
    assert sealed(signed_in(session, "OTHER"), QUESTION)[2] == 1


def test_a_reply_is_taken_only_under_its_own_counter(session: TerminalSession) -> None:
    signed_in(session)
    reply = encode(Reply("M1", "5203", "E3301", "", "", ""))
    mac = NETWORK.session("T1", "SESSION").mac(REPLY, 7, reply)
    assert session.open(reply, mac, 7)[1]
    with pytest.raises(MalformedError):
        session.open(reply, mac, 8)


def test_an_answer_without_a_mac_is_marked_as_such(session: TerminalSession) -> None:
    reply = encode(Reply("M1", "5203", "E1005", "", "", ""))
    assert signed_in(session).open(reply, NO_MAC, 1) == (Reply("M1", "5203", "E1005", "", "", ""), False)


def test_a_pin_pad_works_only_in_a_session(session: TerminalSession) -> None:
    with pytest.raises(AssertionError):
        session.pin_block("000000", "6299990000000000004")
