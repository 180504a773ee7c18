import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.wire.keys import REPLY, REQUEST, NetworkKey, cmac, session_keys

KEY = bytes.fromhex("0123456789ABCDEFFEDCBA9876543210")
CARD = "6299990000000000004"


def test_cmac_is_sm4_cmac() -> None:
    """CMAC of one whole block is E(K, block ^ K1), K1 from E(K, 0) (NIST SP 800-38B 6.1), here by SM4 itself."""
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes  # noqa: PLC0415 - the other way round

    def sm4(block: bytes) -> bytes:
        return Cipher(algorithms.SM4(KEY), modes.ECB()).encryptor().update(block)  # noqa: S305 - one block

    assert sm4(KEY).hex().upper() == "681EDF34D206965E86B3E94F536E4246"  # GB/T 32907, annex A
    doubled = int.from_bytes(sm4(bytes(16)), "big") << 1
    subkey = (doubled ^ 0x87 if doubled >> 128 else doubled) & ((1 << 128) - 1)
    block = bytes(range(16))
    assert cmac(KEY, block) == sm4((int.from_bytes(block, "big") ^ subkey).to_bytes(16, "big"))


def test_terminals_and_sessions_have_keys_of_their_own() -> None:
    network = NetworkKey(KEY)
    keys = {network.session(dev_no, sign_no) for dev_no in ("T1", "T2") for sign_no in ("A", "B")}
    assert len({key for pair in keys for key in pair}) == 8


def test_host_and_terminal_derive_the_same() -> None:
    network = NetworkKey(KEY)
    assert network.session("T1", "A") == session_keys(network.terminal_key("T1"), "A")


def test_a_network_key_has_sixteen_bytes() -> None:
    with pytest.raises(ValueError, match="16 bytes, not 15"):
        NetworkKey(bytes(15))


def test_a_network_key_is_not_printed() -> None:
    assert KEY.hex() not in repr(NetworkKey(KEY)).lower()


@given(st.binary(min_size=1, max_size=60), st.integers(0, 2**63 - 1), st.data())
def test_a_mac_notices_each_changed_byte_the_counter_and_the_direction(
    message: bytes, counter: int, data: st.DataObject
) -> None:
    keys = session_keys(KEY, "S")
    mac = keys.mac(REQUEST, counter, message)
    place = data.draw(st.integers(0, len(message) - 1))
    changed = message[:place] + bytes((message[place] ^ 1,)) + message[place + 1 :]
    assert keys.authentic(REQUEST, counter, message, mac)
    assert not keys.authentic(REQUEST, counter, changed, mac)
    assert not keys.authentic(REQUEST, counter ^ 1, message, mac)
    assert not keys.authentic(REPLY, counter, message, mac)
    assert not session_keys(KEY, "T").authentic(REQUEST, counter, message, mac)


@given(st.from_regex(r"[0-9]{6}", fullmatch=True))
def test_a_pin_travels_in_a_block_that_only_this_session_and_card_open(pin: str) -> None:
    keys = session_keys(KEY, "S")
    block = keys.pin_block(pin, CARD)
    assert len(block) == 16
    assert keys.pin(block, CARD) == pin
    assert session_keys(KEY, "T").pin(block, CARD) is None
    assert keys.pin(block, "6299990000000000012") != pin


@pytest.mark.parametrize("block", [b"", bytes(15), bytes(16), bytes(17)])
def test_what_is_no_pin_block_gives_no_pin(block: bytes) -> None:
    assert session_keys(KEY, "S").pin(block, CARD) is None


def test_two_blocks_of_one_pin_differ() -> None:
    keys = session_keys(KEY, "S")
    assert keys.pin_block("000000", CARD) != keys.pin_block("000000", CARD)


def test_equal_passwords_of_two_people_are_kept_differently() -> None:
    network = NetworkKey(KEY)
    assert network.password_check("1", "000000") != network.password_check("2", "000000")
