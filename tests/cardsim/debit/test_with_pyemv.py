"""pyemv as the issuer: a library that shares no code with us checks our requests and answers them.

It has EMV's session keys, not PBOC's, so that one line derives ours from its own Triple DES; SM4 it has not.
"""

from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from pyemv import ac, kd, tools

from cardsim.card import Card
from cardsim.interface import Interface
from cardsim.pboc import TEST_MASTER_KEYS, Algorithm
from cardsim.tlv import parse_ber

Issue = Callable[..., Card]

# pyemv 1.5 takes Triple DES from where cryptography no longer wants it, and gives it short keys
pytestmark = [
    pytest.mark.filterwarnings("ignore:TripleDES has been moved::pyemv"),
    pytest.mark.filterwarnings("ignore:Two-key TripleDES::pyemv"),
    pytest.mark.filterwarnings("ignore:Single-key TripleDES::pyemv"),
]

MASTER = TEST_MASTER_KEYS[Algorithm.TRIPLE_DES]
PAN = "6299990000000000018"
SELECT = bytes.fromhex("00A4040008A000000333010101")
GPO = bytes.fromhex("80A800000B8309000000000000000156")
SAID = st.binary(min_size=29, max_size=29)


def session_key(counter: bytes, psn: str = "01") -> bytes:
    """Derive PBOC's session key from EMV's option A card key."""
    card_key = kd.derive_icc_mk_a(MASTER, PAN, psn)
    inverted = tools.xor(counter, b"\xff\xff")
    return tools.encrypt_tdes_ecb(card_key, bytes(6) + counter + bytes(6) + inverted)


def told(answer: bytes) -> dict[int, bytes]:
    assert answer.endswith(b"\x90\0")
    return dict(parse_ber(dict(parse_ber(answer[:-2]))[0x77]))


def expected(given: dict[int, bytes], said: bytes, profile: bytes) -> bytes:
    verification_results = given[0x9F10][3:7]
    return ac.generate_ac(session_key(given[0x9F36]), said + profile + given[0x9F36] + verification_results)


@given(SAID)
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_pyemv_recomputes_the_request_and_its_answer_is_accepted(bank_card: Issue, said: bytes) -> None:
    card = bank_card()
    card.transmit(SELECT)
    profile = told(card.transmit(GPO))[0x82]
    request = told(card.transmit(bytes.fromhex("80AE80001D") + said))
    assert request[0x9F26] == expected(request, said, profile)
    answer = ac.generate_arpc_1(session_key(request[0x9F36]), request[0x9F26], b"00")
    assert card.transmit(bytes.fromhex("008200000A") + answer + b"00") == b"\x90\0"
    approved = told(card.transmit(bytes.fromhex("80AE40001F3030") + said))
    assert approved[0x9F27] == b"\x40"
    assert approved[0x9F26] == expected(approved, said, profile)


def test_an_answer_under_another_sequence_number_is_not_accepted(bank_card: Issue) -> None:
    card = bank_card()
    card.transmit(SELECT)
    card.transmit(GPO)
    request = told(card.transmit(bytes.fromhex("80AE80001D") + bytes(29)))
    answer = ac.generate_arpc_1(session_key(request[0x9F36], "02"), request[0x9F26], b"00")
    assert card.transmit(bytes.fromhex("008200000A") + answer + b"00") == b"\x63\0"


def test_pyemv_recomputes_the_cryptogram_of_a_tap(bank_card: Issue) -> None:
    card = bank_card(Interface.CONTACTLESS)
    said = bytes.fromhex("000000012345000000000000015600800460000156240701001E78EEBC")
    card.transmit(SELECT)
    tapped = told(card.transmit(bytes.fromhex("80A8000023832126000000") + said))
    assert tapped[0x9F26] == expected(tapped, said, tapped[0x82])
