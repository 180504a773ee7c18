from collections.abc import Callable
from typing import Any

import msgpack
import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import Raw

from settlement.reception import UNSEALED, Received, TurnedAway, receive
from settlement.wire import codes
from settlement.wire.envelope import Request, decode_request, encode
from settlement.wire.framing import FRAME_MAX, MAC_SIZE, NO_MAC
from settlement.wire.keys import REPLY, REQUEST, NetworkKey
from settlement.wire.messages import SignIn
from settlement.wire.reconciliation import UploadFile
from settlement.wire.refusal import Refusal

Cut = Callable[[bytes], tuple[bytes, bytes]]


@pytest.fixture
def sealed(till: Callable[..., Any], cut: Cut) -> tuple[bytes, bytes]:
    return cut(till().seal(SignIn("tester"))[0])


def test_an_authentic_message_is_received_with_the_seal_of_its_reply(sealed: Any, key: NetworkKey) -> None:
    received = receive(*sealed, key)
    assert isinstance(received, Received)
    assert (received.body, received.infno) == (SignIn("tester"), "9001")
    keys = key.session(received.request.dev_no, "")
    assert received.seal.mac(b"reply") == keys.mac(REPLY, received.request.counter, b"reply")


@given(place=st.integers(0, 15), bit=st.integers(0, 7))
def test_a_mac_with_one_bit_wrong_is_refused_without_a_mac(
    till: Callable[..., Any], cut: Cut, key: NetworkKey, place: int, bit: int
) -> None:
    message, mac = cut(till().seal(SignIn("tester"))[0])
    away = receive(message, mac[:place] + bytes([mac[place] ^ 1 << bit]) + mac[place + 1 :], key)
    assert isinstance(away, TurnedAway)
    assert (away.refusal, away.seal) == (codes.BAD_SIGNATURE, UNSEALED)


@given(data=st.data())
def test_a_message_with_one_byte_changed_is_never_received(
    till: Callable[..., Any], cut: Cut, key: NetworkKey, data: st.DataObject
) -> None:
    message, mac = cut(till().seal(SignIn("tester"))[0])
    place = data.draw(st.integers(0, len(message) - 1))
    changed = message[:place] + bytes([message[place] ^ data.draw(st.integers(1, 255))]) + message[place + 1 :]
    away = receive(changed, mac, key)
    assert isinstance(away, TurnedAway)
    assert away.refusal in (codes.BAD_SIGNATURE, codes.BAD_ENVELOPE)


@pytest.mark.parametrize("mac", [NO_MAC, bytes(range(16))])
def test_a_missing_or_invented_mac_is_refused(sealed: Any, key: NetworkKey, mac: bytes) -> None:
    away = receive(sealed[0], mac, key)
    assert isinstance(away, TurnedAway)
    assert away.refusal == codes.BAD_SIGNATURE


def test_another_terminals_key_is_refused(till: Callable[..., Any], cut: Cut, key: NetworkKey) -> None:
    message, _ = cut(till(1).seal(SignIn("tester"))[0])
    stolen = key.session(till(2).dev_no, "").mac(REQUEST, 1, message)
    away = receive(message, stolen, key)
    assert isinstance(away, TurnedAway)
    assert away.refusal == codes.BAD_SIGNATURE


@given(st.binary(max_size=200))
def test_random_bytes_are_turned_away_as_a_bad_envelope(key: NetworkKey, noise: bytes) -> None:
    away = receive(noise, NO_MAC, key)
    assert isinstance(away, TurnedAway)
    assert (away.refusal, away.request, away.seal.mac(b"x")) == (codes.BAD_ENVELOPE, None, NO_MAC)


@pytest.mark.parametrize(
    ("body", "refusal", "named"),
    [
        (["9999"], codes.UNKNOWN_MESSAGE, "9999"),
        (["9001", ""], codes.BAD_ENVELOPE, "opter_no"),
        (["9001", 7], codes.BAD_ENVELOPE, "opter_no"),
        ({"infno": "9001"}, codes.UNKNOWN_MESSAGE, ""),
    ],
)
def test_an_authentic_sender_is_told_under_seal_what_is_wrong(
    till: Callable[..., Any], key: NetworkKey, body: object, refusal: Refusal, named: str
) -> None:
    terminal = till()
    header = Request("m", terminal.code, terminal.dev_no, "370100", "", "", 5, "", Raw(msgpack.packb(body)))
    message = encode(header)
    away = receive(message, key.session(terminal.dev_no, "").mac(REQUEST, 5, message), key)
    assert isinstance(away, TurnedAway)
    assert away.refusal == refusal
    assert named in away.detail
    assert away.seal.keys is not None


@pytest.mark.parametrize("nested", [b"\x91", b"\x81\xa1a"])
def test_nesting_without_end_is_turned_away_also_inside_an_authentic_envelope(key: NetworkKey, nested: bytes) -> None:
    whole = encode(Request("m", "c", "d", "370100", "", "", 5, "", Raw(nested * 20_000 + b"\xc0")))
    for message in (b"\x99" + nested * 20_000, whole):
        away = receive(message, key.session("d", "").mac(REQUEST, 5, message), key)
        assert isinstance(away, TurnedAway)
        assert away.refusal == codes.BAD_ENVELOPE


@pytest.mark.parametrize(
    ("infno", "refusal"), [("9101", None), ("9001", codes.FRAME_TOO_LARGE), ("2102", codes.FRAME_TOO_LARGE)]
)
def test_only_what_carries_a_file_or_a_hospitals_lines_may_be_large(
    till: Callable[..., Any], key: NetworkKey, infno: str, refusal: Refusal | None
) -> None:
    frame, _ = till().seal(UploadFile("own.zip", bytes(FRAME_MAX)))
    message, session = frame[4:-MAC_SIZE], key.session("P3701000000101", "")
    other = message.replace(b"\xa49101", b"\xa4" + infno.encode(), 1)
    counter = decode_request(other).counter
    received = receive(other, session.mac(REQUEST, counter, other), key)
    assert (received.refusal if isinstance(received, TurnedAway) else None) == refusal
