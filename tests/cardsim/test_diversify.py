import pytest
from hypothesis import given
from hypothesis import strategies as st

from cardsim.diversify import ALGORITHMS, AlgorithmName, city_factor, city_key, complement, padded, province_factor

# Computed apart from this code; not published
MASTER = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
CARD = bytes.fromhex("8660240601000001")
ORIGINAL, CHALLENGE = bytes.fromhex("0102030405060708"), bytes.fromhex("1122334455667788")


def test_a_province_and_a_city_have_the_triple_des_keys_of_the_worked_example() -> None:
    province = ALGORITHMS["3des"].diversify(MASTER, province_factor("370100"))
    assert province.hex().upper() == "7BA884BEC14AF6CFEC9F03A1B95AEC0C"
    assert city_key("3des", MASTER, "370100").hex().upper() == "D2D6C0DBD6E763ADDC1CB7771F7F22BB"


@pytest.mark.parametrize(
    ("algorithm", "city", "card_key", "session_key", "authenticator"),
    [
        ("3des", "370100", "F029A2776E1080D5A80CFF8C60C6674F", "990D1131E9AF58B9", "ADD075207E46FB87"),
        ("3des", "370200", "29262D661EB0CBADBC327D97BBAC380C", None, "33AC0B1DEB4E347D"),
        ("sm4", "370100", "5C6E16FD4EC00A5A81A8FBEFDEC54362", "7ADFD3E8106F44A924ADDB2A9D793315", "EC2A6F866A00B87E"),
    ],
)
def test_a_card_key_proves_itself_with_the_bytes_of_the_worked_example(
    algorithm: AlgorithmName, city: str, card_key: str, session_key: str | None, authenticator: str
) -> None:
    cipher = ALGORITHMS[algorithm]
    key = cipher.diversify(city_key(algorithm, MASTER, city), CARD)
    made = cipher.session_key(key, CHALLENGE)
    assert key.hex().upper() == card_key
    assert session_key in (None, made.hex().upper())
    assert cipher.authenticator(made, ORIGINAL).hex().upper() == authenticator


def test_sm4_is_the_cipher_of_the_standard() -> None:
    """The example of GB/T 32907: the plaintext is the key."""
    assert ALGORITHMS["sm4"].encipher(MASTER, MASTER).hex().upper() == "681EDF34D206965E86B3E94F536E4246"


def test_the_factors_are_those_that_terminals_send() -> None:
    assert (province_factor("510100"), city_factor("510100")) == (b"510000sh", b"510100sx")


@pytest.mark.parametrize("algorithm", ["3des", "sm4"])
@given(plain=st.binary(max_size=40), key=st.binary(min_size=16, max_size=16))
def test_what_was_enciphered_is_deciphered(algorithm: AlgorithmName, plain: bytes, key: bytes) -> None:
    cipher = ALGORITHMS[algorithm]
    blocks = padded(plain, cipher.block)
    assert len(blocks) % cipher.block == 0
    assert cipher.decipher(key, cipher.encipher(key, blocks)) == blocks


@pytest.mark.parametrize("algorithm", ["3des", "sm4"])
@given(message=st.binary(min_size=32, max_size=32), at=st.integers(0, 255))
def test_a_mac_changes_with_every_bit_of_its_message(algorithm: AlgorithmName, message: bytes, at: int) -> None:
    cipher, key = ALGORITHMS[algorithm], MASTER[: 8 if algorithm == "3des" else 16]
    other = (int.from_bytes(message, "big") ^ 1 << at).to_bytes(32, "big")
    assert len(cipher.mac(key, message)) == 4
    assert cipher.mac(key, message) != cipher.mac(key, other)


def test_the_complement_turns_every_bit() -> None:
    assert complement(b"\x00\xff\xa5") == b"\xff\x00\x5a"
