"""The cryptograms against published bytes, and against pyemv as an issuer that shares no code with us.

The 3DES example (card key, session key, ARQC, ARPC) is one that two Chinese articles on PBOC acquiring print
(553668.com/manong/959163, codetd.com/article/219619); the SM4 block is the example of GB/T 32907.
"""

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, modes
from cryptography.hazmat.primitives.ciphers.algorithms import SM4
from hypothesis import given
from hypothesis import strategies as st

from cardsim import pboc
from cardsim.pboc import Algorithm, IssuerData, Session, card_key, parse_issuer_data, parse_request, session_of

MASTER = bytes.fromhex("F0C34A8124CEE0A91A0B034AA97D6EAC")
CARD_KEY = bytes.fromhex("014D996FCC8F49157DC8B49E3BCDFD99")
MESSAGE = bytes.fromhex("000000000001000000000000015600800460000156140701001E78EEBC7D00024003A04002")
ARQC = bytes.fromhex("5D016C91005E7CC2")
ELEMENTS = {
    0x9F02: bytes.fromhex("000000000001"),
    0x9F03: bytes(6),
    0x9F1A: bytes.fromhex("0156"),
    0x95: bytes.fromhex("0080046000"),
    0x5F2A: bytes.fromhex("0156"),
    0x9A: bytes.fromhex("140701"),
    0x9C: b"\0",
    0x9F37: bytes.fromhex("1E78EEBC"),
    0x82: bytes.fromhex("7D00"),
    0x9F36: bytes.fromhex("0240"),
    0x9F26: ARQC,
    0x9F27: b"\x80",
    0x9F10: bytes.fromhex("07000103A0400201"),
}


def test_the_published_card_key_comes_from_the_master_key_and_the_number() -> None:
    assert card_key(Algorithm.TRIPLE_DES, MASTER, "6228000100001", "01") == CARD_KEY


def test_the_published_session_makes_the_published_cryptogram_and_its_answer() -> None:
    session = Session(Algorithm.TRIPLE_DES, CARD_KEY, 0x0240)
    assert session.key.hex().upper() == "D4102725E6E5AD329E55AAB50BF23DA9"
    assert session.cryptogram(MESSAGE) == ARQC
    assert session.response(ARQC, b"01").hex().upper() == "21415243527CE78F"


def test_the_host_finds_the_published_request_authentic() -> None:
    request = parse_request(ELEMENTS)
    assert request is not None
    assert request.message == MESSAGE
    assert (request.counter, request.kind) == (0x0240, 0x80)
    session = session_of(request, {Algorithm.TRIPLE_DES: MASTER}, "6228000100001", "01")
    assert session.made(request)
    assert session.answered(ARQC, bytes.fromhex("21415243527CE78F3031"))


def test_another_number_another_sequence_number_and_another_counter_make_another_session() -> None:
    masters = {Algorithm.TRIPLE_DES: MASTER}
    request = parse_request(ELEMENTS)
    assert request is not None
    assert not session_of(request, masters, "6228000100002", "01").made(request)
    assert not session_of(request, masters, "6228000100001", "02").made(request)
    assert not session_of(request._replace(counter=0x0241), masters, "6228000100001", "01").made(request)


def test_an_sm4_session_uses_the_block_of_gb_t_32907() -> None:
    """One block of message is its CBC-MAC; the standard's example has the key as its plain text."""
    key = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
    assert card_key(Algorithm.SM4, key, "0123456789ABCD", "EF").hex().upper() == "681EDF34D206965E86B3E94F536E4246"


def test_an_sm4_cryptogram_is_the_left_half_of_a_cbc_mac() -> None:
    session = Session(Algorithm.SM4, CARD_KEY, 1)
    padded = MESSAGE + b"\x80" + bytes(10)
    chained = Cipher(SM4(session.key), modes.CBC(bytes(16))).encryptor().update(padded)
    assert session.cryptogram(MESSAGE) == chained[-16:-8]
    assert len(session.response(ARQC, b"00")) == 8


@pytest.mark.parametrize("algorithm", Algorithm)
@given(st.binary(max_size=50), st.binary(max_size=50))
def test_messages_that_differ_in_length_or_padding_have_other_cryptograms(
    algorithm: Algorithm, one: bytes, other: bytes
) -> None:
    session = Session(algorithm, CARD_KEY, 7)
    assert (session.cryptogram(one) == session.cryptogram(other)) is (one == other)


@pytest.mark.parametrize("algorithm", Algorithm)
def test_a_cryptogram_changes_with_every_bit_of_its_37_bytes(algorithm: Algorithm) -> None:
    session = Session(algorithm, CARD_KEY, 7)
    flipped = [(int.from_bytes(MESSAGE, "big") ^ 1 << bit).to_bytes(37, "big") for bit in range(8 * 37)]
    assert len({session.cryptogram(message) for message in (MESSAGE, *flipped)}) == 8 * 37 + 1


@pytest.mark.parametrize("algorithm", Algorithm)
def test_an_answer_of_another_length_another_code_or_another_request_is_none(algorithm: Algorithm) -> None:
    session = Session(algorithm, CARD_KEY, 7)
    answer = session.response(ARQC, b"00") + b"00"
    assert session.answered(ARQC, answer)
    for wrong in (b"", answer[:-1], answer + b"0", answer[:-1] + b"1", bytes((answer[0] ^ 1,)) + answer[1:]):
        assert not session.answered(ARQC, wrong)
    assert not session.answered(bytes(8), answer)


@pytest.mark.parametrize("tag", ELEMENTS)
def test_a_request_with_an_element_missing_or_cut_short_is_none(tag: int) -> None:
    assert parse_request({key: value for key, value in ELEMENTS.items() if key != tag}) is None
    assert parse_request(ELEMENTS | {tag: ELEMENTS[tag][:-1]}) is None


def test_issuer_data_reads_back_and_may_carry_the_issuers_own_bytes_behind() -> None:
    issuer_data = IssuerData(0, 1, bytes.fromhex("03A04002"), Algorithm.SM4)
    assert issuer_data.encode().hex().upper() == "07000103A0400204"
    assert parse_issuer_data(issuer_data.encode() + b"\x02\xaa\xbb") == issuer_data


@pytest.mark.parametrize("value", ["", "07", "06000103A0400201", "07000103A0400202", "07000103A04002"])
def test_issuer_data_of_another_shape_or_algorithm_is_none(value: str) -> None:
    assert parse_issuer_data(bytes.fromhex(value)) is None


def test_the_test_master_keys_of_the_two_algorithms_differ() -> None:
    assert set(pboc.TEST_MASTER_KEYS) == set(Algorithm)
    assert len(set(pboc.TEST_MASTER_KEYS.values())) == len(Algorithm)
